"""A transaction of which nothing is kept."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import Database, transaction


class _UndoError(Exception):
    pass


@asynccontextmanager
async def undone(database: Database) -> AsyncIterator[AsyncSession]:
    """A session whose writes are rolled back at the end."""
    with suppress(_UndoError):
        async with transaction(database) as session:
            yield session
            raise _UndoError
