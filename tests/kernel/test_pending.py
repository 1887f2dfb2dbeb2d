"""Writes that wait are sent together, or before whoever has to see them."""

from collections.abc import AsyncIterator

import asyncpg
import pytest

from app.kernel.database import Database, close_database, fetch, open_database, transaction
from app.kernel.pending import Pending, Statement
from app.settings import Settings

INSERT = "INSERT INTO levels (code, title, ordinal) VALUES ($1, $2, $3)"
RENAME = "UPDATE levels SET title = $2 WHERE code = $1 RETURNING title, $3::bigint"
TITLES = "SELECT title FROM levels WHERE code LIKE 'p-%' ORDER BY code"
FIRST, SECOND = Statement(INSERT, ("p-a", "A", 91)), Statement(INSERT, ("p-b", "B", 92))


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    opened = open_database(settings)
    yield opened
    await close_database(opened)


async def titles(database: Database) -> list[str]:
    async with transaction(database) as session:
        return [title for (title,) in await fetch(session, TITLES)]


async def test_what_waits_goes_out_with_the_last_write_whose_rows_come_back(database: Database) -> None:
    async with transaction(database) as session:
        pending = Pending()
        pending.add(FIRST, SECOND)
        assert list(await fetch(session, TITLES)) == []
        renamed = await pending.send(session, Statement(RENAME, ("commune", "Xã, phường", 7)))
        assert [tuple(row) for row in renamed] == [("Xã, phường", 7)]
        assert [tuple(row) for row in await fetch(session, TITLES)] == [("A",), ("B",)]
        assert await pending.send(session) == []
    assert await titles(database) == ["A", "B"]


async def test_what_has_to_be_seen_is_sent_first(database: Database) -> None:
    async with transaction(database) as session:
        pending = Pending()
        pending.add(FIRST)
        await pending.send(session)
        assert [tuple(row) for row in await pending.send(session, Statement(RENAME, ("p-a", "A2", 1)))] == [("A2", 1)]


async def send(database: Database, *statements: Statement) -> None:
    async with transaction(database) as session:
        await Pending().send(session, *statements)


async def test_one_that_is_refused_takes_all_with_it(database: Database) -> None:
    with pytest.raises(asyncpg.UniqueViolationError):
        await send(database, FIRST, SECOND, FIRST)
    assert await titles(database) == []
