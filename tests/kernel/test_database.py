"""The commit comes before the answer; broken constraints have names; a lost database is a 503 in time."""

import asyncio
import time
from collections.abc import AsyncIterator

import asyncpg
import pytest
from httpx import AsyncClient, Response
from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError, IntegrityError

from app.kernel.database import Database, close_database, normalise_url, open_database, transaction
from app.kernel.errors import Breach, ConflictError, name_breaches
from app.settings import Settings

from .conftest import Start

TABLES = """
CREATE TABLE parents (id int CONSTRAINT pk_parents PRIMARY KEY, CONSTRAINT ck_parents_small CHECK (id < 100));
CREATE TABLE children (
    id int CONSTRAINT pk_children PRIMARY KEY,
    parent_id int NOT NULL CONSTRAINT fk_children_parent_id REFERENCES parents DEFERRABLE INITIALLY DEFERRED
);
INSERT INTO parents VALUES (1);
INSERT INTO children VALUES (1, 1);
"""
TERMINATE = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'dti'"


async def connect(url: str) -> "asyncpg.Connection[asyncpg.Record]":
    return await asyncpg.connect(make_url(url).set(drivername="postgresql").render_as_string(hide_password=False))


@pytest.fixture
async def tables(empty_database_url: str) -> str:
    connection = await connect(empty_database_url)
    await connection.execute(TABLES)
    await connection.close()
    return empty_database_url


@pytest.fixture
async def http(start: Start, tables: str) -> AsyncIterator[AsyncClient]:
    async with start(tables, pool_size=2) as client:
        yield client


async def write(http: AsyncClient, statement: str) -> Response:
    return await http.post("/v1/probe/sql", data={"statement": statement})


async def read(http: AsyncClient, statement: str) -> Response:
    return await http.get("/v1/probe/sql", params={"statement": statement})


def outcome(response: Response) -> tuple[int, str]:
    assert response.headers["content-type"] == "application/problem+json"
    return response.status_code, response.json()["code"]


async def test_what_was_written_is_there_for_the_next_request(http: AsyncClient) -> None:
    assert (await write(http, "INSERT INTO parents VALUES (2)")).status_code == 200
    assert (await read(http, "SELECT count(*) FROM parents")).json() == 2


async def test_a_commit_that_fails_is_never_a_success(http: AsyncClient) -> None:
    # The foreign key is deferred: the route itself succeeds, and only the commit is refused.
    response = await write(http, "INSERT INTO children VALUES (2, 77)")
    assert outcome(response) == (422, "unknown_reference")
    assert (await read(http, "SELECT count(*) FROM children")).json() == 1


@pytest.mark.parametrize(
    ("statement", "expected"),
    [
        ("INSERT INTO parents VALUES (1)", (409, "already_exists")),
        ("INSERT INTO parents VALUES (100)", (422, "value_out_of_range")),
        ("INSERT INTO parents VALUES (5000000000)", (422, "value_out_of_range")),
        ("SELECT 1/0", (500, "internal_error")),
        ("INSERT INTO children VALUES (3, NULL)", (500, "internal_error")),
        ("SELECT nothing", (500, "internal_error")),
    ],
)
async def test_a_broken_constraint_has_its_status(http: AsyncClient, statement: str, expected: tuple[int, str]) -> None:
    response = await write(http, statement)
    assert outcome(response) == expected
    assert "parents" not in response.text


async def test_a_row_still_in_use_cannot_be_deleted(http: AsyncClient) -> None:
    response = await http.delete("/v1/probe/sql", params={"statement": "DELETE FROM parents WHERE id = 1"})
    assert outcome(response) == (409, "still_referenced")


async def test_a_feature_names_its_own_breaches(http: AsyncClient) -> None:
    name_breaches({"pk_children": Breach(ConflictError, "child_exists", "There is such a child.")})
    assert outcome(await write(http, "INSERT INTO children VALUES (1, 1)")) == (409, "child_exists")


async def test_a_number_no_column_can_hold_is_the_callers_fault(http: AsyncClient) -> None:
    assert outcome(await http.get("/v1/probe/number", params={"number": 2**63})) == (
        422,
        "value_out_of_range",
    )


async def test_a_write_that_meets_a_lock_is_told_to_come_again(http: AsyncClient, tables: str) -> None:
    other = await connect(tables)
    try:
        async with other.transaction():
            await other.execute("SELECT 1 FROM parents WHERE id = 1 FOR UPDATE")
            response = await write(http, "SELECT 1 FROM parents FOR UPDATE NOWAIT")
    finally:
        await other.close()
    assert outcome(response) == (503, "busy")
    assert response.headers["retry-after"] == "1"


async def test_connections_the_server_closed_are_replaced_unseen(http: AsyncClient, tables: str) -> None:
    await asyncio.gather(*[read(http, "SELECT pg_sleep(0.05)") for _ in range(2)])
    await write(http, "SELECT 1")
    other = await connect(tables)
    await other.execute(TERMINATE)
    await other.close()
    await asyncio.sleep(0.05)
    answers = [await read(http, "SELECT 1"), await read(http, "SELECT 1"), await write(http, "SELECT 1")]
    assert [answer.status_code for answer in answers] == [200, 200, 200]


async def test_a_connection_that_breaks_in_the_middle_is_a_503(http: AsyncClient, tables: str) -> None:
    for call in (read, write):
        running = asyncio.create_task(call(http, "SELECT pg_sleep(20)::text"))
        other = await connect(tables)
        sleeping = f"{TERMINATE} AND state = 'active' AND query LIKE '%pg_sleep(20)%'"
        while not await other.fetchval(sleeping):  # noqa: ASYNC110 - the server's own state is waited for
            await asyncio.sleep(0.05)
        await other.close()
        assert outcome(await running) == (503, "database_unavailable")
    assert (await read(http, "SELECT 1")).status_code == 200


async def test_a_full_pool_is_a_503_in_time_and_recovers(http: AsyncClient) -> None:
    sleepers = [asyncio.create_task(read(http, "SELECT pg_sleep(2)::text")) for _ in range(2)]
    await asyncio.sleep(0.1)
    started = time.perf_counter()
    response = await read(http, "SELECT 1")
    assert outcome(response) == (503, "database_unavailable")
    assert time.perf_counter() - started < 3
    # Readers waiting keep no writer out.
    assert (await write(http, "SELECT 1")).status_code == 200
    assert [(await sleeper).status_code for sleeper in sleepers] == [200, 200]
    assert (await read(http, "SELECT 1")).status_code == 200


async def test_a_statement_that_takes_too_long_is_given_up(start: Start, tables: str) -> None:
    async with start(tables, statement_seconds=1) as http:
        response = await read(http, "SELECT pg_sleep(5)::text")
        assert outcome(response) == (503, "database_unavailable")
        assert (await read(http, "SELECT 1")).json() == 1


async def test_a_cancelled_request_leaks_no_connection(http: AsyncClient) -> None:
    for _ in range(10):
        task = asyncio.create_task(write(http, "SELECT pg_sleep(1)::text"))
        await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    assert [(await write(http, "SELECT 1")).status_code for _ in range(3)] == [200] * 3


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://dti@127.0.0.1:1/dti",
        "postgresql://dti@no-such-host.invalid/dti",
        "postgresql://x@/x?host=/nowhere",
    ],
)
async def test_no_server_is_a_503_in_time(start: Start, url: str) -> None:
    async with start(url) as http:
        for call in (read, write):
            started = time.perf_counter()
            response = await call(http, "SELECT 1")
            assert outcome(response) == (503, "database_unavailable")
            assert response.headers["retry-after"] == "1"
            assert time.perf_counter() - started < 3
        assert (await http.get("/livez")).status_code == 200


async def test_a_server_that_never_answers_is_a_503_in_time(start: Start) -> None:
    held: list[asyncio.StreamWriter] = []
    silent = await asyncio.start_server(lambda _, writer: held.append(writer), "127.0.0.1", 0)
    port = silent.sockets[0].getsockname()[1]
    async with start(f"postgresql://dti@127.0.0.1:{port}/dti") as http:
        started = time.perf_counter()
        assert outcome(await read(http, "SELECT 1")) == (503, "database_unavailable")
        assert time.perf_counter() - started < 3
    for writer in held:
        writer.close()
    silent.close()


async def test_a_wrong_password_or_a_missing_database_is_a_503(start: Start, tables: str) -> None:
    url = make_url(tables).set(database="no_such_database").render_as_string(hide_password=False)
    async with start(url) as http:
        assert outcome(await read(http, "SELECT 1")) == (503, "database_unavailable")


async def test_the_session_is_set_up_as_promised(http: AsyncClient) -> None:
    for name, value in {
        "jit": "off",
        "lock_timeout": "5s",
        "statement_timeout": "30s",
        "application_name": "dti",
    }.items():
        assert (await read(http, f"SELECT current_setting('{name}')")).json() == value


async def _insert(database: Database, *parents: int) -> None:
    async with transaction(database) as session:
        for parent in parents:
            await session.execute(text("INSERT INTO parents VALUES (:id)"), {"id": parent})


async def test_a_transaction_outside_http_commits_or_rolls_back(tables: str) -> None:
    database = open_database(Settings(database_url=tables))
    await _insert(database, 8)
    with pytest.raises(IntegrityError):
        await _insert(database, 9, 9)
    async with database.reader.connect() as connection:
        assert (await connection.scalars(text("SELECT id FROM parents ORDER BY id"))).all() == [1, 8]
    await close_database(database)


async def test_an_error_does_not_tell_what_was_sent(empty_database_url: str) -> None:
    database = open_database(Settings(database_url=empty_database_url))
    with pytest.raises(DBAPIError) as caught:
        async with database.reader.connect() as connection:
            await connection.execute(text("SELECT 1 / length(CAST(:sent AS text)) / 0"), {"sent": "in confidence"})
    assert "in confidence" not in str(caught.value)
    await close_database(database)


def test_the_usual_urls_are_understood() -> None:
    url = normalise_url("postgres://u:p%40@h:5/d?sslmode=require")
    assert url.render_as_string(hide_password=False) == "postgresql+asyncpg://u:p%40@h:5/d?ssl=require"


def test_without_a_database_the_sentence_says_what_to_do() -> None:
    with pytest.raises(ValueError, match="DATABASE_URL"):
        open_database(Settings(database_url=None))
