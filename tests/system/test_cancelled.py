"""Requests that are cancelled at any moment cost nobody else a connection or a right answer."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.settings import Settings
from tests.oracle.everything import COMMUNES, DOCUMENT, UNITS
from tests.oracle.service import Service as InProcess
from tests.system.caller import SEATS, connected, hung_up, points_of, ranking, report, submission
from tests.system.conftest import PERIOD, Serve, Staged
from tests.system.processes import becomes_true, comes_true
from tests.system.soundness import events_of

_CALLS = 300
_AT_ONCE = 12
_IS_QUIET = """
    SELECT count(*) = 0 FROM pg_stat_activity
     WHERE application_name = 'dti' AND datname = current_database() AND state <> 'idle'
"""


async def _call(http: AsyncClient, random: Random) -> bool:
    """Poll or write, and hang up at a random moment; whether the answer came before."""
    unit = random.choice(COMMUNES)
    paths = [f"/rankings?period={PERIOD}&level=commune&basis=self", submission(unit), f"/scorecards/{PERIOD}/{unit}"]
    calls: list[tuple[str, str, Any]] = [("GET", path, None) for path in paths]
    calls += [("PUT", submission(unit), report(random.randrange(SEATS), str(random.random())))] * 3
    task = hung_up(http, *random.choice(calls), random.uniform(0, 0.3))
    await asyncio.wait([task])
    if task.cancelled():
        return False
    # 503: those who hung up still stand in the queue for the few connections.
    assert task.result() in {200, 503}
    return True


async def _storm(callers: list[AsyncClient]) -> None:
    random = Random(19)

    async def one_after_another(http: AsyncClient) -> int:
        return sum([await _call(http, random) for _ in range(_CALLS // _AT_ONCE)])

    answered = sum(await asyncio.gather(*map(one_after_another, callers)))
    assert 20 < answered < _CALLS - 20, "some must be cut off, and some not"


async def _is_quiet(url: str) -> bool:
    """Whether no connection of the service is inside a transaction or a statement."""
    connection = await asyncpg.connect(url)
    try:
        return bool(await connection.fetchval(_IS_QUIET))
    finally:
        await connection.close()


async def _assert_all_answer_rightly(callers: list[AsyncClient]) -> None:
    """More callers at once than a pool has connections, each told what it has just written."""

    async def write_and_read(http: AsyncClient, seat: int) -> None:
        unit = COMMUNES[seat]
        put = await http.put(submission(unit), json=report(seat, "sau cùng"))
        assert put.status_code == 200, put.text
        got = await http.get(submission(unit))
        assert {answer["note"] for answer in got.json()["answers"]} == {"sau cùng"}

    await asyncio.gather(*(write_and_read(http, seat) for seat, http in enumerate(callers[:SEATS])))
    pages = [page.json() for page in await asyncio.gather(*map(ranking, callers))]
    assert all(page == pages[0] for page in pages)
    for unit in COMMUNES:
        card = (await callers[0].get(f"/scorecards/{PERIOD}/{unit}", params={"basis": "self"})).json()
        assert points_of(pages[0], unit) == pytest.approx(card["points"], abs=0.005001)


async def test_hundreds_who_hang_up_take_no_connection_with_them(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_POOL_SIZE="4")
    url = (staged.folder / "postgres.url").read_text()
    token = staged.admin.token(service.base)
    async with connected(service, token) as http:
        callers = [http] * _AT_ONCE
        await _storm(callers)
        assert await becomes_true(lambda: _is_quiet(url))
        await _assert_all_answer_rightly(callers)
    await events_of(service)
    assert [line for line in service.log if line["event"] == "unexpected_error"] == []
    # Those of both pools, the one that listens, and five of the work beside the requests.
    assert comes_true(lambda: len(service.backends) <= 4 + 4 + 1 + 5)


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, data_dir=tmp_path, pool_size=4)


async def test_a_task_that_is_cancelled_inside_the_service_gives_its_connection_back(
    settings: Settings, app: FastAPI, admin: AsyncClient
) -> None:
    """Here a cancellation strikes the service's own code, as when a server gives up a request."""
    await InProcess(app, admin).stage(DOCUMENT, UNITS)
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://dti/v1", headers=admin.headers) as http:
        await _storm([http] * _AT_ONCE)
        assert await becomes_true(lambda: _is_quiet(str(settings.database_url)))
        await _assert_all_answer_rightly([http] * _AT_ONCE)
    database = app.state.database
    assert (database.writer.pool.checkedout(), database.reader.pool.checkedout()) == (0, 0)
