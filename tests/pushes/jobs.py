"""Pushes sent with `Prefer: respond-async`, and waiting for what comes of them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
from httpx import AsyncClient, Response

from app.pushes.repository.queue import TAKE_PERIOD
from tests.periods.building import PERIOD, Json
from tests.pushes.pushing import PATH, body

ASYNC = {"Prefer": "respond-async"}


async def accepted(answer: Response) -> str:
    """The path of the job that a push was accepted as."""
    assert answer.status_code == 202, answer.text
    assert answer.headers["preference-applied"] == "respond-async"
    job = answer.json()
    assert answer.headers["location"] == f"/v1/jobs/{job['id']}"
    assert (job["status"], job["started_at"], job["finished_at"]) == ("queued", None, None)
    return str(answer.headers["location"])


async def send(http: AsyncClient, *values: Any, headers: Any = None, period: str = PERIOD, **query: Any) -> str:
    """Send a push as a job; its path."""
    headers = {**ASYNC, **(headers or {})}
    return await accepted(await http.post(PATH, json=body(*values, period=period), params=query, headers=headers))


async def ended(http: AsyncClient, path: str, seconds: float = 30) -> Json:
    """The job, once it has ended."""
    async with asyncio.timeout(seconds):
        while True:
            answer = await http.get(path)
            assert answer.status_code == 200, answer.text
            job: Json = answer.json()
            if job["finished_at"]:
                assert "retry-after" not in answer.headers
                return job
            assert int(answer.headers["retry-after"]) >= 1
            assert job.keys().isdisjoint({"report", "problem"})
            await asyncio.sleep(0.02)


async def running(http: AsyncClient, path: str) -> Json:
    """The job, once somebody carries it out and it is under way."""
    async with asyncio.timeout(30):
        while True:
            job: Json = (await http.get(path)).json()
            assert job["finished_at"] is None, job
            if job["progress"]["done"]:
                return job
            await asyncio.sleep(0.02)


async def outcome(http: AsyncClient, path: str) -> Json:
    """Report or problem of the job, once it has ended."""
    job = await ended(http, path)
    succeeded = job["status"] == "succeeded"
    assert ("report" in job, "problem" in job) == (succeeded, not succeeded)
    if succeeded:
        assert job["progress"]["done"] == job["progress"]["total"]
    found: Json = job["report"] if succeeded else job["problem"]
    return found


@asynccontextmanager
async def held(url: str, period: str = PERIOD) -> AsyncIterator[None]:
    """While this lasts nobody carries out jobs of the period."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            assert await connection.fetchval(TAKE_PERIOD, period), "a job of the period runs"
            yield
    finally:
        await connection.close()


@asynccontextmanager
async def cohorts_locked(url: str, period: str = PERIOD) -> AsyncIterator[None]:
    """While this lasts whoever writes into the period has to wait."""
    connection = await asyncpg.connect(url)
    try:
        async with connection.transaction():
            query = "SELECT FROM cohorts WHERE period_id = (SELECT id FROM periods WHERE code = $1) FOR UPDATE"
            await connection.execute(query, period)
            yield
    finally:
        await connection.close()


async def execute(url: str, statement: str, *values: Any) -> Any:
    """One statement, committed; the first value that it returns."""
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(statement, *values)
    finally:
        await connection.close()
