"""A selection put in order: what all its pages are cut from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from statistics import mean, median
from typing import Any

from app.kernel.canonical import dumps
from app.rankings.comparing import Comparison, Stamp, stamp_of
from app.rankings.repository import Standing
from app.scores.shares import share_of
from app.scoring import Entry, Framework, coverage, grade, rank, shown


@dataclass(frozen=True, slots=True)
class RankedTable:
    """The ordered items as JSON text, the codes each is visible by, and the summary of the selection."""

    version: int
    comparison: Comparison | None
    items: Sequence[str]
    lineage: Sequence[frozenset[str]]
    summary: Mapping[str, Any]

    @property
    def stamp(self) -> Stamp:
        """The versions of everything that the table was made from."""
        return stamp_of(self.version, self.comparison)


@dataclass(frozen=True, slots=True)
class Measured:
    """What is ranked: the points' maximum and the answerable points, of the framework or of one pillar."""

    max_points: Decimal
    answerable: Decimal


def build_table(
    framework: Framework,
    measured: Measured,
    standings: Sequence[Standing],
    version: int,
    comparison: Comparison | None,
) -> RankedTable:
    """Rank the standings, and each pillar of them, on the shown points; `version` is for an empty cohort."""
    version = standings[0].version if standings else version
    decimals = framework.decimals
    ordered = rank([entry(standing, standing.points) for standing in standings], decimals)
    pillars = rank_pillars(framework, standings)
    items = [
        dumps(item(framework, measured, place, points, found.key, pillars[found.key.code]) | {"previous": previous})
        for place, points, found in ordered
        for previous in [comparison.previous(found.key.code, measured.max_points) if comparison else None]
    ]
    lineage = [frozenset((found.key.code, *found.key.ancestors)) for _, _, found in ordered]
    return RankedTable(version, comparison, items, lineage, summary(standings, decimals))


def entry(standing: Standing, points: Decimal) -> Entry[Standing]:
    """A standing as the engine ranks it; inside a tie by Vietnamese order, then code."""
    return Entry(standing, points, standing.ranked, (standing.sort_key, standing.code))


def rank_pillars(framework: Framework, standings: Sequence[Standing]) -> dict[str, list[dict[str, Any]]]:
    """Every unit's pillars with their ranks in the selection, by unit code, in document order."""
    found: dict[str, list[dict[str, Any]]] = {standing.code: [] for standing in standings}
    for index, pillar in enumerate(framework.pillars):
        entries = [entry(standing, standing.pillar_points[index]) for standing in standings]
        for place, points, ranked in rank(entries, framework.decimals):
            found[ranked.key.code].append(
                {"code": pillar.code, "points": points, "max_points": pillar.max_points, "rank": place}
            )
    return found


def item(
    framework: Framework,
    measured: Measured,
    place: int | None,
    points: Decimal,
    standing: Standing,
    pillars: list[dict[str, Any]],
) -> dict[str, Any]:
    """One item of the ranking. Its share and grade follow from the shown points, as its rank does."""
    share = share_of(points, measured.max_points)
    return {
        "rank": place,
        "unit": {"code": standing.code, "name": standing.name, "parent": standing.parent},
        "points": points,
        "share": share,
        "grade": grade(framework, share),
        "coverage": coverage(standing.covered, measured.answerable),
        "pillars": pillars,
    }


def summary(standings: Sequence[Standing], decimals: int) -> dict[str, Any]:
    """Counts of a selection, and mean, median, min and max over the units that reported anything."""
    reported = [standing.points for standing in standings if standing.covered > 0]
    figures = (mean(reported), median(reported), min(reported), max(reported)) if reported else (None,) * 4
    names = ("mean", "median", "min", "max")
    return {
        "units": len(standings),
        "ranked": sum(standing.ranked for standing in standings),
        "reported": len(reported),
        **{n: None if v is None else shown(v, decimals) for n, v in zip(names, figures, strict=True)},
    }
