"""SQL of one unit's part in its cohort's scores, for when it comes, goes or gets other traits."""

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.canonical import dumps
from app.periods.cohorts import Cohort
from app.scores.cohort import ScoredCohort
from app.scores.repository.exact import exactly
from app.scores.stored import BASES, StoredAnswer, answer_on
from app.scoring import cohort_values, exempted_by

UNIT_ANSWERS = text("""
    SELECT indicator_id, reported, verdict, assessed, awarded, exemption, reason
      FROM answers WHERE period_id = :period_id AND unit_id = :unit_id
""")
SET_VALUES = text("""
    UPDATE answers AS a SET self_values = r.self_values, assessed_values = r.assessed_values
      FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(indicator_id bigint, self_values numeric[], assessed_values numeric[])
     WHERE a.period_id = :period_id AND a.unit_id = :unit_id AND a.indicator_id = r.indicator_id
""")
# Answers that stay behind give nothing to the figures any more: a bound is asked of all answers of the cohort.
FORGET = (
    text("DELETE FROM scorecards WHERE period_id = :period_id AND unit_id = :unit_id"),
    text("DELETE FROM best_takers WHERE period_id = :period_id AND unit_id = :unit_id"),
    text("""
        UPDATE answers SET self_values = NULL, assessed_values = NULL
         WHERE period_id = :period_id AND unit_id = :unit_id
    """),
)
REPORTED_ELSEWHERE = text("""
    SELECT EXISTS (SELECT FROM submissions
                    WHERE period_id = :period_id AND unit_id = :unit_id AND level_id <> :level_id)
""")


async def revalue(session: AsyncSession, scored: ScoredCohort, unit_id: int, traits: frozenset[str]) -> None:
    """Write anew what one unit's answers give to the cohort's figures, now that it has these traits."""
    framework, leaves = scored.framework, scored.leaf_by_id()
    key = {"period_id": scored.cohort.period_id, "unit_id": unit_id}
    rows = []
    for indicator_id, *answer in await session.execute(UNIT_ANSWERS, key):
        leaf, stored = leaves[indicator_id], StoredAnswer.read(*answer)
        if not leaf.slots:
            continue
        by_trait = exempted_by(framework, leaf, traits)
        on = {basis: answer_on(basis, framework, stored, by_trait) for basis in BASES}
        values = {f"{basis}_values": list(cohort_values(leaf, on[basis])) for basis in BASES}
        rows.append({"indicator_id": indicator_id, **exactly(values)})
    if rows:
        await session.execute(SET_VALUES, key | {"rows": dumps(rows)})


async def forget_scores(session: AsyncSession, cohort: Cohort, unit_id: int) -> None:
    """Take one unit out of everything that is scored; its answers stay."""
    key = {"period_id": cohort.period_id, "unit_id": unit_id}
    for statement in FORGET:
        await session.execute(statement, key)


async def reported_elsewhere(session: AsyncSession, cohort: Cohort, unit_id: int) -> bool:
    """Whether the unit has a submission at another level of the period."""
    key = cohort.key | {"unit_id": unit_id}
    return bool((await session.execute(REPORTED_ELSEWHERE, key)).scalar_one())
