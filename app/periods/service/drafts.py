"""A period while it is a draft: made, replaced, deleted."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.kernel.errors import ConflictError, FieldError, InvalidError
from app.periods import repository
from app.periods.models import PeriodRow
from app.periods.roster import is_valid
from app.periods.schemas import PLAIN_FIELDS, PeriodCreate, PeriodLevel
from app.periods.windows import out_of_order


async def create(session: AsyncSession, period: PeriodCreate, actor: str) -> PeriodRow:
    """Draft a period. ConflictError `period_exists`; InvalidError names every unknown unit, level and framework."""
    if await repository.find(session, period.code) is not None:
        raise ConflictError("period_exists", f"There is a period '{period.code}' already.")
    row = PeriodRow(code=period.code, status="draft", revision=1)
    await write(session, row, period)
    await record_global(session, actor=actor, type="period.created", data=period.model_dump(mode="json"))
    return row


async def replace(session: AsyncSession, row: PeriodRow, period: PeriodCreate, actor: str) -> PeriodRow:
    """Replace a draft, whose row lock the caller holds. ConflictError `period_not_draft`."""
    require_draft(row)
    row.revision += 1
    await write(session, row, period)
    await record_global(session, actor=actor, type="period.changed", data=period.model_dump(mode="json"))
    return row


def require_same_code(code: str, period: PeriodCreate) -> None:
    """InvalidError `code_differs` unless the document is the one the path names."""
    if period.code != code:
        error = FieldError("/code", "code_differs", "The code in the body must be the one in the path.")
        raise InvalidError("code_differs", error.detail, [error])


async def remove(session: AsyncSession, row: PeriodRow, actor: str) -> None:
    """Delete a draft. ConflictError `period_not_draft`."""
    require_draft(row)
    await session.delete(row)
    await record_global(session, actor=actor, type="period.deleted", data={"code": row.code})


async def write(session: AsyncSession, row: PeriodRow, period: PeriodCreate) -> None:
    """Resolve the natural keys of a draft and store it with its levels and roster."""
    units = await repository.unit_ids(session, [period.authority, *(entry.unit for entry in period.roster)])
    levels, errors = await resolve_levels(session, period)
    errors = [*dates_out_of_order(period), *unknown_units(period, units), *repeated(period), *errors]
    if errors:
        raise InvalidError("invalid_period", "The period names things that do not fit together.", errors)
    row.authority_id = units[period.authority]
    for field in PLAIN_FIELDS:
        setattr(row, field, getattr(period, field))
    session.add(row)
    await session.flush()
    await repository.replace_levels(session, row.id, levels)
    await repository.delete_stray_benchmarks(session, row.id)
    entries = [{"unit_id": units[entry.unit], **entry.model_dump(exclude={"unit"})} for entry in period.roster]
    await repository.replace_roster(session, row.id, entries)


async def resolve_levels(session: AsyncSession, period: PeriodCreate) -> tuple[list[dict[str, int]], list[FieldError]]:
    """Ids of the levels and frameworks, and every error found on the way."""
    rows: list[dict[str, int]] = []
    errors: list[FieldError] = []
    for index, level in enumerate(period.levels):
        found = await repository.find_level_and_framework(session, level.level, level.framework)
        problems = list(level_problems(index, level, found, period.starts_on))
        errors += problems
        if not problems:
            rows.append({"level_id": found.level_id, "framework_id": found.framework_id})
    return rows, errors


def level_problems(index: int, level: PeriodLevel, found: Any, starts_on: date) -> Iterator[FieldError]:
    """What is wrong with one level of the document."""
    at = f"/levels/{index}"
    if found.level_id is None:
        yield FieldError(f"{at}/level", "unknown_level", f"There is no level '{level.level}'.")
    elif not is_valid(found, starts_on):
        detail = f"Level '{level.level}' is not valid on {starts_on.isoformat()}."
        yield FieldError(f"{at}/level", "level_not_valid", detail)
    if found.framework_id is None:
        yield FieldError(f"{at}/framework", "unknown_framework", f"There is no framework '{level.framework}'.")
        return
    if found.status == "retired":
        yield FieldError(f"{at}/framework", "framework_retired", f"Framework '{level.framework}' is retired.")
    if found.level_id is not None and found.framework_level_id != found.level_id:
        detail = f"Framework '{level.framework}' is not for level '{level.level}'."
        yield FieldError(f"{at}/framework", "framework_level_differs", detail)


def dates_out_of_order(period: PeriodCreate) -> Iterator[FieldError]:
    """A period that ends before it starts, and windows that are out of order."""
    if period.ends_on < period.starts_on:
        yield FieldError("/ends_on", "dates_out_of_order", "ends_on must not be before starts_on.")
    yield from out_of_order(period.opens_at, period.closes_at, period.review_closes_at)


def unknown_units(period: PeriodCreate, units: Mapping[str, int]) -> Iterator[FieldError]:
    """Units of the document that do not exist."""
    if period.authority not in units:
        yield FieldError("/authority", "unknown_unit", f"There is no unit '{period.authority}'.")
    for index, entry in enumerate(period.roster):
        if entry.unit not in units:
            yield FieldError(f"/roster/{index}/unit", "unknown_unit", f"There is no unit '{entry.unit}'.")


def repeated(period: PeriodCreate) -> Iterator[FieldError]:
    """Levels and units that the document names twice."""
    for field, name, values in (
        ("levels", "level", [level.level for level in period.levels]),
        ("roster", "unit", [entry.unit for entry in period.roster]),
    ):
        seen: set[str] = set()
        for index, value in enumerate(values):
            if value in seen:
                yield FieldError(f"/{field}/{index}/{name}", f"duplicate_{name}", f"'{value}' is named twice.")
            seen.add(value)


def require_draft(row: PeriodRow) -> None:
    """ConflictError `period_not_draft` unless the period is a draft."""
    if row.status != "draft":
        raise ConflictError("period_not_draft", f"Period '{row.code}' is {row.status}; only a draft can change.")
