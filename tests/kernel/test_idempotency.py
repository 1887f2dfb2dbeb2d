"""A POST with an Idempotency-Key is done once, and whoever sends it again is told the same."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

import asyncpg
import pytest
from fastapi import APIRouter, Form, Response, UploadFile
from httpx import AsyncClient
from httpx import Response as Answer
from sqlalchemy import text

from app.clients.access import Admin, Scope
from app.kernel.database import WriteSession
from app.kernel.errors import ConflictError
from app.kernel.idempotency import OnceRoute
from tests.conftest import Bearer
from tests.frameworks.documents import A_OVER_B

from .conftest import Start

KEY = "8e03978e-40d5-43e8-bc93-6894a57f9324"
LEVEL = {"code": "thon", "title": "Thôn", "ordinal": 70}
MARKS = "CREATE TABLE marks (id int PRIMARY KEY, mark int REFERENCES marks DEFERRABLE INITIALLY DEFERRED)"
EVENTS = "SELECT count(*) FROM global_events"
STORED = "SELECT count(*) FROM idempotency_keys"
AGE = "UPDATE idempotency_keys SET created_at = created_at -"
WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
TERMINATE = """
    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
     WHERE application_name = 'dti' AND state = 'active' AND query LIKE '%pg_sleep(20)%'
"""

Database = Any  # asyncpg's connection
probes = APIRouter(route_class=OnceRoute, prefix="/v1/once")


@probes.post("/sql")
async def run_once(
    session: WriteSession, client: Admin, statement: Annotated[str, Form()], note: str | None = None
) -> Response:
    await session.execute(text(statement))
    response = Response("xong: \u00e0".encode(), 202, media_type="text/plain")
    response.headers.append("Link", '</a>; rel="next"')
    response.headers.append("Link", '</b>; rel="last"')
    return response


@probes.post("/refused")
async def refuse_once(session: WriteSession, client: Admin, statement: Annotated[str, Form()]) -> None:
    await session.execute(text(statement))
    raise ConflictError("too_late", "It is too late.")


@probes.post("/file")
async def take_file_once(session: WriteSession, client: Admin, file: UploadFile) -> str:
    await session.execute(text("INSERT INTO marks VALUES (1)"))
    return (await file.read()).decode()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """The database beside the application."""
    connection = await asyncpg.connect(database_url)
    await connection.execute(MARKS)
    yield connection
    await connection.close()


@pytest.fixture
async def http(start: Start, database_url: str) -> AsyncIterator[AsyncClient]:
    async with start(database_url) as client:
        client.app.include_router(probes)  # type: ignore[attr-defined]
        yield client


async def create(http: AsyncClient, key: str = KEY, path: str = "/v1/levels", **changes: Any) -> Answer:
    return await http.post(path, json=LEVEL | changes, headers={"Idempotency-Key": key})


async def run(http: AsyncClient, statement: str, path: str = "/v1/once/sql") -> Answer:
    return await http.post(path, data={"statement": statement}, headers={"Idempotency-Key": KEY})


def outcome(answer: Answer) -> tuple[int, str]:
    assert answer.headers["content-type"] == "application/problem+json"
    assert "idempotent-replayed" not in answer.headers
    return answer.status_code, answer.json()["code"]


def assert_replayed(answer: Answer, first: Answer) -> None:
    """Byte for byte, with every header but the request's own id."""
    assert (answer.status_code, answer.content) == (first.status_code, first.content)
    own = (b"x-request-id", b"idempotent-replayed")
    assert [line for line in answer.headers.raw if line[0] not in own] == [
        line for line in first.headers.raw if line[0] not in own
    ]
    assert answer.headers["idempotent-replayed"] == "true"
    assert answer.headers["x-request-id"] != first.headers["x-request-id"]


async def test_the_same_request_gets_the_first_answer_again_and_is_done_once(
    admin: AsyncClient, database: Database
) -> None:
    first = await create(admin)
    assert (first.status_code, first.headers["etag"]) == (201, '"1"')
    assert "idempotent-replayed" not in first.headers
    for again in [await create(admin) for _ in range(3)]:
        assert_replayed(again, first)
    assert await database.fetchval(EVENTS) == 1


async def test_without_a_key_everything_is_done_as_often_as_it_is_sent(admin: AsyncClient) -> None:
    assert [(await admin.post("/v1/levels", json=LEVEL)).status_code for _ in range(2)] == [201, 409]


async def test_every_header_and_every_byte_comes_again(admin: AsyncClient, database: Database) -> None:
    first = await run(admin, "INSERT INTO marks VALUES (1)")
    assert first.status_code == 202
    again = await run(admin, "INSERT INTO marks VALUES (1)")
    assert_replayed(again, first)
    assert await database.fetchval("SELECT count(*) FROM marks") == 1
    assert again.headers.get_list("link") == ['</a>; rel="next"', '</b>; rel="last"']
    assert again.text == "xong: à"


@pytest.mark.parametrize(
    ("bare", "quoted"), [("a", '"a"'), ("a\\b", '"a\\\\b"'), ("x" * 255, f'"{"x" * 255}"'), ("~!,;", '"~!,;"')]
)
async def test_a_key_is_the_same_bare_and_quoted(admin: AsyncClient, bare: str, quoted: str) -> None:
    first = await create(admin, bare)
    assert first.status_code == 201
    assert_replayed(await create(admin, quoted), first)


@pytest.mark.parametrize("key", ["", '""', '"', '"a', 'a"', "a b", "é", '"é"', "a\tb", '"\\a"', '"a";b=1', "x" * 256])
async def test_what_is_no_key_is_refused_and_nothing_done(admin: AsyncClient, database: Database, key: str) -> None:
    answer = await admin.post("/v1/levels", json=LEVEL, headers=[(b"Idempotency-Key", key.encode("latin-1"))])
    assert outcome(answer) == (400, "invalid_idempotency_key")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/header/Idempotency-Key"]
    assert await database.fetchval(EVENTS) == 0


async def test_two_keys_are_refused(admin: AsyncClient) -> None:
    lines = [(b"Idempotency-Key", b"a"), (b"Idempotency-Key", b"b")]
    assert outcome(await admin.post("/v1/levels", json=LEVEL, headers=lines)) == (400, "invalid_idempotency_key")


async def test_a_key_used_for_another_request_is_refused(admin: AsyncClient, database: Database) -> None:
    statement = "INSERT INTO marks VALUES (1)"
    first = await run(admin, statement)
    for path, other in (
        ("/v1/once/sql", "INSERT INTO marks VALUES (2)"),
        ("/v1/once/sql?note=khác", statement),
        ("/v1/once/refused", statement),
    ):
        assert outcome(await run(admin, other, path)) == (422, "idempotency_key_reused")
    assert outcome(await create(admin)) == (422, "idempotency_key_reused")
    assert_replayed(await run(admin, statement), first)
    assert await database.fetchval("SELECT array_agg(id) FROM marks") == [1]


async def test_keys_are_each_clients_own(admin: AsyncClient, bearer: Bearer, database: Database) -> None:
    other = bearer(Scope.ADMIN, Scope.READ)
    await create(admin)
    answer = await admin.post("/v1/levels", json=LEVEL, headers={"Idempotency-Key": KEY, **other})
    assert outcome(answer) == (409, "level_exists")


async def test_whoever_may_not_send_a_request_is_not_told_its_answer(admin: AsyncClient, bearer: Bearer) -> None:
    key = {"Idempotency-Key": KEY}
    await create(admin)
    for authorization, expected in (
        (bearer(Scope.READ), (403, "insufficient_scope")),
        ({"Authorization": "Bearer x"}, (401, "invalid_token")),
    ):
        assert outcome(await admin.post("/v1/levels", json=LEVEL, headers=key | authorization)) == expected


async def test_while_the_first_still_runs_the_second_is_told_at_once(admin: AsyncClient, database: Database) -> None:
    statement = "INSERT INTO marks VALUES (1)"
    async with database.transaction():
        await database.execute("LOCK TABLE marks")
        running = asyncio.create_task(run(admin, statement))
        while not await database.fetchval(WAITING):  # noqa: ASYNC110 - the server's own state is waited for
            await asyncio.sleep(0.01)
        for answer in (await run(admin, statement), await create(admin)):
            assert outcome(answer) == (409, "idempotency_key_in_flight")
            assert answer.headers["retry-after"] == "1"
        assert not running.done()
    first = await running
    assert_replayed(await run(admin, statement), first)


async def test_of_many_at_once_one_is_done_and_all_are_told_the_same(admin: AsyncClient, database: Database) -> None:
    answers = await asyncio.gather(*(create(admin) for _ in range(20)))
    told = [answer for answer in answers if answer.status_code == 201]
    assert {answer.content for answer in told} == {told[0].content}
    assert sum("idempotent-replayed" not in answer.headers for answer in told) == 1
    assert {outcome(answer) for answer in answers if answer not in told} <= {(409, "idempotency_key_in_flight")}
    assert await database.fetchval(EVENTS) == 1


async def test_what_was_refused_has_not_used_its_key(admin: AsyncClient, database: Database) -> None:
    assert outcome(await create(admin, code="commune")) == (409, "level_exists")
    assert outcome(await create(admin, ordinal="x")) == (422, "validation_failed")
    assert outcome(await run(admin, "INSERT INTO marks VALUES (1)", "/v1/once/refused")) == (409, "too_late")
    assert await database.fetchval("SELECT count(*) FROM marks") == 0
    assert (await create(admin)).status_code == 201


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("SELECT 1/0", (500, "internal_error")),
        ("SELECT 1 FROM marks FOR UPDATE NOWAIT", (503, "busy")),
        # Deferred: only the commit is refused, after the answer was stored.
        ("INSERT INTO marks VALUES (2, 77)", (422, "unknown_reference")),
    ],
)
async def test_what_failed_left_nothing_and_is_tried_anew(
    admin: AsyncClient, database: Database, statement: str, expected: tuple[int, str]
) -> None:
    await database.execute("INSERT INTO marks VALUES (1)")
    async with database.transaction():
        await database.execute("SELECT FROM marks FOR UPDATE")
        for _ in range(2):
            assert outcome(await run(admin, statement)) == expected
    assert await database.fetchval(STORED) == 0
    assert (await run(admin, "SELECT 1")).status_code == 202


async def test_a_connection_that_breaks_in_the_middle_leaves_nothing(admin: AsyncClient, database: Database) -> None:
    running = asyncio.create_task(run(admin, "INSERT INTO marks SELECT 1 FROM pg_sleep(20)"))
    while not await database.fetchval(TERMINATE):  # noqa: ASYNC110 - the server's own state is waited for
        await asyncio.sleep(0.05)
    assert outcome(await running) == (503, "database_unavailable")
    assert await database.fetchval(STORED) == 0
    assert (await run(admin, "INSERT INTO marks VALUES (2)")).status_code == 202


async def test_where_the_answer_cannot_be_stored_there_is_no_work(admin: AsyncClient, database: Database) -> None:
    await database.execute("ALTER TABLE idempotency_keys ADD CONSTRAINT ck_none CHECK (status <> 202)")
    assert outcome(await run(admin, "INSERT INTO marks VALUES (1)")) == (422, "value_out_of_range")
    assert await database.fetchval("SELECT count(*) FROM marks") == 0


async def test_after_a_day_a_key_is_free_again(admin: AsyncClient, database: Database) -> None:
    await create(admin)
    await database.execute(f"{AGE} interval '23 hours 59 minutes'")
    assert (await create(admin)).headers["idempotent-replayed"] == "true"
    await database.execute(f"{AGE} interval '2 minutes'")
    second = await create(admin, code="to")
    assert (second.status_code, "idempotent-replayed" in second.headers) == (201, False)
    assert_replayed(await create(admin, code="to"), second)


async def test_each_new_key_clears_a_few_expired_ones_away(admin: AsyncClient, database: Database) -> None:
    await database.execute("""
        INSERT INTO idempotency_keys (client_id, key, fingerprint, status, headers, body, created_at)
        SELECT 'other', n, '', 200, '{}', '', now() - n * interval '1 hour' FROM generate_series(10, 40) n
    """)
    await create(admin)
    # Of the 17 that are past 24 hours the ten oldest.
    kept = "SELECT array_agg(key::int ORDER BY key) FROM idempotency_keys WHERE client_id = 'other'"
    assert await database.fetchval(kept) == list(range(10, 31))
    await create(admin, "another", code="to", title="Tổ", ordinal=71)
    assert await database.fetchval(kept) == list(range(10, 24))


async def test_an_answer_cannot_be_read_in_the_database(admin: AsyncClient, database: Database) -> None:
    await run(admin, "SELECT 1")
    assert await database.fetchval(STORED) == 1
    assert await database.fetchval("SELECT position('xong'::bytea IN body) FROM idempotency_keys") == 0


async def test_a_form_written_anew_with_another_boundary_is_the_same_request(
    admin: AsyncClient, database: Database
) -> None:
    async def send(boundary: str, content: str) -> Answer:
        disposition = 'Content-Disposition: form-data; name="file"; filename="a.txt"'
        body = f"--{boundary}\r\n{disposition}\r\n\r\n{content}\r\n--{boundary}--\r\n"
        kind = f"multipart/form-data; boundary={boundary}"
        headers = {"Idempotency-Key": KEY, "Content-Type": kind}
        return await admin.post("/v1/once/file", content=body.encode(), headers=headers)

    first = await send("aaaa1111", "quyết định")
    assert (first.status_code, first.json()) == (200, "quyết định")
    assert_replayed(await send("bbbb2222", "quyết định"), first)
    assert outcome(await send("bbbb2222", "thông báo")) == (422, "idempotency_key_reused")


async def test_a_post_that_only_reads_is_answered_again_too(admin: AsyncClient) -> None:
    body = {"rule": {"type": "direct"}, "inputs": A_OVER_B, "max_points": 10}
    headers = {"Idempotency-Key": KEY}
    first, again = [await admin.post("/v1/rules/check", json=body, headers=headers) for _ in range(2)]
    assert first.status_code == 200
    assert_replayed(again, first)


async def test_other_methods_and_the_token_take_no_notice_of_a_key(admin: AsyncClient, database: Database) -> None:
    headers = {"Idempotency-Key": '"'}
    assert (await admin.get("/v1/levels", headers=headers)).status_code == 200
    body = {"title": "Cấp xã", "ordinal": 40}
    assert (await admin.put("/v1/levels/commune", json=body, headers=headers)).status_code == 200
    form = {"grant_type": "password"}
    assert outcome(await admin.post("/oauth/token", data=form, headers=headers)) == (400, "unsupported_grant_type")
    assert await database.fetchval(STORED) == 0
