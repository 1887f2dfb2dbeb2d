"""SQL of levels."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import exists, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import NotFoundError
from app.units.models import LevelRow, UnitVersionRow


async def find_level(session: AsyncSession, code: str) -> LevelRow | None:
    return await session.scalar(select(LevelRow).where(LevelRow.code == code))


async def get_level(session: AsyncSession, code: str) -> LevelRow:
    """The level, or NotFoundError `level_not_found`."""
    level = await find_level(session, code)
    if level is None:
        raise NotFoundError("level_not_found", f"There is no level '{code}'.")
    return level


async def list_levels(session: AsyncSession) -> list[LevelRow]:
    """Every level, by ordinal; those that have ended too."""
    return list(await session.scalars(select(LevelRow).order_by(LevelRow.ordinal, LevelRow.code)))


async def page_levels(session: AsyncSession, after: tuple[int, str] | None, limit: int) -> list[LevelRow]:
    """Up to `limit` levels that follow the level with ordinal and code `after`."""
    query = select(LevelRow).order_by(LevelRow.ordinal, LevelRow.code).limit(limit)
    if after is not None:
        query = query.where(tuple_(LevelRow.ordinal, LevelRow.code) > after)
    return list(await session.scalars(query))


async def lock_level(session: AsyncSession, code: str) -> LevelRow | None:
    """The level as it is now, kept from other writers until the transaction ends."""
    query = select(LevelRow).where(LevelRow.code == code).with_for_update(key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


async def insert_level(session: AsyncSession, values: Mapping[str, Any]) -> LevelRow | None:
    """The new level, or None where its code is taken."""
    statement = insert(LevelRow).values(values).on_conflict_do_nothing(index_elements=["code"])
    return await session.scalar(statement.returning(LevelRow))


async def update_level(session: AsyncSession, level_id: int, values: Mapping[str, Any]) -> LevelRow:
    """Write a locked level's new values; its revision goes up by one."""
    statement = (
        update(LevelRow)
        .where(LevelRow.id == level_id)
        .values(**values, revision=LevelRow.revision + 1)
        .returning(LevelRow)
    )
    options = {"synchronize_session": False, "populate_existing": True}
    return (await session.scalars(statement, execution_options=options)).one()


async def is_level_used(session: AsyncSession, level_id: int, since: date) -> bool:
    """Whether a unit of the level is valid on that day or later."""
    version = UnitVersionRow
    lasting = or_(version.valid_to.is_(None), version.valid_to > since)
    return bool(await session.scalar(select(exists().where(version.level_id == level_id, lasting))))
