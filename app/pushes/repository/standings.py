"""SQL of a cohort's points before and after a push."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import fetch
from app.periods.cohorts import Cohort

# Not joined: of a period that has just been opened there are no statistics, and each would be held against all.
STANDINGS = """
    SELECT array_agg(unit_id), array_agg(CAST(points * 1000000 AS bigint)),
           ARRAY(SELECT unit_id FROM participants WHERE period_id = $1 AND level_id = $2 AND NOT ranked)
      FROM scorecards WHERE period_id = $1 AND level_id = $2 AND basis = 'assessed'
"""
RESCORED = """
    SELECT unit_id, CAST(points * 1000000 AS bigint)
      FROM scorecards WHERE period_id = $1 AND level_id = $2 AND version = $3 AND basis = 'assessed'
"""
NAMES = """
    SELECT unit_id, code, ancestors, sort_key FROM participants
     WHERE period_id = $1 AND level_id = $2 AND unit_id = ANY($3::bigint[])
"""


class Standings(NamedTuple):
    """Everybody's points in millionths, by unit: they have 6 decimals, and whole numbers are read ten times as fast.

    `unranked` are the units that take part but are not ranked.
    """

    points: Mapping[int, int]
    unranked: frozenset[int]


class Named(NamedTuple):
    """A unit's names: `ancestors` are codes."""

    unit_id: int
    code: str
    ancestors: Sequence[str]
    sort_key: str


async def read_standings(session: AsyncSession, cohort: Cohort) -> Standings:
    """Everybody's points on the assessed basis, as this transaction sees them."""
    [[units, points, unranked]] = await fetch(session, STANDINGS, cohort.period_id, cohort.level_id)
    return Standings(dict(zip(units or (), points or (), strict=True)), frozenset(unranked or ()))


async def list_rescored(session: AsyncSession, cohort: Cohort, version: int) -> dict[int, int]:
    """The points of those whose scorecards are of that version, as `Standings` has them."""
    rows = await fetch(session, RESCORED, cohort.period_id, cohort.level_id, version)
    return {row[0]: row[1] for row in rows}


async def list_names(session: AsyncSession, cohort: Cohort, unit_ids: Sequence[int]) -> list[Named]:
    """Codes of these units."""
    rows = await fetch(session, NAMES, cohort.period_id, cohort.level_id, list(unit_ids))
    return [Named(*row) for row in rows]
