"""SQL of periods and their levels."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import delete, insert, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import BadRequestError, NotFoundError
from app.periods.models import PeriodLevelRow, PeriodRow

LEVELS = text("""
    SELECT pl.period_id, l.id AS level_id, l.code AS level, l.valid_from, l.valid_to, f.id AS framework_id,
           f.code || '/' || f.version AS framework, f.level_id AS framework_level_id, f.status, f.content_hash
      FROM period_levels pl JOIN levels l ON l.id = pl.level_id JOIN frameworks f ON f.id = pl.framework_id
     WHERE pl.period_id = ANY(CAST(:period_ids AS bigint[])) ORDER BY l.ordinal, l.id
""")
LEVEL_AND_FRAMEWORK = text("""
    SELECT l.id AS level_id, l.valid_from, l.valid_to,
           f.id AS framework_id, f.level_id AS framework_level_id, f.status
      FROM (SELECT 1) AS one
      LEFT JOIN levels l ON l.code = :level
      LEFT JOIN frameworks f ON f.code = :code AND f.version = :version
""")
UNIT_IDS = text("SELECT code, id FROM units WHERE code = ANY(CAST(:codes AS text[]))")
CODES = text("SELECT id, code FROM units WHERE id = ANY(CAST(:ids AS bigint[]))")


@dataclass(frozen=True, slots=True)
class LevelOfPeriod:
    """A level of a period with the facts of its framework that opening checks."""

    level_id: int
    level: str
    valid_from: date | None
    valid_to: date | None
    framework_id: int
    framework: str
    framework_level_id: int
    status: str
    content_hash: str | None


async def find(session: AsyncSession, code: str) -> PeriodRow | None:
    """The period of that code, or None."""
    return (await session.execute(select(PeriodRow).where(PeriodRow.code == code))).scalar_one_or_none()


async def get(session: AsyncSession, code: str) -> PeriodRow:
    """The period of that code. NotFoundError `period_not_found`."""
    row = await find(session, code)
    if row is None:
        raise NotFoundError("period_not_found", f"There is no period '{code}'.")
    return row


async def find_locked(session: AsyncSession, code: str) -> PeriodRow | None:
    """The period of that code with its row lock held, or None."""
    query = select(PeriodRow).where(PeriodRow.code == code).with_for_update()
    return (await session.execute(query, execution_options={"populate_existing": True})).scalar_one_or_none()


async def lock(session: AsyncSession, code: str) -> PeriodRow:
    """The period with its row lock held. NotFoundError `period_not_found`."""
    row = await find_locked(session, code)
    if row is None:
        raise NotFoundError("period_not_found", f"There is no period '{code}'.")
    return row


def position(cursor: Sequence[Any] | None) -> tuple[date, str] | None:
    """Where the page before ended. BadRequestError `invalid_cursor`."""
    if cursor is None:
        return None
    try:
        return date.fromisoformat(cursor[0]), str(cursor[1])
    except (TypeError, ValueError) as error:
        raise BadRequestError("invalid_cursor", "The cursor is not one this list gave.") from error


async def list_(session: AsyncSession, limit: int, after: tuple[Any, str] | None) -> list[PeriodRow]:
    """Periods, newest start first, then by code; keyset-paged."""
    query = select(PeriodRow).order_by(PeriodRow.starts_on.desc(), PeriodRow.code.desc()).limit(limit)
    if after is not None:
        query = query.where(tuple_(PeriodRow.starts_on, PeriodRow.code) < tuple_(*after))
    return list((await session.execute(query)).scalars())


async def levels_of(session: AsyncSession, period_ids: Sequence[int]) -> dict[int, list[LevelOfPeriod]]:
    """The levels of periods with their frameworks, by period."""
    found: dict[int, list[LevelOfPeriod]] = {period_id: [] for period_id in period_ids}
    for period_id, *level in await session.execute(LEVELS, {"period_ids": list(period_ids)}):
        found[period_id].append(LevelOfPeriod(*level))
    return found


async def find_level_and_framework(session: AsyncSession, level: str, framework: str) -> Any:
    """Ids of a level and a framework named by natural keys; null where there is none."""
    code, version = framework.split("/")
    values = {"level": level, "code": code, "version": int(version)}
    return (await session.execute(LEVEL_AND_FRAMEWORK, values)).one()


async def unit_ids(session: AsyncSession, codes: Sequence[str]) -> dict[str, int]:
    """Ids by unit code, for those that exist."""
    rows = await session.execute(UNIT_IDS, {"codes": list(codes)})
    return {row.code: row.id for row in rows}


async def codes_of(session: AsyncSession, ids: Sequence[int]) -> dict[int, str]:
    """Unit codes by unit id."""
    rows = await session.execute(CODES, {"ids": list(ids)})
    return {row.id: row.code for row in rows}


async def replace_levels(session: AsyncSession, period_id: int, rows: Sequence[dict[str, int]]) -> None:
    """Write the levels of a draft anew."""
    await session.execute(delete(PeriodLevelRow).where(PeriodLevelRow.period_id == period_id))
    await session.execute(insert(PeriodLevelRow), [{"period_id": period_id, **row} for row in rows])
