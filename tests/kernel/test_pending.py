"""Writes that wait are sent together, or before whoever has to see them."""

import pytest
from fastapi import FastAPI

from app.kernel.database import fetch, transaction
from app.kernel.pending import Pending, Statement

INSERT = "INSERT INTO levels (code, title, ordinal) VALUES ($1, $2, $3)"
RENAME = "UPDATE levels SET title = $2 WHERE code = $1 RETURNING title, $3::bigint"
TITLES = "SELECT title FROM levels WHERE code LIKE 'p-%' ORDER BY code"


async def test_what_waits_goes_out_with_the_last_write_whose_rows_come_back(app: FastAPI) -> None:
    async with transaction(app.state.database) as session:
        pending = Pending()
        pending.add(Statement(INSERT, ("p-a", "A", 91)), Statement(INSERT, ("p-b", "B", 92)))
        assert list(await fetch(session, TITLES)) == []
        renamed = await pending.send(session, Statement(RENAME, ("commune", "Xã, phường", 7)))
        assert [tuple(row) for row in renamed] == [("Xã, phường", 7)]
        assert [tuple(row) for row in await fetch(session, TITLES)] == [("A",), ("B",)]
        assert await pending.send(session) == []
    async with transaction(app.state.database) as session:
        assert len(await fetch(session, TITLES)) == 2


async def test_what_has_to_be_seen_is_sent_first(app: FastAPI) -> None:
    async with transaction(app.state.database) as session:
        pending = Pending()
        pending.add(Statement(INSERT, ("p-a", "A", 91)))
        await pending.send(session)
        assert [tuple(row) for row in await pending.send(session, Statement(RENAME, ("p-a", "A2", 1)))] == [("A2", 1)]


async def test_one_that_is_refused_takes_all_with_it(app: FastAPI) -> None:
    class BreakError(Exception):
        pass

    with pytest.raises(BreakError):
        async with transaction(app.state.database) as session:
            pending = Pending()
            pending.add(Statement(INSERT, ("p-a", "A", 91)))
            await pending.send(session, Statement(INSERT, ("p-b", "B", 92)))
            raise BreakError
    async with transaction(app.state.database) as session:
        assert list(await fetch(session, TITLES)) == []
