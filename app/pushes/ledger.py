"""Everything that is stored of a cohort, gone through some units at a time: what a large push changes, and leaves."""

import asyncio
from collections import Counter
from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.pushes import repository
from app.pushes.checking import Placed
from app.pushes.deciding import Change, Outcome, Records, decide_all
from app.pushes.rows import StoredAnswers, stored_after
from app.scores.cohort import ScoredCohort
from app.scores.repository import participants_of

UNITS = 250
"""So many units are read at a time: their rows are not to be held all at once."""


async def decide_cohort(
    session: AsyncSession,
    scored: ScoredCohort,
    values: Sequence[Placed],
    source: str | None,
    counts: Counter[Outcome],
) -> tuple[list[Change], StoredAnswers]:
    """The changes, by unit, and everybody's answers as they stand once these are written."""
    by_unit: dict[int, list[Placed]] = {unit_id: [] for unit_id, _ in await participants_of(session, scored.cohort)}
    for value in values:
        by_unit[value.target.unit_id].append(value)
    changes: list[Change] = []
    after: StoredAnswers = {unit_id: {} for unit_id in by_unit}
    units = list(by_unit)
    for start in range(0, len(units), UNITS):
        part = units[start : start + UNITS]
        given = [value for unit_id in part for value in by_unit[unit_id]]
        records = await repository.list_records(session, scored.cohort, part)
        decided = await asyncio.to_thread(decide_all, given, records, source, counts)
        await asyncio.to_thread(carry_forward, scored, records, given, decided, source, after)
        changes += decided
    return changes, after


def carry_forward(
    scored: ScoredCohort,
    records: Records,
    given: Sequence[Placed],
    decided: Sequence[Change],
    source: str | None,
    after: StoredAnswers,
) -> None:
    """Note how the answers of some units stand. Inputs that say the same are one object."""
    codes = {indicator_id: leaf.code for indicator_id, leaf in scored.leaf_by_id().items()}
    same = {(value.target.unit_id, value.leaf.id): value.taken for value in given if value.leaf} if records else {}
    for change in decided:
        unit_id = change.placed.target.unit_id
        after[unit_id][change.leaf.code] = stored_after(change, source)
    for (unit_id, indicator_id), record in records.items():
        code, taken = codes[indicator_id], same.get((unit_id, indicator_id))
        if code in after[unit_id]:
            continue
        shared = taken is not None and record.verdict is None and record.reported == taken.inputs
        after[unit_id][code] = taken.stored if shared and taken else record.scored
