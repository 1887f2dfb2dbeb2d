"""Jobs of two workers that are killed in the middle: none is lost, none is done twice, and none stops the others."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random
from typing import Any

import asyncpg
import httpx

from app.pushes.jobs.running import MOST_ATTEMPTS
from tests.oracle.everything import COMMUNES, answers
from tests.oracle.numbers import Json
from tests.system.caller import connected
from tests.system.conftest import PERIOD, Serve, Staged
from tests.system.processes import becomes_true, comes_true, opener_of
from tests.system.service import Service
from tests.system.soundness import events_of

_JOBS = 60
_KILLS = 5
# Only who carries a job out reads this table for update.
_HOLDERS = """
    SELECT DISTINCT a.client_port FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
     WHERE l.relation = 'job_bodies'::regclass AND l.mode = 'RowShareLock' AND l.granted
"""
_EFFECTS = """
    SELECT body::jsonb #>> '{data,source}' AS source, count(*) FROM cohort_events
     WHERE body::jsonb ->> 'type' = 'values.pushed' GROUP BY 1
"""


@asynccontextmanager
async def _database(service: Service) -> AsyncIterator["asyncpg.Connection[Any]"]:
    connection = await asyncpg.connect((service.folder / "postgres.url").read_text())
    try:
        yield connection
    finally:
        await connection.close()


@asynccontextmanager
async def _cohorts_held(service: Service) -> AsyncIterator[None]:
    """Whoever writes has to wait meanwhile."""
    async with _database(service) as database, database.transaction():
        await database.execute("SELECT FROM cohorts FOR UPDATE")
        yield


def _push(source: str, seat: int, mark: float, units: tuple[str, ...] = COMMUNES) -> Json:
    """Values of some units, one of which only this push has."""
    given = {**answers(seat), "1.6": {"points": mark}}
    values = [{"unit": unit, "indicator": code, "inputs": value} for unit in units for code, value in given.items()]
    return {"period": PERIOD, "source": source, "values": values}


async def _send(http: httpx.AsyncClient, push: Json) -> str:
    headers = {"Prefer": "respond-async", "Idempotency-Key": push["source"]}
    for _ in range(200):
        try:
            answer = await http.post("/data-values", json=push, headers=headers)
        except httpx.TransportError:
            continue
        if answer.status_code == 202:
            return str(answer.headers["location"].removeprefix("/v1"))
        assert answer.status_code in {409, 429, 503}, answer.text
        await asyncio.sleep(0.1)
    raise AssertionError("never taken")


async def _job(http: httpx.AsyncClient, path: str) -> Json:
    """The job as it stands, asked until somebody answers."""
    while True:
        try:
            answer = await http.get(path)
        except httpx.TransportError:
            continue
        if answer.status_code == 200:
            return dict(answer.json())
        assert answer.status_code == 503, answer.text


async def _becomes(http: httpx.AsyncClient, path: str, **fields: Any) -> Json:
    """The job, once these fields are so."""

    async def is_so() -> bool:
        return {name: (await _job(http, path))[name] for name in fields} == fields

    assert await becomes_true(is_so, 180), (fields, await _job(http, path))
    return await _job(http, path)


async def _is_held(service: Service) -> bool:
    return bool(await _holders(service))


async def _holders(service: Service) -> list[int]:
    async with _database(service) as database:
        return [row[0] for row in await database.fetch(_HOLDERS)]


async def _kill_holder(service: Service) -> None:
    """Kill the worker that carries the job out."""
    assert await becomes_true(lambda: _is_held(service), 90)
    [port] = await _holders(service)
    os.kill(opener_of(port, service.workers), signal.SIGKILL)


async def _effects(service: Service) -> dict[str, int]:
    async with _database(service) as database:
        return {row["source"]: row["count"] for row in await database.fetch(_EFFECTS)}


async def test_a_job_whose_worker_is_killed_is_taken_over_and_done_once(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2")
    async with connected(service, staged.admin.token(service.base)) as http:
        async with _cohorts_held(service):
            path = await _send(http, _push("giet-mot-lan", 1, 1.25))
            first = await _becomes(http, path, status="running", attempts=1)
            # It has read and checked its values, and waits for its cohort.
            assert await becomes_true(lambda: _has_begun(http, path))
            before = await _job(http, path)
            await _kill_holder(service)
            taken_over = await _becomes(http, path, status="running", attempts=2)
            assert 0 < before["progress"]["done"] <= taken_over["progress"]["done"] < first["progress"]["total"]
            assert taken_over["started_at"] == first["started_at"]
        ended = await _becomes(http, path, status="succeeded")
    assert ended["attempts"] == 2
    assert ended["report"]["counts"]["received"] == ended["progress"]["done"] == ended["progress"]["total"]
    assert (await _effects(service))["giet-mot-lan"] == 1
    assert comes_true(lambda: len(service.workers) == 2, 60)
    assert await events_of(service) >= ended["report"]["versions"]["commune"]


async def _has_begun(http: httpx.AsyncClient, path: str) -> bool:
    return bool((await _job(http, path))["progress"]["done"] > 0)


async def test_a_job_that_ends_every_worker_fails_and_the_next_is_done(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2")
    async with connected(service, staged.admin.token(service.base)) as http:
        async with _cohorts_held(service):
            path = await _send(http, _push("giet-mai", 2, 2.25))
            following = await _send(http, _push("ke-tiep", 3, 3.25))
            for attempt in range(1, MOST_ATTEMPTS + 1):
                await _becomes(http, path, status="running", attempts=attempt)
                await _kill_holder(service)
                async with _database(service) as database:
                    await database.execute("UPDATE jobs SET due_at = now() WHERE finished_at IS NULL")
            ended = await _becomes(http, path, status="failed")
        problem = ended["problem"]
        assert (problem["status"], problem["code"], problem["errors"]) == (500, "job_abandoned", [])
        assert ended["attempts"] == MOST_ATTEMPTS
        assert (await _becomes(http, following, status="succeeded"))["attempts"] <= 1 + MOST_ATTEMPTS
    effects = await _effects(service)
    assert ("giet-mai" in effects, effects["ke-tiep"]) == (False, 1)


async def test_of_many_jobs_among_workers_that_are_killed_each_is_done_once(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2", DTI_JOBS_PER_CLIENT=str(_JOBS))
    random = Random(9)
    token = staged.admin.token(service.base)
    pushes = {
        f"lan-{number}": _push(
            f"lan-{number}",
            number % 8,
            round(4 + number / 100, 2),
            COMMUNES if number % 5 == 0 else (random.choice(COMMUNES),),
        )
        for number in range(_JOBS)
    }

    async def killing() -> None:
        for number in range(_KILLS):
            await asyncio.sleep(random.uniform(0.5, 2))
            if number % 2:
                await _kill_holder_if_any(service)
                continue
            async with _cohorts_held(service):  # the job cannot end before
                await _kill_holder(service)

    async with connected(service, token) as http:
        killer = asyncio.create_task(killing())
        paths = {source: await _send(http, push) for source, push in pushes.items()}
        await killer
        ended = {source: await _becomes(http, path, status="succeeded") for source, path in paths.items()}
    assert len({job["id"] for job in ended.values()}) == _JOBS
    assert {source: count for source, count in (await _effects(service)).items() if source in pushes} == dict.fromkeys(
        pushes, 1
    )
    assert sum(job["attempts"] for job in ended.values()) > _JOBS, "nobody was in the middle of anything"
    versions = {job["report"]["versions"]["commune"] for job in ended.values()}
    assert len(versions) == _JOBS
    assert await events_of(service) >= max(versions)


async def _kill_holder_if_any(service: Service) -> None:
    """Kill the worker that carries a job out as soon as there is one; it may have ended the job meanwhile."""
    await becomes_true(lambda: _is_held(service), 10)
    try:
        [port] = await _holders(service)
        os.kill(opener_of(port, service.workers), signal.SIGKILL)
    except (ValueError, StopIteration):
        os.kill(service.workers[0], signal.SIGKILL)
