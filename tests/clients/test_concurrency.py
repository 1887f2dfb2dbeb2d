"""Two at once: rotations, tokens beside a disabling, admins that disable each other, readers beside writers."""

import asyncio

import asyncpg
from fastapi import FastAPI
from httpx import AsyncClient

from app.clients.client import Scope
from tests.clients.calling import GRANT, bearer, headers_of, knowledge_ages, outcome, values_of
from tests.clients.conftest import Add
from tests.system.processes import becomes_true

PATH = "/v1/clients"
READER = "/v1/probe/reader"
_HELD = "BEGIN; SELECT pg_advisory_xact_lock(7104)"
_WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


async def _waiting(connection: asyncpg.Connection, number: int = 1) -> None:
    """Until so many transactions of this database wait for a lock."""

    async def are_waiting() -> bool:
        found: int = await connection.fetchval(_WAITING)
        return found >= number

    assert await becomes_true(are_waiting)


async def test_of_two_rotations_at_once_one_is_done_and_the_old_secret_stays_good(
    app: FastAPI, admin: AsyncClient, add: Add, database_url: str
) -> None:
    client_id, old = await add(Scope.READ)
    holder = await asyncpg.connect(database_url)
    await holder.execute(_HELD)
    both = [asyncio.create_task(admin.post(f"{PATH}/{client_id}/rotate")) for _ in range(2)]
    await _waiting(holder, 2)
    await holder.execute("COMMIT")
    done, late = sorted(await asyncio.gather(*both), key=lambda answer: answer.status_code)
    await holder.close()
    assert (done.status_code, outcome(late)) == (200, (409, "still_rotating"))
    for secret in (old, done.json()["client_secret"]):
        answer = await admin.post("/oauth/token", data=GRANT, auth=(client_id, secret))
        assert answer.status_code == 200


async def test_two_admins_who_disable_each_other_at_once_do_not_lock_everybody_out(
    app: FastAPI, admin: AsyncClient, add: Add, database_url: str
) -> None:
    other = await add(Scope.ADMIN)
    headers = await headers_of(admin, other)
    path = f"{PATH}/{other.client_id}"
    theirs = values_of((await admin.get(path)).json(), disabled=True)
    ours = values_of((await admin.get(f"{PATH}/test-admin")).json(), disabled=True)
    holder = await asyncpg.connect(database_url)
    await holder.execute(_HELD)
    both = [
        asyncio.create_task(admin.put(path, json=theirs)),
        asyncio.create_task(admin.put(f"{PATH}/test-admin", json=ours, headers=headers)),
    ]
    await _waiting(holder, 2)
    await holder.execute("COMMIT")
    done, late = sorted(await asyncio.gather(*both), key=lambda answer: answer.status_code)
    left = await holder.fetch("SELECT id FROM clients WHERE disabled_at IS NULL")
    await holder.close()
    assert (done.status_code, outcome(late), len(left)) == (200, (401, "invalid_token"), 1)


async def test_no_token_that_was_made_beside_a_disabling_opens_anything(
    app: FastAPI, admin: AsyncClient, add: Add
) -> None:
    credentials = await add(Scope.READ)
    path = f"{PATH}/{credentials.client_id}"
    body = values_of((await admin.get(path)).json(), disabled=True)
    asking = [asyncio.create_task(admin.post("/oauth/token", data=GRANT, auth=credentials)) for _ in range(20)]
    await asyncio.sleep(0)
    disabling = asyncio.create_task(admin.put(path, json=body))
    answers = await asyncio.gather(*asking)
    assert (await disabling).status_code == 200
    assert {answer.status_code for answer in answers} <= {200, 401}
    tokens = [answer.json()["access_token"] for answer in answers if answer.status_code == 200]
    await knowledge_ages()
    for token in tokens:
        assert outcome(await admin.get(READER, headers=bearer(token))) == (401, "invalid_token")
    # Those of the time before stay void when the client may call again.
    assert (await admin.put(path, json=body | {"disabled": False})).status_code == 200
    await knowledge_ages()
    for token in tokens:
        assert outcome(await admin.get(READER, headers=bearer(token))) == (401, "invalid_token")


async def test_a_token_made_from_what_was_read_before_the_disabling_is_void(
    app: FastAPI, admin: AsyncClient, add: Add, database_url: str
) -> None:
    """The token is asked for first, and given last: its transaction waits for the row that the disabling holds."""
    credentials = await add(Scope.READ)
    holder = await asyncpg.connect(database_url)
    await holder.execute("BEGIN")
    await holder.execute(
        "UPDATE clients SET disabled_at = now(), generation = generation + 1 WHERE id = $1", credentials.client_id
    )
    asking = asyncio.create_task(admin.post("/oauth/token", data=GRANT, auth=credentials))
    await _waiting(holder)
    await holder.execute("COMMIT")
    await holder.close()
    token = (await asking).json()["access_token"]
    assert outcome(await admin.get(READER, headers=bearer(token))) == (401, "invalid_token")
