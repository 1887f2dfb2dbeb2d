"""The cohorts of a push under their locks, and who of them may be written now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Link
from app.kernel.errors import ConflictError
from app.periods.cohorts import lock_cohort
from app.pushes import repository
from app.pushes.checking import Findings, Placed, Roster, Seats, unknown_unit
from app.pushes.repository import UnitState
from app.scores.cohort import ScoredCohort

EDITABLE = frozenset({"draft", "returned"})
"""States of a submission in which its unit's values may be reported."""


@dataclass(frozen=True, slots=True)
class Locked:
    """One cohort whose lock is held, the values that belong to it by unit, and the units as they stand."""

    scored: ScoredCohort
    link: Link
    values: dict[int, list[Placed]]
    units: Mapping[int, UnitState]

    def all(self) -> Iterator[Placed]:
        """Every value."""
        return chain.from_iterable(self.values.values())


async def lock_all(session: AsyncSession, roster: Roster, seats: Seats) -> list[Locked]:
    """Lock every cohort that a value belongs to, in the order of `list_cohorts`, as whoever locks several does."""
    locked = []
    for level_id, scored in roster.cohorts.items():
        values = seats[level_id]
        if values:
            link = await lock_cohort(session, scored.cohort)
            units = await repository.list_units(session, scored.cohort, list(values))
            locked.append(Locked(scored, link, values, units))
    return locked


def check_standing(roster: Roster, locked: Sequence[Locked], found: Findings) -> None:
    """Note the values that cannot be written as things stand.

    Codes: those of the windows for reporting, for awarded points of those for reviewing (`period_not_open`,
    `window_not_open`, `window_closed`, `period_published`); `submission_not_editable`; `unknown_unit` for a unit that
    has left the roster meanwhile. Where the windows let no value in at all, ConflictError with the first refusal: the
    period is closed to this push. A unit with an extension is let in beside others that are not.
    """
    concerned = [each for each in locked if not all_stand(roster, each)]
    refusals = [refused for each in concerned for refused in outside_windows(roster, each)]
    if refusals and len(refusals) == sum(map(len, chain.from_iterable(each.values.values() for each in locked))):
        raise refusals[0][1]
    for value, refusal in refusals:
        found.add(value.given.position, f"{value.given.at}/unit", refusal.code, refusal.detail)
    for each in concerned:
        for value in each.all():
            check_unit(roster, value, each.units.get(value.target.unit_id), found)


def all_stand(roster: Roster, locked: Locked) -> bool:
    """Whether every value of a cohort can be written. Asked of its units: there are far fewer."""
    for unit_id, awards in {(value.target.unit_id, value.given.points is not None) for value in locked.all()}:
        unit = locked.units.get(unit_id)
        if unit is None or not (awards or unit.submission in EDITABLE):
            return False
        if window_refusal(roster.period, unit, locked.link, awards=awards):
            return False
    return True


def outside_windows(roster: Roster, locked: Locked) -> Iterator[tuple[Placed, ConflictError]]:
    """The values whose unit's window is not open now, each with its refusal."""
    known: dict[tuple[int, bool], ConflictError | None] = {}
    for value in locked.all():
        key = (value.target.unit_id, value.given.points is not None)
        unit = locked.units.get(key[0])
        if key not in known:
            known[key] = unit and window_refusal(roster.period, unit, locked.link, awards=key[1])
        refusal = known[key]
        if refusal is not None:
            yield value, refusal


def window_refusal(period: str, unit: UnitState, link: Link, *, awards: bool) -> ConflictError | None:
    """Why one unit cannot be reported for, or awarded points, now; None when it can."""
    require = unit.windows.require_reviewing if awards else unit.windows.require_reporting
    try:
        require(period, link.now)
    except ConflictError as refusal:
        return refusal
    return None


def check_unit(roster: Roster, value: Placed, unit: UnitState | None, found: Findings) -> None:
    """Note a value of a unit that has left the roster, or has handed its report in."""
    if unit is None:
        unknown_unit(roster, value.given, found)
    elif value.given.points is None and unit.submission not in EDITABLE:
        detail = f"The submission is {unit.submission}; a reviewer can return it."
        found.add(value.given.position, f"{value.given.at}/unit", "submission_not_editable", detail)
