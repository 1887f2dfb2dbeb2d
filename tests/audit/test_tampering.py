"""The log cannot be changed through the service's database, and a change behind its back is found."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import TypeAlias

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.audit.chain import ChainReport
from app.audit.service import verify
from app.kernel.database import transaction
from tests.periods.building import SUBMISSIONS, done, points

Connection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
COHORT = "ky-2025/commune"


@pytest.fixture
async def five(opened: AsyncClient) -> AsyncClient:
    """An admin with a chain of five events."""
    for number in range(1, 5):
        await done(opened.put(f"{SUBMISSIONS}/H61.10{number}", json=points(number)))
    return opened


@pytest.fixture
async def database(database_url: str, five: AsyncClient) -> AsyncIterator[Connection]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


@pytest.fixture
async def behind(database: Connection) -> Connection:
    """Somebody who may switch the triggers off."""
    await database.execute("SET session_replication_role = replica")
    return database


async def verdicts(app: FastAPI) -> dict[str, ChainReport]:
    async with transaction(app.state.database) as session:
        return {report.chain: report for report in await verify(session)}


STATEMENTS = [
    "UPDATE {} SET body = body",
    "UPDATE {} SET recorded_at = now() WHERE sequence = 1",
    "UPDATE {} SET body = '' WHERE false",
    "DELETE FROM {}",
    "DELETE FROM {} WHERE sequence = 1",
    "TRUNCATE {}",
    "TRUNCATE {} CASCADE",
    "INSERT INTO {0} SELECT * FROM {0} ON CONFLICT DO NOTHING; DELETE FROM {0}",
]


@pytest.mark.parametrize("table", ["cohort_events", "global_events"])
async def test_the_database_refuses_to_change_an_event(app: FastAPI, database: Connection, table: str) -> None:
    events = f"SELECT * FROM {table} ORDER BY sequence"  # noqa: S608 - names of our own
    before = await database.fetch(events)
    for statement in STATEMENTS:
        with pytest.raises(asyncpg.RaiseError, match="append-only"):
            await database.execute(statement.format(table))
        assert await database.fetch(events) == before
    assert all(report.valid for report in (await verdicts(app)).values())


@pytest.mark.parametrize(
    ("change", "first_invalid"),
    [
        ("UPDATE cohort_events SET body = replace(body, 'H61.102', 'H61.103') WHERE sequence = 3", 3),
        ("UPDATE cohort_events SET body = body || ' ' WHERE sequence = 1", 1),
        ("UPDATE cohort_events SET body = body || ' ' WHERE sequence IN (2, 5)", 2),
        ("UPDATE cohort_events SET hash = reverse(hash) WHERE sequence = 2", 2),
        ("UPDATE cohort_events SET previous_hash = reverse(previous_hash) WHERE sequence = 4", 4),
        ("UPDATE cohort_events SET sequence = 9 WHERE sequence = 5", 9),
        ("DELETE FROM cohort_events WHERE sequence = 3", 4),
        ("DELETE FROM cohort_events WHERE sequence = 5", 5),
        ("DELETE FROM cohort_events", 1),
        ("UPDATE cohorts SET head = reverse(head)", 6),
        ("UPDATE cohorts SET version = 4", 6),
    ],
)
async def test_a_change_behind_the_service_is_found(
    app: FastAPI, behind: Connection, change: str, first_invalid: int
) -> None:
    assert all(report.valid for report in (await verdicts(app)).values())
    await behind.execute(change)
    found = await verdicts(app)
    assert (found[COHORT].valid, found[COHORT].first_invalid) == (False, first_invalid)
    assert found["global"].valid


async def test_a_change_of_the_global_chain_is_found(app: FastAPI, behind: Connection) -> None:
    await behind.execute("UPDATE global_events SET body = body || ' ' WHERE sequence = 2")
    found = await verdicts(app)
    assert (found["global"].valid, found["global"].first_invalid) == (False, 2)
    assert found[COHORT].valid


async def test_an_event_sealed_anew_breaks_the_one_after_it(app: FastAPI, behind: Connection) -> None:
    row = await behind.fetchrow("SELECT body, previous_hash FROM cohort_events WHERE sequence = 3")
    assert row is not None
    body = row["body"].replace("answers.reported", "answers.deported")
    sealed = hashlib.sha256(f"{row['previous_hash']}{body}".encode()).hexdigest()
    await behind.execute("UPDATE cohort_events SET body = $1, hash = $2 WHERE sequence = 3", body, sealed)
    assert (await verdicts(app))[COHORT].first_invalid == 4


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE cohort_events SET recorded_at = recorded_at - interval '1 day' WHERE sequence = 3",
        "UPDATE cohort_events SET unit_id = unit_id + 1 WHERE sequence = 3",
    ],
)
async def test_a_column_that_no_longer_says_what_the_event_says_is_found(
    app: FastAPI, behind: Connection, change: str
) -> None:
    await behind.execute(change)
    found = await verdicts(app)
    assert (found[COHORT].valid, found[COHORT].first_invalid) == (False, 3)


async def test_the_hash_of_an_event_can_be_computed_by_anybody(database: Connection) -> None:
    previous = "0" * 64
    for row in await database.fetch("SELECT * FROM cohort_events ORDER BY sequence"):
        assert row["previous_hash"] == previous
        previous = hashlib.sha256((previous + row["body"]).encode()).hexdigest()
        assert row["hash"] == previous
    assert await database.fetchval("SELECT head FROM cohorts") == previous


async def test_a_chain_that_grows_while_it_is_verified_is_valid(app: FastAPI, five: AsyncClient) -> None:
    async def write() -> None:
        for number in range(40):
            await done(five.put(f"{SUBMISSIONS}/H61.101", json=points(number % 7 + 1)))

    writing = asyncio.create_task(write())
    broken = []
    while not writing.done():
        broken += [report for report in (await verdicts(app)).values() if not report.valid]
    await writing
    assert broken == []
