"""The order of steps of every write to levels."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.clients.client import Client
from app.kernel.errors import ConflictError, ForbiddenError
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

    Raises PreconditionFailedError, InvalidError `code_mismatch` and as `create_level`.
    """
    stored = await repository.lock_level(session, code)
    revision = None if stored is None else stored.revision
    check_conditions(if_match, if_none_match, body.revision, revision)
    check_code(body.code, code)
    values = body.model_dump(exclude={"code", "revision"})
    if stored is None:
        return await create_level(session, client, LevelCreate(code=code, **values)), True
    _check(client, body)
    row = await repository.update_level(session, stored.id, values)
    return await _recorded(session, client, "level.changed", row), False


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
