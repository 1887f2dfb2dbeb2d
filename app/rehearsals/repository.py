"""SQL of rehearsals: all that is needed of a cohort, read in one snapshot."""

from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.canonical import loads
from app.periods.cohorts import Cohort
from app.scores.stored import StoredAnswer

_ROWS_AT_ONCE = 2_000

TRAITS = text("SELECT code, traits FROM participants WHERE period_id = :period_id AND level_id = :level_id")
# Inputs come as text: whoever scores parses them in a thread, where hundreds of thousands hold nobody up.
ANSWERS = text("""
    SELECT p.code, a.indicator_id, CAST(a.reported AS text), a.verdict, CAST(a.assessed AS text), a.awarded,
           a.exemption, a.reason
      FROM answers a JOIN participants p ON p.period_id = a.period_id AND p.unit_id = a.unit_id
     WHERE a.period_id = :period_id AND a.level_id = :level_id
""")


class AnswerText(NamedTuple):
    """One leaf of one unit, its inputs not parsed yet."""

    unit: str
    indicator_id: int
    reported: str | None
    verdict: str | None
    assessed: str | None
    awarded: Any
    exemption: str | None
    reason: str | None

    def read(self) -> StoredAnswer:
        """The answer with its inputs in the engine's normal form."""
        reported = None if self.reported is None else loads(self.reported)
        assessed = None if self.assessed is None else loads(self.assessed)
        return StoredAnswer.read(reported, self.verdict, assessed, self.awarded, self.exemption, self.reason)


async def list_traits(session: AsyncSession, cohort: Cohort) -> dict[str, frozenset[str]]:
    """The traits of every participant, by unit code."""
    return {row.code: frozenset(row.traits) for row in await session.execute(TRAITS, cohort.key)}


async def list_answers(session: AsyncSession, cohort: Cohort) -> list[AnswerText]:
    """Every stored answer of a cohort, by one query that lets other requests in between."""
    found: list[AnswerText] = []
    rows = await session.stream(ANSWERS, cohort.key, execution_options={"yield_per": _ROWS_AT_ONCE})
    async for part in rows.partitions():
        found += [AnswerText(*row) for row in part]
    return found
