"""A closed period may be opened again, with a reason that every cohort's chain keeps."""

import asyncio
import json

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.kernel.database import transaction
from tests.frameworks.documents import framework
from tests.oracle.numbers import Json
from tests.periods.building import done, open_period, period, points, publish, refusals, refused, version

PATH = "/v1/periods/ky-2025"
UNIT = "/v1/submissions/ky-2025/H61.101"
REASON = {"reason": "Theo Công văn 12/STTTT-CNTT"}


async def events(app: FastAPI) -> list[tuple[str, Json]]:
    """Type and data of every event of cohorts but the first ones, by chain."""
    query = text("SELECT body FROM cohort_events WHERE sequence > 1 ORDER BY level_id, sequence")
    async with transaction(app.state.database) as session:
        bodies = [json.loads(body) for (body,) in await session.execute(query)]
    return [(body["type"], body["data"]) for body in bodies]


async def test_a_closed_period_reopens_and_takes_reports_again(opened: AsyncClient) -> None:
    await done(opened.post(f"{PATH}/close"))
    before = await version(opened)
    answer = await opened.post(f"{PATH}/reopen", json=REASON, headers={"If-Match": '"3"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"4"')
    assert (answer.json()["status"], answer.json()["revision"]) == ("open", 4)
    assert (await opened.get(PATH)).json() == answer.json()
    assert await version(opened) == before + 1
    await done(opened.put(UNIT, json=points(3)))
    await done(opened.post(f"{PATH}/close"))
    assert refused(await opened.put(UNIT, json=points(4)), 409) == "period_not_open"


async def test_every_cohort_keeps_when_and_why_its_period_closed_and_reopened(ready: AsyncClient, app: FastAPI) -> None:
    await publish(ready, framework(code="trial-district", level="district"))
    levels = [*period()["levels"], {"level": "district", "framework": "trial-district/1"}]
    await open_period(ready, levels=levels)
    await done(ready.post(f"{PATH}/close"))
    await done(ready.post(f"{PATH}/reopen", json=REASON))
    assert await events(app) == [("period.closed", {}), ("period.reopened", REASON)] * 2


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": None}, {"reason": "x", "closes_at": None}])
async def test_a_period_reopens_only_with_a_reason(opened: AsyncClient, body: Json) -> None:
    await done(opened.post(f"{PATH}/close"))
    answer = await opened.post(f"{PATH}/reopen", json=body)
    assert refused(answer, 422) == "validation_failed"
    assert len(refusals(answer)) == 1
    assert (await opened.get(PATH)).json()["status"] == "closed"


async def test_only_a_closed_period_reopens(drafted: AsyncClient, app: FastAPI) -> None:
    assert refused(await drafted.post(f"{PATH}/reopen", json=REASON), 409) == "period_not_closed"
    await done(drafted.post(f"{PATH}/open"))
    assert refused(await drafted.post(f"{PATH}/reopen", json=REASON), 409) == "period_not_closed"
    await done(drafted.post(f"{PATH}/close"))
    async with transaction(app.state.database) as session:
        await session.execute(text("UPDATE periods SET status = 'published'"))
    assert refused(await drafted.post(f"{PATH}/reopen", json=REASON), 409) == "period_published"
    assert refused(await drafted.put(PATH, json=period(title="Kỳ hai")), 409) == "period_published"
    assert refused(await drafted.post("/v1/periods/ky-1999/reopen", json=REASON), 404) == "period_not_found"


async def test_a_stale_if_match_reopens_nothing(opened: AsyncClient) -> None:
    await done(opened.post(f"{PATH}/close"))
    answer = await opened.post(f"{PATH}/reopen", json=REASON, headers={"If-Match": '"2"'})
    assert refused(answer, 412) == "stale_revision"
    assert (await opened.get(PATH)).json()["status"] == "closed"


async def test_of_two_who_reopen_at_once_one_does(opened: AsyncClient, app: FastAPI) -> None:
    await done(opened.post(f"{PATH}/close"))
    sent = await asyncio.gather(*(opened.post(f"{PATH}/reopen", json=REASON) for _ in range(3)))
    assert sorted(answer.status_code for answer in sent) == [200, 409, 409]
    assert [kind for kind, _ in await events(app)] == ["period.closed", "period.reopened"]
