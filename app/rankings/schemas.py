"""What a ranking looks like over HTTP."""

from typing import Literal

from pydantic import Field

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
    limit: int = Field(default=100, ge=1, le=1000)
    cursor: str | None = Field(default=None, max_length=400, description="`next` of the page before.")


class RankedFramework(Schema):
    """The framework that the cohort is scored by."""

    code: str
    version: int
    max_points: Number
    provenance: Literal["official", "reconstructed", "example"]


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
    """Where the unit stood in the period compared with."""

    period: str
    rank: int | None
    points: Number


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


class Ranking(Schema):
    """A page of a ranking. Competition ranking (1, 2, 2, 4) on the shown points (QĐ 2554/QĐ-UBND, VIII.1)."""

    period: str
    level: str
    basis: Literal["self", "assessed"]
    within: str | None
    group: str | None
    pillar: str | None
    publication: int | None
    framework: RankedFramework
    version: int
    decimals: int
    summary: RankingSummary
    items: list[RankingItem]
    next: str | None
