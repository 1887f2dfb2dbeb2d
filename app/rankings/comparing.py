"""Where the units of a ranking stood in an earlier period."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.frameworks.service import compiled
from app.kernel.conditional import etag
from app.kernel.errors import FieldError, InvalidError
from app.periods.cohorts import Cohort, not_found
from app.rankings import repository
from app.rankings.lineage import Lineage
from app.rankings.repository import Compared, PastStanding
from app.rankings.schemas import RankingQuery
from app.scores.shares import SHARE, share_of
from app.scoring import Entry, rank, shown
from app.units.repository import list_lineage

Stamp = tuple[int, ...]
"""The cohort's version; with a comparison also the compared cohort's, and the number of reorganisations between."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The cohort that is ranked, and the one that it is compared with, as of now."""

    cohort: Cohort
    compared: Compared | None

    @property
    def stamp(self) -> Stamp:
        """The versions that an answer is held against."""
        if self.compared is None:
            return (self.cohort.version,)
        return (self.cohort.version, self.compared.cohort.version, self.compared.reorganisations)

    @property
    def etag(self) -> str:
        """The tag of an answer at these versions."""
        return etag(text_of(self.stamp))


@dataclass(frozen=True, slots=True)
class Past:
    """One unit of the earlier roster. `points` are shown ones, `rank` is that among whom the filters select."""

    rank: int | None
    points: Decimal
    share: Decimal


@dataclass(frozen=True, slots=True)
class Comparison:
    """An earlier ranking as it was read, and who comes from whom since."""

    period: str
    version: int
    reorganisations: int
    max_points: Decimal
    decimals: int
    past: Mapping[str, Past]
    lineage: Lineage

    @property
    def head(self) -> dict[str, Any]:
        """What a ranking says of the period that it is compared with."""
        return {"period": self.period, "version": self.version, "max_points": self.max_points}

    def previous(self, code: str, max_points: Decimal) -> dict[str, Any] | None:
        """Where the unit stood; None where neither it nor a predecessor was on the roster.

        `max_points` is what the unit's points are of now: a mean of points of another scale would tell nothing.
        """
        origin = self.lineage.origin(code)
        found = sorted(origin.codes & self.past.keys())
        if not found:
            return None
        past = [self.past[predecessor] for predecessor in found]
        head = {"period": self.period, "kind": "same" if origin.is_same else "mean_of_predecessors"}
        if origin.is_same:
            return head | {
                "rank": past[0].rank,
                "points": past[0].points,
                "share": past[0].share,
                "predecessors": found,
            }
        points = shown(_mean([one.points for one in past]), self.decimals) if max_points == self.max_points else None
        share = _mean([one.share for one in past]).quantize(SHARE, rounding=ROUND_HALF_UP)
        return head | {"rank": None, "points": points, "share": share, "predecessors": found}


def _mean(values: Sequence[Decimal]) -> Decimal:
    return sum(values, Decimal(0)) / len(values)


def stamp_of(version: int, comparison: Comparison | None) -> Stamp:
    """The stamp of what was read."""
    return (version,) if comparison is None else (version, comparison.version, comparison.reorganisations)


def text_of(stamp: Stamp) -> str:
    """A stamp as ETags and cursors carry it: `412`, or `412.31.2`."""
    return ".".join(map(str, stamp))


def is_behind(stamp: Stamp, wanted: Stamp) -> bool:
    """Whether anything has moved on since `stamp`. None of the numbers ever goes back."""
    return any(held < now for held, now in zip(stamp, wanted, strict=True))


def require_earlier(query: RankingQuery, compared: Compared | None) -> Compared:
    """The cohort to compare with. NotFoundError `cohort_not_found`, InvalidError `compare_not_earlier`."""
    if compared is None:
        raise not_found(str(query.compare), query.level)
    if compared.starts_on > compared.until:
        detail = f"Period '{query.compare}' starts later than '{query.period}'."
        raise InvalidError("compare_not_earlier", detail, [FieldError("/query/compare", "compare_not_earlier", detail)])
    return compared


async def read_comparison(
    session: AsyncSession, compared: Compared, filters: dict[str, Any], pillar: str | None
) -> Comparison:
    """Read and rank the earlier period; a pillar that its framework has not leaves nobody to compare with."""
    framework = (await compiled(session, compared.cohort.framework_id)).framework
    found = next((node for node in framework.pillars if node.code == pillar), None)
    max_points = framework.max_points if pillar is None else found.max_points if found else Decimal(0)
    version, past = compared.cohort.version, dict[str, Past]()
    if pillar is None or found is not None:
        ordinal = None if found is None else found.ordinal
        standings = await repository.list_past_standings(session, compared.cohort, filters, ordinal)
        version = standings[0].version if standings else version
        past = rank_past(standings, max_points, framework.decimals)
    steps = await list_lineage(session, compared.starts_on, compared.until)
    recorded = len({step.reorganisation for step in steps})
    return Comparison(compared.cohort.period, version, recorded, max_points, framework.decimals, past, Lineage(steps))


def rank_past(standings: Sequence[PastStanding], max_points: Decimal, decimals: int) -> dict[str, Past]:
    """Everybody's shown points and share by code, and the ranks among whom the filters select."""
    selected = [Entry(one, one.points, one.ranked, (one.code,)) for one in standings if one.selected]
    ranks = {entry.key.code: place for place, _, entry in rank(selected, decimals)}
    past = {}
    for one in standings:
        points = shown(one.points, decimals)
        past[one.code] = Past(ranks.get(one.code), points, share_of(points, max_points))
    return past
