"""Everything that is stored of a cohort, gone through some units at a time: what a large push changes, and leaves."""

from collections.abc import Iterator, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.threads import beside
from app.pushes import repository
from app.pushes.checking import Placed
from app.pushes.deciding import Change, Records
from app.pushes.judging import Judge
from app.pushes.progress import decided
from app.pushes.rows import NO_ROWS, Rows, StoredAnswers, Work, rows_of, stored_after
from app.pushes.writing import is_small, put
from app.scores.repository import participants_of

UNITS = 250
"""So many units are read at a time: their rows are not to be held all at once."""


class Ledger:
    """A cohort as it stands, and as it will. Few changes wait for the end: they are scored unit by unit."""

    def __init__(self, work: Work, judge: Judge, units: Sequence[int]) -> None:
        self.after: StoredAnswers = {unit_id: {} for unit_id in units}
        self._work = work
        self._judge = judge
        self._codes = {indicator_id: leaf.code for indicator_id, leaf in work.scored.leaf_by_id().items()}
        self._waiting: list[Change] = []
        self._changed: set[int] = set()

    def parts(self) -> Iterator[Sequence[int]]:
        """The units, so many at a time."""
        units = list(self.after)
        for start in range(0, len(units), UNITS):
            yield units[start : start + UNITS]

    @property
    def has_few(self) -> bool:
        """Whether so few units have changed that they are better scored one by one."""
        return is_small(len(self._changed), len(self.after))

    def enter(self, values: Sequence[Placed], records: Records) -> Rows:
        """Check and decide the values of some units, of which these are all records; what is to be written now."""
        self._judge.check(values)
        changes = self._judge.decide(values, records)
        self._carry_forward(values, records, changes)
        self._work.changes += changes
        self._waiting += changes
        self._changed.update(change.placed.target.unit_id for change in changes)
        if self._judge.refuses or self.has_few:
            return NO_ROWS
        rows, self._waiting = rows_of(self._work, self._waiting), []
        return rows

    def _carry_forward(self, values: Sequence[Placed], records: Records, changes: Sequence[Change]) -> None:
        """Note how the answers of some units stand. Inputs that say the same are one object."""
        same = {(value.target.unit_id, value.leaf.id): value.taken for value in values if value.leaf} if records else {}
        for change in changes:
            unit_id = change.placed.target.unit_id
            self.after[unit_id][change.leaf.code] = stored_after(change, self._work.source)
        for (unit_id, indicator_id), record in records.items():
            code, taken = self._codes[indicator_id], same.get((unit_id, indicator_id))
            if code in self.after[unit_id]:
                continue
            shared = taken is not None and record.verdict is None and record.reported == taken.inputs
            self.after[unit_id][code] = taken.stored if shared and taken else record.scored


async def go_through(session: AsyncSession, work: Work, judge: Judge, values: dict[int, list[Placed]]) -> None:
    """Check, decide and write the values, by unit, until none is left. While some are written the next are checked.

    What may be left to write is `work.rows`. Where few units change nothing is written, and `work.after` is None.
    """
    cohort = work.scored.cohort
    await repository.plan_by_keys(session)
    ledger = Ledger(work, judge, [unit_id for unit_id, _ in await participants_of(session, cohort)])
    rows = NO_ROWS
    for number, units in enumerate(ledger.parts(), 1):
        # Whoever is gone through is let go of: there may be 250 000, and all at the end would take half a second.
        given = [value for unit_id in units for value in values.pop(unit_id, ())]
        records = await repository.list_records(session, cohort, units)
        rows = await beside(partial(ledger.enter, given, records), put(session, work, rows))
        decided(number * UNITS, len(ledger.after))
    work.rows = rows
    work.after = None if ledger.has_few else ledger.after
