"""SQL that reads answers, for scoring anew."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.periods.cohorts import Cohort
from app.scores.cohort import ScoredCohort
from app.scores.stored import StoredAnswer

PARTICIPANTS = text("""
    SELECT unit_id, traits FROM participants WHERE period_id = :period_id AND level_id = :level_id ORDER BY unit_id
""")
ANSWERS = text("""
    SELECT unit_id, indicator_id, reported, verdict, assessed, awarded, exemption, reason
      FROM answers WHERE period_id = :period_id AND level_id = :level_id
""")
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
    codes = scored.leaf_by_id()
    found: dict[int, dict[str, StoredAnswer]] = {}
    for unit_id, indicator_id, *answer in await session.execute(ANSWERS, scored.cohort.key):
        found.setdefault(unit_id, {})[codes[indicator_id].code] = StoredAnswer.read(*answer)
    return found
