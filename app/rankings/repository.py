"""SQL of the ranking: one query, whatever the selection, and one more for the period that it is compared with."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import fetch
from app.periods.cohorts import COLUMNS, Cohort

# The version is read in the same snapshot as the points: they always belong together.
SELECTION = """
    SELECT c.version, p.code, p.name, p.parent, p.sort_key, p.ranked, p.ancestors,
           {points} AS points, {covered} AS covered, s.pillar_points
      FROM cohorts c
      JOIN participants p ON p.period_id = c.period_id AND p.level_id = c.level_id
      JOIN scorecards s ON s.period_id = p.period_id AND s.unit_id = p.unit_id AND s.basis = :basis
     WHERE c.period_id = :period_id AND c.level_id = :level_id
       AND (CAST(:within AS text) IS NULL OR p.code = :within OR :within = ANY(p.ancestors))
       AND (CAST(:group AS text) IS NULL OR p."group" = :group)
"""
# All of the level, and of each unit whether the filters select it: one snapshot, whatever they are.
PREVIOUS = """
    SELECT c.version, p.code, p.ranked, {points} AS points,
           (CAST(:within AS text) IS NULL OR p.code = :within OR :within = ANY(p.ancestors))
           AND (CAST(:group AS text) IS NULL OR p."group" IS NOT DISTINCT FROM :group) AS selected
      FROM cohorts c
      JOIN participants p ON p.period_id = c.period_id AND p.level_id = c.level_id
      JOIN scorecards s ON s.period_id = p.period_id AND s.unit_id = p.unit_id AND s.basis = :basis
     WHERE c.period_id = :period_id AND c.level_id = :level_id
"""
COMPARED = f"""
    SELECT found.*, p.starts_on, ranked.starts_on,
           (SELECT count(*) FROM reorganisations r
             WHERE r.effective_on > p.starts_on AND r.effective_on <= ranked.starts_on)
      FROM ({COLUMNS} WHERE p.code = $1 AND c.level_id = $2) AS found
      JOIN periods p ON p.id = found.period_id
      JOIN periods ranked ON ranked.id = $3
"""  # noqa: S608 - made of constants


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit's points before ranking. `covered` are the answerable points it reported, or is exempt from."""

    version: int
    code: str
    name: str
    parent: str | None
    sort_key: str
    ranked: bool
    ancestors: Sequence[str]
    points: Decimal
    covered: Decimal
    pillar_points: Sequence[Decimal]


async def list_standings(
    session: AsyncSession, cohort: Cohort, values: dict[str, Any], pillar: int | None
) -> list[Standing]:
    """The points of every unit of a selection, all at one version. `pillar` is the ordinal of one pillar, or None."""
    columns = {"points": "s.points", "covered": "s.covered"}
    if pillar is not None:
        columns = {
            "points": f"s.node_points[{pillar + 1:d}]",
            "covered": f"s.node_covered[{pillar + 1:d}]",
        }
    rows = await session.execute(text(SELECTION.format(**columns)), cohort.key | values)
    return [Standing(*row) for row in rows]


@dataclass(frozen=True, slots=True)
class PastStanding:
    """One unit's points in the period compared with; `selected` tells whether the ranking's filters hold for it."""

    version: int
    code: str
    ranked: bool
    points: Decimal
    selected: bool


@dataclass(frozen=True, slots=True)
class Compared:
    """The cohort that a ranking is compared with, as of now.

    `starts_on` is its period's first day, `until` that of the period which is ranked, `reorganisations` the number of
    those that are recorded for the days after the one and up to the other.
    """

    cohort: Cohort
    starts_on: date
    until: date
    reorganisations: int


async def find_compared(session: AsyncSession, cohort: Cohort, period: str) -> Compared | None:
    """The cohort of the same level in that period, or None where there is none."""
    rows = await fetch(session, COMPARED, period, cohort.level_id, cohort.period_id)
    if not rows:
        return None
    *found, starts_on, until, reorganisations = rows[0]
    return Compared(Cohort(*found), starts_on, until, reorganisations)


async def list_past_standings(
    session: AsyncSession, cohort: Cohort, values: dict[str, Any], pillar: int | None
) -> list[PastStanding]:
    """The points of every unit of a cohort, all at one version. `pillar` is the ordinal of one pillar, or None."""
    points = "s.points" if pillar is None else f"s.node_points[{pillar + 1:d}]"
    rows = await session.execute(text(PREVIOUS.format(points=points)), cohort.key | values)
    return [PastStanding(*row) for row in rows]
