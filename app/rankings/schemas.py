"""What a ranking looks like over HTTP."""

from typing import Literal

from pydantic import Field

from app.frameworks.document import Provenance
from app.kernel.schema import Code, IndicatorCode, Number, Schema
from app.units.schemas import Scheme, Within


class RankingQuery(Schema):
    """One selection of one cohort's ranking. Ranks are of the whole selection, before paging."""

    period: Code
    level: Code
    basis: Literal["self", "assessed"] = "assessed"
    unit_scheme: Scheme = None
    within: Within = None
    group: Code | None = Field(default=None, description="Rank inside this group of the roster only.")
    pillar: IndicatorCode | None = Field(default=None, description="Points and order are this pillar's.")
    compare: Code | None = Field(
        default=None,
        description="Tell each unit's `previous`: its points and rank in this period, which must not start later. Same "
        "level, basis and pillar; within `within` and `group` the rank is the one among whom they selected then.",
    )
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=400, description="`next` of the page before.")


class RankedFramework(Schema):
    """The framework that the cohort is scored by."""

    code: str
    version: int
    max_points: Number
    provenance: Provenance


class RankedUnit(Schema):
    """The unit as the roster froze it."""

    code: str
    name: str
    parent: str | None


class RankedPillar(Schema):
    """One pillar of one unit, with its rank in the selection."""

    code: str
    points: Number
    max_points: Number
    rank: int | None


class PreviousRank(Schema):
    """Where the unit stood in the period compared with, on the roster frozen then.

    `same`: the unit itself, perhaps under another code before it was renamed or moved. `mean_of_predecessors`: it came
    of a merger or a division; its share is the arithmetic mean of those of its predecessors on that roster (the
    ministry's rule for merged provinces), its points are their mean, and it has no rank.
    """

    period: str
    kind: Literal["same", "mean_of_predecessors"]
    rank: int | None = Field(description="Null for a mean, for who was not ranked, and for whom the filters left out")
    points: Number | None = Field(
        description="Null for a mean where the two periods' maxima differ; otherwise on the scale of that period"
    )
    share: Number = Field(description="Of `compare.max_points`")
    predecessors: list[str] = Field(description="Codes of the units of that roster that this is from; the unit's own")


class RankingItem(Schema):
    """One unit. `rank` is null for a unit that takes part but is not ranked; such units stand last."""

    rank: int | None
    unit: RankedUnit
    points: Number
    share: Number
    grade: str | None
    coverage: Number
    pillars: list[RankedPillar]
    previous: PreviousRank | None


class RankingSummary(Schema):
    """Counts of the selection, and its distribution over the units that reported anything."""

    units: int
    ranked: int
    reported: int
    mean: Number | None
    median: Number | None
    min: Number | None
    max: Number | None


class RankingComparison(Schema):
    """The period compared with. `max_points` is what its points are of: its framework's, or its pillar's."""

    period: str
    version: int
    max_points: Number


class Ranking(Schema):
    """A page of a ranking. Competition ranking (1, 2, 2, 4) on the shown points (QĐ 2554/QĐ-UBND, VIII.1)."""

    period: str
    level: str
    basis: Literal["self", "assessed"]
    within: str | None
    group: str | None
    pillar: str | None
    publication: int | None
    compare: RankingComparison | None
    framework: RankedFramework
    version: int
    decimals: int
    summary: RankingSummary
    items: list[RankingItem]
    next: str | None
