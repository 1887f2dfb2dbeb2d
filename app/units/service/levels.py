"""The order of steps of every write to levels."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.clients.client import Client
from app.kernel.errors import ConflictError, FieldError, ForbiddenError
from app.units import repository
from app.units.models import LevelRow
from app.units.schemas import Level, LevelCreate, LevelReplace, LevelValues
from app.units.service.checks import check_code, check_conditions, check_dates, refuse


async def list_levels(session: AsyncSession, after: tuple[int, str] | None, limit: int) -> list[Level]:
    """Up to `limit` levels that follow the one with ordinal and code `after`."""
    return [_level(row) for row in await repository.page_levels(session, after, limit)]


async def create_level(session: AsyncSession, client: Client, body: LevelCreate) -> Level:
    """Add a level. ConflictError `level_exists`, InvalidError `dates_out_of_order`."""
    _check(client, body)
    row = await repository.insert_level(session, body.model_dump())
    if row is None:
        raise ConflictError("level_exists", f"There is a level '{body.code}' already.")
    return await _recorded(session, client, "level.created", row)


async def put_level(
    session: AsyncSession,
    client: Client,
    code: str,
    body: LevelReplace,
    *,
    if_match: str | None = None,
    if_none_match: str | None = None,
) -> tuple[Level, bool]:
    """Replace a level, or create it where there is none (True). The conditions are header values.

    Raises PreconditionFailedError, InvalidError `code_mismatch` and as `create_level`; ConflictError `level_in_use`
    for a `valid_to` past which a unit of the level is valid: a reorganisation says who succeeds it.
    """
    stored = await repository.lock_level(session, code)
    revision = None if stored is None else stored.revision
    check_conditions(if_match, if_none_match, body.revision, revision)
    check_code(body.code, code)
    values = body.model_dump(exclude={"code", "revision"})
    if stored is None:
        return await create_level(session, client, LevelCreate(code=code, **values)), True
    _check(client, body)
    if body.valid_to is not None and body.valid_to != stored.valid_to:
        await _check_unused(session, stored, body.valid_to)
    row = await repository.update_level(session, stored.id, values)
    return await _recorded(session, client, "level.changed", row), False


async def end_level(session: AsyncSession, client: Client, code: str, on: date) -> bool:
    """Let the level end on the day, unless it has ended by then or a unit of it is valid; tell whether it does."""
    stored = await repository.lock_level(session, code)
    if stored is None or (stored.valid_to is not None and stored.valid_to <= on):
        return False
    if await repository.is_level_used(session, stored.id, on):
        return False
    row = await repository.update_level(session, stored.id, {"valid_to": on})
    await _recorded(session, client, "level.changed", row)
    return True


async def _check_unused(session: AsyncSession, stored: LevelRow, since: date) -> None:
    if await repository.is_level_used(session, stored.id, since):
        detail = (
            f"Units of the level are valid on {since} or later. A reorganisation ends them, and the level with them."
        )
        raise ConflictError("level_in_use", detail, [FieldError("/valid_to", "level_in_use", detail)])


def _check(client: Client, body: LevelValues) -> None:
    if client.unit is not None or client.levels is not None:
        raise ForbiddenError("outside_bounds", "Levels belong to all: a client with bounds may not write them.")
    refuse(check_dates(body.valid_from, body.valid_to))


async def _recorded(session: AsyncSession, client: Client, event: str, row: LevelRow) -> Level:
    level = _level(row)
    await record_global(session, actor=client.id, type=event, data=level.model_dump(mode="json"))
    return level


def _level(row: LevelRow) -> Level:
    return Level.model_validate(row, from_attributes=True)
