"""A source that loses half of the answers and sends again blindly leaves what one leaves that never failed."""

import asyncio
import subprocess
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import httpx
import pytest

from tests.oracle.everything import UNITS, answers
from tests.system.caller import SEATS, connected, ranking
from tests.system.conftest import PERIOD, Serve, Staged
from tests.system.service import Service
from tests.system.soundness import events_of

_DELIVERIES = 60
_VALUES = 12
_LATER = {409, 503}
_REPORTING = [unit["code"] for unit in UNITS if unit["level"] == "commune"]
_STATE = {
    "answers": """
        SELECT unit_id, indicator_id, reported, source, sequence, observed_at, self_values, assessed_values
          FROM answers ORDER BY 1, 2
    """,
    "submissions": "SELECT unit_id, revision, status FROM submissions ORDER BY 1",
    "scorecards": "SELECT unit_id, basis, points, covered, node_points, states FROM scorecards ORDER BY 1, 2",
    "events": """
        SELECT sequence, CAST(body AS jsonb) - 'recorded_at' FROM cohort_events ORDER BY sequence
    """,
}


def night(random: Random) -> list[dict[str, Any]]:
    """Deliveries of one night, some of them out of order."""
    numbers = sorted(range(_DELIVERIES), key=lambda number: number + random.uniform(0, 6))
    return [{"period": PERIOD, "source": "mot-cua", "values": values(random, number)} for number in numbers]


def values(random: Random, number: int) -> list[dict[str, Any]]:
    """One delivery: values of distinct leaves, all with the delivery's number as their sequence."""
    leaves = [(unit, code) for unit in _REPORTING for code in answers(0)]
    chosen = random.sample(leaves, _VALUES)
    seat = random.randrange(SEATS)
    return [
        {"unit": unit, "indicator": code, "inputs": answers(seat)[code], "sequence": number} for unit, code in chosen
    ]


async def deliver(http: httpx.AsyncClient, key: str, body: Any, random: Random, losing: float) -> tuple[Any, int]:
    """Send again, with the same key, until an answer is heard: the report, and how many were not heard."""
    lost = 0
    while True:
        is_lost = random.random() < losing
        try:
            # On the way there, in the middle of the work, or on the way back.
            patience = random.uniform(0, 0.05) if is_lost and random.random() < 0.5 else None
            sent = http.post("/data-values", json=body, headers={"Idempotency-Key": key})
            answer = await asyncio.wait_for(sent, patience)
        except (TimeoutError, httpx.TransportError):
            lost += 1
            continue
        if is_lost:
            lost += 1
            continue
        if answer.status_code not in _LATER:
            assert answer.status_code == 200, answer.text
            return answer.json(), lost
        await asyncio.sleep(0.1)


async def send_all(service: Service, token: str, losing: float) -> tuple[list[Any], int]:
    """A night's deliveries, one after another: their reports, and how many answers were lost."""
    random, reports, lost = Random("losses"), [], 0
    async with connected(service, token) as http:
        for number, body in enumerate(night(Random("night"))):
            report, unheard = await deliver(http, f'"night/{number}"', body, random, losing)
            reports.append(report)
            lost += unheard
    return reports, lost


async def state(service: Service) -> dict[str, list[tuple[Any, ...]]]:
    """All that is stored of the cohort, but for when and in which order of the clock."""
    connection = await asyncpg.connect((service.folder / "postgres.url").read_text())
    try:
        return {name: [tuple(row) for row in await connection.fetch(query)] for name, query in _STATE.items()}
    finally:
        await connection.close()


@pytest.fixture
def twin(staged: Staged) -> Path:
    """A second installation with the same data."""
    folder = staged.folder.with_name("twin")
    subprocess.run(["cp", "-a", str(staged.folder), str(folder)], check=True)
    return folder


async def test_half_of_the_answers_lost_end_in_the_same_state_as_none(serve: Serve, staged: Staged, twin: Path) -> None:
    steady, lossy = serve(twin), serve(staged.folder, DTI_WORKERS="2")
    reports, none = await send_all(steady, staged.admin.token(steady.base), 0)
    again, lost = await send_all(lossy, staged.admin.token(lossy.base), 0.5)
    assert none == 0
    assert lost > _DELIVERIES / 4, "hardly anything was lost"
    assert any(report["counts"]["stale"] for report in reports), "nothing came late"
    assert again == reports
    assert await state(lossy) == await state(steady)
    assert await events_of(lossy) == await events_of(steady)
    async with (
        connected(steady, staged.admin.token(steady.base)) as one,
        connected(lossy, staged.admin.token(lossy.base)) as two,
    ):
        assert (await ranking(two)).content == (await ranking(one)).content
