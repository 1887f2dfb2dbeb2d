"""What may still change in a period that has been opened: its title and its windows."""

from collections.abc import Iterator

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.kernel.errors import ConflictError, FieldError, InvalidError
from app.periods.models import PeriodRow
from app.periods.schemas import Period, PeriodCreate, RosterEntry
from app.periods.service.life import record_in_cohorts, require_correctable
from app.periods.service.presenting import present
from app.periods.windows import exact, out_of_order

WINDOWS = ("opens_at", "closes_at", "review_closes_at")
FIXED = ("kind", "authority", "starts_on", "ends_on")


async def change_opened(session: AsyncSession, row: PeriodRow, wanted: PeriodCreate, actor: str) -> PeriodRow:
    """Give an opened period a new title or new windows; a document that changes nothing does nothing.

    The caller holds the period's row lock. Moved windows are an event of every cohort. ConflictError
    `period_not_draft` with a pointer to each field that no longer changes, `period_published`; InvalidError
    `invalid_period` for windows out of order.
    """
    require_correctable(row)
    fixed = list(fixed_fields(await present(session, row, None), wanted))
    if fixed:
        detail = f"Period '{row.code}' is {row.status}: only its title and its windows can change."
        raise ConflictError("period_not_draft", detail, fixed)
    errors = out_of_order(wanted.opens_at, wanted.closes_at, wanted.review_closes_at)
    if errors:
        raise InvalidError("invalid_period", "The windows are out of order.", errors)
    moved = {
        field: exact(value) if (value := getattr(wanted, field)) is not None else None
        for field in WINDOWS
        if getattr(row, field) != getattr(wanted, field)
    }
    if not moved and wanted.title == row.title:
        return row
    if moved:
        await record_in_cohorts(session, row, actor, "period.windows_changed", moved)
    row.title = wanted.title
    for field in moved:
        setattr(row, field, getattr(wanted, field))
    row.revision += 1
    await record_global(session, actor=actor, type="period.changed", data=wanted.model_dump(mode="json"))
    return row


def fixed_fields(stands: Period, wanted: PeriodCreate) -> Iterator[FieldError]:
    """The fields that differ and may not; levels and roster whatever their order.

    An entry that says only what holds by default says nothing; a roster that is left out stays as it is.
    """
    changed = [field for field in FIXED if getattr(stands, field) != getattr(wanted, field)]
    if {(level.level, level.framework) for level in stands.levels} != {
        (level.level, level.framework) for level in wanted.levels
    }:
        changed.append("levels")
    if "roster" in wanted.model_fields_set and telling(stands.roster) != telling(wanted.roster):
        changed.append("roster")
    for field in changed:
        yield FieldError(f"/{field}", "field_fixed", f"'{field}' no longer changes once the period has been opened.")


def telling(entries: list[RosterEntry]) -> set[tuple[str, str | None, bool, bool]]:
    """The entries that say something otherwise than by default."""
    found = {(entry.unit, entry.group, entry.ranked, entry.excluded) for entry in entries}
    return {entry for entry in found if entry[1:] != (None, True, False)}
