"""Pushes sent with `Prefer: respond-async`, and waiting for what comes of them."""

import asyncio
from typing import Any

from httpx import AsyncClient, Response

from tests.periods.building import Json
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


async def send(http: AsyncClient, *values: Any, headers: Any = None, **query: Any) -> str:
    """Send a push as a job; its path."""
    headers = {**ASYNC, **(headers or {})}
    return await accepted(await http.post(PATH, json=body(*values), params=query, headers=headers))


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


async def outcome(http: AsyncClient, path: str) -> Json:
    """Report or problem of the job, once it has ended."""
    job = await ended(http, path)
    succeeded = job["status"] == "succeeded"
    assert ("report" in job, "problem" in job) == (succeeded, not succeeded)
    if succeeded:
        assert job["progress"]["done"] == job["progress"]["total"]
    found: Json = job["report"] if succeeded else job["problem"]
    return found
