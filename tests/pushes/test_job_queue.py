"""How jobs wait, run and end: one at a time, each once, visibly, and not for ever."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.clients.client import Client, Scope
from app.clients.schemas import ClientCreate
from app.clients.service import OPERATOR, register
from app.kernel.database import transaction
from app.pushes.jobs import running as jobs
from app.settings import Settings
from tests.periods.building import done, open_period, refused, version
from tests.periods.staging import calling, served
from tests.pushes.jobs import ASYNC, cohorts_locked, ended, execute, held, outcome, running, send
from tests.pushes.pushing import FIRST, PATH, SECOND, body, counts, given, push

_DISABLE = "UPDATE clients SET disabled_at = now() WHERE id = $1"
# Enough of them for a part of the work to be a whole value.
_FOUR = [given(unit, 3, leaf) for unit in (FIRST, SECOND) for leaf in ("1.2", "2.2")]
_BODIES = "SELECT count(*) FROM job_bodies"


async def test_progress_is_seen_while_the_job_runs_and_the_poller_is_told_when_to_ask_again(
    opened: AsyncClient, database_url: str
) -> None:
    async with cohorts_locked(database_url):
        path = await send(opened, *_FOUR)
        job = await running(opened, path)
        assert (job["status"], job["attempts"], job["progress"]["total"]) == ("running", 1, 4)
        assert 0 < job["progress"]["done"] < 4
        assert job["created_at"] <= job["started_at"]
        answer = await opened.get(path)
        again = await opened.get(path, headers={"If-None-Match": answer.headers["etag"]})
        assert (again.status_code, again.headers["retry-after"]) == (304, "1")
    finished = await ended(opened, path)
    assert finished["progress"] == {"done": 4, "total": 4}
    assert finished["started_at"] == job["started_at"] <= finished["finished_at"]


async def test_the_body_is_kept_until_the_job_has_ended_and_a_dry_run_keeps_its_report_alone(
    opened: AsyncClient, database_url: str
) -> None:
    before = await version(opened)
    async with held(database_url):
        path = await send(opened, given(FIRST, 3), dry_run=True)
        assert await execute(database_url, _BODIES) == 1
        waiting = (await opened.get(path)).json()
        assert (waiting["status"], waiting["attempts"], waiting["progress"]) == ("queued", 0, {"done": 0, "total": 1})
    report = await outcome(opened, path)
    assert (counts(report), report["effects"][0]["points_after"]) == ({"created": 1}, 3)
    assert (await version(opened), await execute(database_url, _BODIES)) == (before, 0)
    assert counts(await push(opened, given(FIRST, 3))) == {"created": 1}


@pytest.fixture
async def registered(app: FastAPI) -> Client:
    """A client that is in the database."""
    async with transaction(app.state.database) as session:
        body = ClientCreate(name="Một cửa", scopes=[Scope.PUSH])
        client_id, _ = await register(session, app.state.keys.pepper, OPERATOR, body)
    return Client(client_id, frozenset({Scope.PUSH}), None, None, None)


@pytest.mark.parametrize(
    "end", ["UPDATE clients SET disabled_at = now() WHERE id = $1", "DELETE FROM clients WHERE id = $1"]
)
async def test_a_job_of_a_client_that_is_gone_fails(
    app: FastAPI, opened: AsyncClient, registered: Client, database_url: str, end: str
) -> None:
    async with calling(app, registered) as http:
        assert counts(await outcome(http, await send(http, given(FIRST, 3)))) == {"created": 1}
        before = await version(opened)
        async with held(database_url):
            path = await send(http, given(FIRST, 4))
            await execute(database_url, end, registered.id)
        problem = await outcome(opened, path)
        assert (problem["status"], problem["code"]) == (403, "client_disabled")
        assert await version(opened) == before


async def test_a_client_that_is_disabled_while_its_job_runs_has_written_nothing(
    app: FastAPI, opened: AsyncClient, registered: Client, database_url: str
) -> None:
    before = await version(opened)
    async with calling(app, registered) as http:
        async with cohorts_locked(database_url):
            path = await send(http, *_FOUR)
            await running(http, path)
            await execute(database_url, _DISABLE, registered.id)
        assert (await outcome(opened, path))["code"] == "client_disabled"
    assert await version(opened) == before


async def test_a_job_that_was_begun_too_often_fails_and_the_next_is_done(
    opened: AsyncClient, database_url: str
) -> None:
    async with held(database_url):
        path, following = await send(opened, given(FIRST, 3)), await send(opened, given(SECOND, 3))
        await execute(database_url, "UPDATE jobs SET attempts = $2 WHERE id::text = $1", path[9:], jobs.MOST_ATTEMPTS)
    problem = await outcome(opened, path)
    assert (problem["status"], problem["code"]) == (500, "job_abandoned")
    assert counts(await outcome(opened, following)) == {"created": 1}
    assert counts(await push(opened, given(FIRST, 3))) == {"created": 1}


async def test_a_job_whose_connection_is_lost_is_begun_again(opened: AsyncClient, database_url: str) -> None:
    async with cohorts_locked(database_url):
        path = await send(opened, *_FOUR)
        await running(opened, path)
        kill = "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE relation = 'job_bodies'::regclass AND mode = $1"
        assert await execute(database_url, kill, "RowShareLock")
    job = await ended(opened, path)
    assert (job["status"], job["attempts"], counts(job["report"])) == ("succeeded", 2, {"created": 4})


@pytest.fixture
async def hasty(database_url: str, tmp_path: Path) -> AsyncIterator[AsyncClient]:
    """A service that waits for a lock for a second only, and takes two jobs of a client."""
    settings = Settings(database_url=database_url, data_dir=tmp_path / "hasty", statement_seconds=2, jobs_per_client=2)
    async with served(settings) as app, calling(app) as http:
        yield http


async def test_a_job_that_meets_a_busy_cohort_waits_for_another_turn_and_loses_no_attempt(
    hasty: AsyncClient, database_url: str
) -> None:
    async with cohorts_locked(database_url):
        path = await send(hasty, given(FIRST, 3))
        put_back = "SELECT status = 'queued' AND started_at IS NOT NULL FROM jobs WHERE id::text = $1"
        async with asyncio.timeout(30):
            while not await execute(database_url, put_back, path[9:]):
                pass
    job = await ended(hasty, path)
    assert (job["status"], job["attempts"]) == ("succeeded", 1)


async def test_a_client_has_only_so_many_jobs_that_have_not_ended(hasty: AsyncClient, database_url: str) -> None:
    async with held(database_url):
        paths = [await send(hasty, given(FIRST, number)) for number in (1, 2)]
        answer = await hasty.post(PATH, json=body(given(FIRST, 3)), headers={**ASYNC, "Idempotency-Key": "nhieu"})
        assert refused(answer, 429) == "too_many_jobs"
        assert int(answer.headers["retry-after"]) > 0
        assert await execute(database_url, _BODIES) == 2
    for path in paths:
        await ended(hasty, path)
    answer = await hasty.post(PATH, json=body(given(FIRST, 3)), headers={**ASYNC, "Idempotency-Key": "nhieu"})
    assert answer.status_code == 202, "a key that was refused is not used"


async def test_places_are_not_taken_twice_at_once(hasty: AsyncClient, database_url: str) -> None:
    async with held(database_url):
        answers = await asyncio.gather(*(hasty.post(PATH, json=body(), headers=ASYNC) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [202, 202, 429, 429]


async def test_two_processes_share_the_jobs_each_one_at_a_time(
    opened: AsyncClient, settings: Settings, database_url: str
) -> None:
    await open_period(opened, code="ky-hai")
    async with served(settings):
        async with cohorts_locked(database_url):
            first = await send(opened, *_FOUR)
            await running(opened, first)
            second = await send(opened, given(FIRST, 3), period="ky-hai")
            assert (await ended(opened, second))["status"] == "succeeded", "the other process was free"
            third = await send(opened, given(SECOND, 4))
            fourth = await send(opened, given(SECOND, 3), period="ky-hai")
            assert (await ended(opened, fourth))["status"] == "succeeded", "who waits does not keep others out"
            assert await execute(database_url, "SELECT count(*) FROM jobs WHERE status = 'running'") == 1
        assert counts(await outcome(opened, first)) == {"created": 4}
        assert counts(await outcome(opened, third)) == {"updated": 1}


async def test_many_jobs_among_two_processes_have_one_effect_each(
    opened: AsyncClient, settings: Settings, database_url: str
) -> None:
    before = await version(opened)
    async with served(settings):
        paths = [await send(opened, given(FIRST, number / 10)) for number in range(1, 16)]
        reports = [await outcome(opened, path) for path in paths]
    versions = sorted(report["versions"]["commune"] for report in reports)
    assert versions == list(range(before + 1, before + 16))
    told = "SELECT count(*) FROM cohort_events WHERE body::jsonb ->> 'type' = 'values.pushed'"
    assert await execute(database_url, told) == 15


async def test_a_job_is_gone_a_day_after_its_end(app: FastAPI, opened: AsyncClient, database_url: str) -> None:
    old, new = await send(opened, given(FIRST, 3)), await send(opened, given(FIRST, 4))
    for path in (old, new):
        await ended(opened, path)
    age = "UPDATE jobs SET finished_at = now() - interval '24 hours' WHERE id::text = $1"
    await execute(database_url, age, old[9:])
    assert refused(await opened.get(old), 404) == "job_not_found"
    assert [f"/v1/jobs/{job['id']}" for job in (await done(opened.get("/v1/jobs")))["items"]] == [new]
    assert await jobs.expire(app.state.database, 24)
    assert not await jobs.expire(app.state.database, 24)
    assert await execute(database_url, "SELECT count(*) FROM jobs") == 1


async def test_a_client_keeps_its_newest_jobs_only(
    app: FastAPI, opened: AsyncClient, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "MOST_ENDED", 2)
    paths = [await send(opened, given(FIRST, number)) for number in (1, 2, 3)]
    for path in paths:
        await ended(opened, path)
    async with held(database_url):
        waiting = await send(opened, given(FIRST, 4))
        assert await jobs.expire(app.state.database, 24)
        left = [f"/v1/jobs/{job['id']}" for job in (await done(opened.get("/v1/jobs")))["items"]]
    assert left == [waiting, *paths[:0:-1]]


async def test_what_fails_unexpectedly_fails_as_the_push_would(opened: AsyncClient, database_url: str) -> None:
    await execute(database_url, "ALTER TABLE answers DROP COLUMN note")
    job = await ended(opened, await send(opened, given(FIRST, 3)))
    assert (job["status"], job["attempts"]) == ("failed", 1)
    answer = await opened.post(PATH, json=body(given(FIRST, 3)))
    assert (job["problem"]["status"], job["problem"]["code"]) == (answer.status_code, answer.json()["code"])
    assert answer.json()["code"] == "internal_error"
    assert "note" not in str(job)
