"""Every write leaves one event on the chain it belongs to; what wrote nothing leaves none."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response

from app.audit.service import verify
from app.kernel.database import transaction
from tests.periods.building import DOCUMENT, SUBMISSIONS, done, period, points, unit

UNIT = f"{SUBMISSIONS}/H61.101"
WHY = {"reason": "Biên bản 12"}
Chains = dict[str, list[dict[str, Any]]]
Step = Callable[[AsyncClient], Awaitable[Response]]


@pytest.fixture
async def database(database_url: str) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(database_url)
    yield connection
    await connection.close()


async def chains(database: "asyncpg.Connection[asyncpg.Record]") -> Chains:
    """Bodies of all events by chain, each chain gapless and as long as the version beside it says."""
    found: Chains = {}
    for row in await database.fetch(
        """SELECT sequence, body, c.version FROM cohort_events JOIN cohorts c USING (period_id, level_id)
           UNION ALL SELECT sequence, body, version FROM global_events, global_chain ORDER BY sequence"""
    ):
        body = json.loads(row["body"])
        chain = found.setdefault(body["chain"], [])
        chain.append(body)
        assert body["sequence"] == row["sequence"] == len(chain)
    versions = {
        row["chain"]: row["version"]
        for row in await database.fetch(
            """SELECT p.code || '/' || l.code AS chain, c.version
             FROM cohorts c JOIN periods p ON p.id = c.period_id JOIN levels l ON l.id = c.level_id
           UNION ALL SELECT 'global', version FROM global_chain"""
        )
    }
    assert {chain: len(events) for chain, events in found.items()} == versions
    return found


PERIOD = "/v1/periods/ky-2025"
LATER = {"until": "2999-01-01T00:00:00Z", **WHY}
GOALPOSTS = {"min": 0, "max": 9, "source": "Báo cáo DTI 2024"}

# Each with the chains that it adds to, separated by spaces, and the event's type.
STEPS: list[tuple[Step, str, str, int]] = [
    (lambda a: a.put(UNIT, json=points(3)), "ky-2025/commune", "answers.reported", 200),
    (lambda a: a.patch(UNIT, json=points(4)), "ky-2025/commune", "answers.reported", 200),
    (lambda a: a.put(UNIT, json=points(4)), "", "", 200),
    (lambda a: a.put(UNIT, json=points(11)), "", "", 422),
    (lambda a: a.put(UNIT, json=points(5), headers={"If-Match": '"1"'}), "", "", 412),
    (
        lambda a: a.put(f"{UNIT}/reviews/1.2", json={"verdict": "agree", **WHY}),
        "ky-2025/commune",
        "answer.reviewed",
        200,
    ),
    (lambda a: a.put(f"{UNIT}/reviews/1.2", json={"verdict": "agree", **WHY}), "", "", 200),
    (lambda a: a.put(f"{UNIT}/reviews/1.2", json={"verdict": "adjust", **WHY}), "", "", 422),
    (lambda a: a.post(f"{UNIT}/submit"), "ky-2025/commune", "submission.status_changed", 200),
    (lambda a: a.post(f"{UNIT}/submit"), "", "", 409),
    (lambda a: a.post(f"{UNIT}/return", json=WHY), "ky-2025/commune", "submission.status_changed", 200),
    (lambda a: a.put(UNIT, json={"answers": []}), "ky-2025/commune", "answers.reported", 200),
    (lambda a: a.get(UNIT), "", "", 200),
    (lambda a: a.post("/v1/units", json=unit("H61.200")), "global", "unit.created", 201),
    (lambda a: a.put("/v1/units/H61.200", json=unit("H61.200", name="Mới")), "global", "unit.changed", 200),
    (lambda a: a.delete("/v1/units/H61.200"), "global", "unit.deleted", 204),
    (lambda a: a.post("/v1/units", json=unit("H61.101")), "", "", 409),
    (lambda a: a.post("/v1/frameworks", json=DOCUMENT | {"version": 2}), "global", "framework.created", 201),
    (lambda a: a.post("/v1/frameworks/trial-commune/2/publish"), "global", "framework.published", 200),
    (lambda a: a.post("/v1/periods", json=period(code="ky-2026")), "global", "period.created", 201),
    (lambda a: a.post("/v1/periods", json=period(code="ky-2026")), "", "", 409),
    (lambda a: a.put("/v1/periods/ky-2026", json=period(code="ky-2026")), "global", "period.changed", 200),
    (lambda a: a.delete("/v1/periods/ky-2026"), "global", "period.deleted", 204),
    (lambda a: a.post("/v1/periods/ky-2025/close"), "ky-2025/commune global", "period.closed", 200),
    (lambda a: a.post("/v1/periods/ky-2025/reopen", json=WHY), "ky-2025/commune global", "period.reopened", 200),
    (lambda a: a.put(f"{PERIOD}/extensions/H61.101", json=LATER), "ky-2025/commune", "extension.granted", 201),
    (lambda a: a.put(f"{PERIOD}/extensions/H61.101", json=LATER), "", "", 200),
    (lambda a: a.delete(f"{PERIOD}/extensions/H61.101"), "ky-2025/commune", "extension.withdrawn", 204),
    (lambda a: a.put(f"{PERIOD}/benchmarks/1.3", json=GOALPOSTS), "ky-2025/commune", "benchmark.set", 201),
    (lambda a: a.put(f"{PERIOD}/benchmarks/1.3", json=GOALPOSTS), "", "", 200),
    (lambda a: a.delete(f"{PERIOD}/benchmarks/1.3"), "ky-2025/commune", "benchmark.removed", 204),
    (
        lambda a: a.put(f"{PERIOD}/participants/H61.101", json={"group": "a", **WHY}),
        "ky-2025/commune",
        "roster.changed",
        200,
    ),
    (
        lambda a: a.request("DELETE", f"{PERIOD}/participants/H61.101", json=WHY),
        "ky-2025/commune",
        "roster.removed",
        204,
    ),
    (lambda a: a.put(f"{PERIOD}/participants/H61.101", json=WHY), "ky-2025/commune", "roster.added", 201),
]


async def test_every_write_is_one_event_of_each_chain_it_concerns(
    app: FastAPI, opened: AsyncClient, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    before = await chains(database)
    for number, (step, chain, kind, status) in enumerate(STEPS):
        answer = await step(opened)
        assert answer.status_code == status, f"step {number}: {answer.text}"
        after = await chains(database)
        new = [event for name in after for event in after[name][len(before.get(name, [])) :]]
        assert [(event["chain"], event["type"]) for event in new] == [(name, kind) for name in chain.split()], (
            f"step {number}"
        )
        assert {event["actor"] for event in new} <= {"test-admin"}
        before = after
    async with transaction(app.state.database) as session:
        reports = await verify(session)
    assert {report.chain: (report.events, report.valid, report.first_invalid) for report in reports} == {
        name: (len(events), True, None) for name, events in before.items()
    }


async def test_an_event_says_who_did_what_to_whom(
    opened: AsyncClient, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    await done(opened.put(UNIT, json=points(3)))
    await done(opened.put(f"{UNIT}/reviews/1.2", json={"verdict": "adjust", "points": 2.5, **WHY}))
    await done(opened.post(f"{UNIT}/submit"))
    await done(opened.post(f"{UNIT}/return", json={"reason": "Thiếu minh chứng"}))
    _, reported, reviewed, submitted, returned = (await chains(database))["ky-2025/commune"]
    assert reported["data"] == {
        "unit": "H61.101",
        "answers": [{"indicator": "1.2", "inputs": {"points": 3}, "note": None}],
    }
    assert reviewed["data"] == {
        "unit": "H61.101",
        "indicator": "1.2",
        "verdict": "adjust",
        "assessed": None,
        "awarded": 2.5,
        "exemption": None,
        "reason": "Biên bản 12",
    }
    assert submitted["data"] == {"unit": "H61.101", "from": "draft", "to": "submitted", "reason": None}
    assert returned["data"]["reason"] == "Thiếu minh chứng"


async def test_opening_a_period_starts_a_chain_with_its_roster(
    opened: AsyncClient, database: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    found = await chains(database)
    [first] = found["ky-2025/commune"]
    assert first["type"] == "cohort.opened"
    assert first["data"]["framework"] == "trial-commune/1"
    assert [entry["code"] for entry in first["data"]["roster"]] == ["H61.101", "H61.102", "H61.103", "H61.104"]
    assert first["data"]["roster"][0] == {
        "code": "H61.101",
        "name": "Đơn vị H61.101",
        "parent": "H61.D1",
        "traits": [],
        "group": None,
        "ranked": True,
    }
    assert [event["type"] for event in found["global"]].count("period.opened") == 1
