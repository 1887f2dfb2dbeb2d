"""A token opens what its client may do now: within half a second, with few queries, and never without a database."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import event

from app.clients.client import Scope
from app.clients.repository import STANDINGS
from app.clients.standing import FRESH_SECONDS, Standings
from tests.clients.calling import headers_of, knowledge_ages, outcome, values_of
from tests.clients.conftest import Add

PATH = "/v1/clients"
READER = "/v1/probe/reader"


@contextmanager
def asked(app: FastAPI) -> Iterator[list[str]]:
    """The door's queries meanwhile."""
    sent: list[str] = []

    def note(logged: Any) -> None:
        if logged.query == STANDINGS:
            sent.append(logged.query)

    def watch(connection: Any, *_rest: Any) -> None:
        connection.driver_connection.add_query_logger(note)

    def leave(connection: Any, *_rest: Any) -> None:
        connection.driver_connection.remove_query_logger(note)

    engine = app.state.database.reader.sync_engine
    event.listen(engine, "checkout", watch)
    event.listen(engine, "checkin", leave)
    yield sent
    event.remove(engine, "checkout", watch)
    event.remove(engine, "checkin", leave)


async def test_a_disabled_client_is_kept_out_and_its_tokens_stay_void(admin: AsyncClient, add: Add) -> None:
    credentials = await add(Scope.READ)
    headers = await headers_of(admin, credentials)
    path = f"{PATH}/{credentials.client_id}"
    assert (await admin.get(READER, headers=headers)).status_code == 200
    body = values_of((await admin.get(path)).json())
    assert (await admin.put(path, json=body | {"disabled": True})).status_code == 200
    await knowledge_ages()
    for url in (READER, "/v1/probe/visitor", "/v1/rankings?period=x&level=y"):
        assert outcome(await admin.get(url, headers=headers)) == (401, "invalid_token")
    assert (await admin.put(path, json=body)).status_code == 200
    await knowledge_ages()
    assert outcome(await admin.get(READER, headers=headers)) == (401, "invalid_token")
    assert (await admin.get(READER, headers=await headers_of(admin, credentials))).status_code == 200


async def test_the_tokens_of_a_deleted_client_are_void(admin: AsyncClient, add: Add) -> None:
    credentials = await add(Scope.READ)
    headers = await headers_of(admin, credentials)
    assert (await admin.get(READER, headers=headers)).status_code == 200
    assert (await admin.delete(f"{PATH}/{credentials.client_id}")).status_code == 204
    await knowledge_ages()
    assert outcome(await admin.get(READER, headers=headers)) == (401, "invalid_token")


async def test_tokens_take_the_bounds_and_scopes_that_their_client_has_now(admin: AsyncClient, add: Add) -> None:
    credentials = await add(Scope.READ, Scope.PUSH)
    headers = await headers_of(admin, credentials)
    assert (await admin.get("/v1/probe/pusher", headers=headers)).status_code == 200
    path = f"{PATH}/{credentials.client_id}"
    narrow = values_of((await admin.get(path)).json(), scopes=["read", "review"], unit="H61.1", levels=["commune"])
    assert (await admin.put(path, json=narrow)).status_code == 200
    await knowledge_ages()
    seen = (await admin.get(READER, headers=headers)).json()
    assert (seen["unit"], seen["levels"]) == ("H61.1", ["commune"])
    assert outcome(await admin.get("/v1/probe/pusher", headers=headers)) == (403, "insufficient_scope")


async def test_a_token_of_nobody_is_refused(app: FastAPI, http: AsyncClient) -> None:
    token = app.state.tokens.issue("client-0", [Scope.ADMIN], 1)
    answer = await http.get(READER, headers={"Authorization": f"Bearer {token}"})
    assert outcome(answer) == (401, "invalid_token")


async def test_the_door_asks_once_for_all_who_call_and_not_for_each_request(
    app: FastAPI, http: AsyncClient, add: Add
) -> None:
    callers = [await headers_of(http, await add(Scope.READ)) for _ in range(5)]
    await asyncio.gather(*(http.get(READER, headers=caller) for caller in callers))
    await knowledge_ages()
    with asked(app) as sent:
        answers = await asyncio.gather(*(http.get(READER, headers=callers[n % 5]) for n in range(40)))
        assert {answer.status_code for answer in answers} == {200}
        before = len(sent)
        assert before <= 2
    standings = Standings(app.state.database)
    with asked(app) as sent:
        found = await asyncio.gather(*(standings.of("client-0") for _ in range(50)))
        assert (set(found), len(sent)) == ({None}, 1)


async def test_nobody_is_let_in_by_knowledge_that_is_too_old(app: FastAPI, http: AsyncClient, add: Add) -> None:
    headers = await headers_of(http, await add(Scope.READ))
    assert (await http.get(READER, headers=headers)).status_code == 200
    assert FRESH_SECONDS < 0.5
    app.state.door._standings._known.clear()
    database = app.state.door._standings._database
    gone = pytest.MonkeyPatch()
    url = database.reader.url.set(port=1, host="127.0.0.1")
    from app.kernel.database import close_database, open_database
    from app.settings import Settings

    elsewhere = open_database(Settings(database_url=url.render_as_string(hide_password=False)))
    gone.setattr(app.state.door._standings, "_database", elsewhere)
    for path in (READER, "/v1/probe/visitor"):
        answer = await http.get(path, headers=headers)
        assert outcome(answer) == (503, "database_unavailable")
        assert answer.headers["retry-after"] == "1"
    gone.undo()
    await close_database(elsewhere)
    assert (await http.get(READER, headers=headers)).status_code == 200
