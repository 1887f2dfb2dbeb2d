"""SQL that reads answers, for scoring anew."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import fetch
from app.periods.cohorts import Cohort
from app.scores.cohort import ScoredCohort
from app.scores.stored import StoredAnswer

PARTICIPANTS = text("""
    SELECT unit_id, traits FROM participants WHERE period_id = :period_id AND level_id = :level_id ORDER BY unit_id
""")
ANSWERS = """
    SELECT unit_id, indicator_id, reported, verdict, assessed, awarded, exemption, reason
      FROM answers WHERE period_id = $1 AND level_id = $2
"""
LEAF_ANSWERS = text("""
    SELECT a.unit_id, p.traits, a.reported, a.verdict, a.assessed, a.awarded, a.exemption, a.reason
      FROM answers a JOIN participants p ON p.period_id = a.period_id AND p.unit_id = a.unit_id
     WHERE a.period_id = :period_id AND a.level_id = :level_id AND a.indicator_id = :indicator_id
       AND a.unit_id <> :but
""")


async def answers_of_leaf(
    session: AsyncSession, cohort: Cohort, indicator_id: int, but: int
) -> list[tuple[int, frozenset[str], StoredAnswer]]:
    """Unit, traits and stored answer of everybody in the cohort who has one for that leaf, one unit left out."""
    rows = await session.execute(LEAF_ANSWERS, cohort.key | {"indicator_id": indicator_id, "but": but})
    return [(row[0], frozenset(row[1]), StoredAnswer.read(*row[2:])) for row in rows]


async def participants_of(session: AsyncSession, cohort: Cohort) -> list[tuple[int, frozenset[str]]]:
    """Units and their traits, of a whole cohort."""
    return [(row.unit_id, frozenset(row.traits)) for row in await session.execute(PARTICIPANTS, cohort.key)]


async def answers_of(session: AsyncSession, scored: ScoredCohort) -> dict[int, dict[str, StoredAnswer]]:
    """Every stored answer of a cohort, by unit and leaf."""
    rows = await fetch(session, ANSWERS, scored.cohort.period_id, scored.cohort.level_id)
    return await asyncio.to_thread(by_unit, scored, rows)


def by_unit(scored: ScoredCohort, rows: Sequence[Any]) -> dict[int, dict[str, StoredAnswer]]:
    """Rows of `ANSWERS` by unit and leaf."""
    codes = {indicator_id: leaf.code for indicator_id, leaf in scored.leaf_by_id().items()}
    found: dict[int, dict[str, StoredAnswer]] = {}
    for row in rows:
        found.setdefault(row[0], {})[codes[row[1]]] = StoredAnswer.read(row[2], row[3], row[4], row[5], row[6], row[7])
    return found
