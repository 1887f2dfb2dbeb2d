"""SQL of bests and of who takes them."""

from collections.abc import Sequence
from decimal import Decimal

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.periods.cohorts import Cohort
from app.scores.cohort import ScoredCohort
from app.scores.stored import Basis

UPSERT_BEST = text("""
    INSERT INTO cohort_bests (period_id, level_id, basis, indicator_id, points)
    VALUES (:period_id, :level_id, :basis, :indicator_id, :points)
    ON CONFLICT (period_id, level_id, basis, indicator_id) DO UPDATE SET points = excluded.points
""")
DELETE_BEST = text("""
    DELETE FROM cohort_bests WHERE period_id = :period_id AND level_id = :level_id
       AND basis = :basis AND indicator_id = :indicator_id
""")
ALL_TAKERS = text("""
    SELECT unit_id, indicator_id FROM best_takers
     WHERE period_id = :period_id AND level_id = :level_id AND basis = :basis
""")
DELETE_TAKER = text("""
    DELETE FROM best_takers WHERE period_id = :period_id AND unit_id = :unit_id AND basis = :basis
       AND NOT indicator_id = ANY(CAST(:ids AS bigint[]))
""")
INSERT_TAKER = text("""
    INSERT INTO best_takers (period_id, level_id, unit_id, basis, indicator_id)
    SELECT :period_id, :level_id, :unit_id, :basis, id FROM unnest(CAST(:ids AS bigint[])) AS id
    ON CONFLICT DO NOTHING
""")
TAKERS = text("""
    SELECT unit_id FROM best_takers WHERE period_id = :period_id AND level_id = :level_id
       AND basis = :basis AND indicator_id = :indicator_id
""")


async def best_points(session: AsyncSession, cohort: Cohort, basis: Basis, ordinal: int, but: int) -> Decimal | None:
    """The highest points of one leaf among units that are not exempt from it, one unit left out."""
    query = text(f"""
        SELECT max(node_points[{ordinal + 1:d}]) FROM scorecards
         WHERE period_id = :period_id AND level_id = :level_id AND basis = :basis AND unit_id <> :but
           AND states[{ordinal + 1:d}] <> 'exempt'
    """)  # noqa: S608 - a number
    best: Decimal | None = (await session.execute(query, cohort.key | {"basis": basis, "but": but})).scalar_one()
    return best


async def best_takers(session: AsyncSession, cohort: Cohort, basis: Basis, indicator_id: int) -> list[int]:
    """The units that get the cohort's best on one leaf."""
    rows = await session.execute(TAKERS, cohort.key | {"basis": basis, "indicator_id": indicator_id})
    return list(rows.scalars())


async def replace_takers(
    session: AsyncSession, cohort: Cohort, unit_id: int, basis: Basis, indicator_ids: Sequence[int]
) -> None:
    """Write anew from which leaves one unit takes the cohort's best."""
    key = cohort.key | {"unit_id": unit_id, "basis": basis, "ids": list(indicator_ids)}
    await session.execute(DELETE_TAKER, key)
    await session.execute(INSERT_TAKER, key)


async def set_best(
    session: AsyncSession, cohort: Cohort, basis: Basis, indicator_id: int, points: Decimal | None
) -> None:
    """Store the best points of a leaf that has takers."""
    key = cohort.key | {"basis": basis, "indicator_id": indicator_id}
    await session.execute(UPSERT_BEST, key | {"points": points})


async def delete_best(session: AsyncSession, cohort: Cohort, basis: Basis, indicator_id: int) -> None:
    """Forget the best of a leaf that has no takers any more."""
    await session.execute(DELETE_BEST, cohort.key | {"basis": basis, "indicator_id": indicator_id})


async def takers_of(session: AsyncSession, scored: ScoredCohort, basis: Basis) -> dict[int, set[str]]:
    """Which leaves each unit of a cohort takes the best of."""
    codes = scored.leaf_by_id()
    found: dict[int, set[str]] = {}
    for unit_id, indicator_id in await session.execute(ALL_TAKERS, scored.cohort.key | {"basis": basis}):
        found.setdefault(unit_id, set()).add(codes[indicator_id].code)
    return found
