"""How many statements the hot paths send to the database; the size of a cohort makes no difference."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import event

from app.clients.repository import STANDINGS
from tests.frameworks.documents import framework, leaf, node
from tests.periods.building import answers, communes, done, found, open_period, period, publish

LEAVES = [f"{pillar}.{number}" for pillar in range(1, 10) for number in range(1, 8)]
DOCUMENT = framework(
    code="sixty-three",
    max_points=630,
    indicators=[node(str(p), 70, *(leaf(f"{p}.{n}", 10) for n in range(1, 8))) for p in range(1, 10)],
)
SIZES = {"ky-nho": 3, "ky-lon": 40}
POLL, UNCHANGED, OWN, BOUNDS = 1, 4, 4, [6, 11, 14, 14]


@pytest.fixture
async def cohorts(opened: AsyncClient) -> AsyncClient:
    """An admin with a period of 3 and one of 40 communes, on one framework of 63 leaves."""
    await publish(opened, DOCUMENT)
    await found(opened, communes(40)[4:])
    levels = [{"level": "commune", "framework": "sixty-three/1"}]
    for code, size in SIZES.items():
        roster = [{"unit": unit["code"], "excluded": True} for unit in communes(40)[size:]]
        await done(opened.post("/v1/periods", json=period(code=code, levels=levels, roster=roster)), 201)
        await done(opened.post(f"/v1/periods/{code}/open"))
        listed = await done(opened.get(f"/v1/periods/{code}/participants"))
        assert len(listed["items"]) == size
    return opened


def asked(listener: Callable[..., None]) -> Callable[..., None]:
    """The listener, deaf to the tasks of `app.kernel.background`."""

    def listen(*arguments: Any) -> None:
        task = asyncio.current_task()
        if task is None or getattr(task.get_coro(), "__qualname__", "") != "_keep":
            listener(*arguments)

    return listen


@contextmanager
def counted(app: FastAPI) -> Iterator[list[str]]:
    """The statements sent meanwhile, but for those of the work beside the requests."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        sent.append(statement)

    def note_direct(logged: Any) -> None:
        # The door's own, which comes twice a second for all callers together, is no request's.
        if logged.query != STANDINGS:
            sent.append(logged.query)

    def watch(connection: Any, *_rest: Any) -> None:
        connection.driver_connection.add_query_logger(note_direct)

    def leave(connection: Any, *_rest: Any) -> None:
        connection.driver_connection.remove_query_logger(note_direct)

    listeners = {"before_cursor_execute": asked(note), "checkout": asked(watch), "checkin": asked(leave)}
    engines = (app.state.database.writer.sync_engine, app.state.database.reader.sync_engine)
    for engine in engines:
        for name, listener in listeners.items():
            event.listen(engine, name, listener)
    try:
        yield sent
        sent[:] = [statement for statement in sent if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK"))]
    finally:
        for engine in engines:
            for name, listener in listeners.items():
                event.remove(engine, name, listener)


def full(value: float) -> dict[str, Any]:
    return {"answers": [{"indicator": code, "inputs": {"points": value}} for code in LEAVES]}


@pytest.mark.parametrize("code", SIZES)
async def test_a_poll_of_a_ranking_is_one_statement(app: FastAPI, cohorts: AsyncClient, code: str) -> None:
    path = f"/v1/rankings?period={code}&level=commune"
    tag = (await cohorts.get(path)).headers["ETag"]
    with counted(app) as sent:
        assert (await cohorts.get(path, headers={"If-None-Match": tag})).status_code == 304
    assert len(sent) == POLL, sent
    with counted(app) as sent:
        assert (await cohorts.get(path)).status_code == 200
    assert len(sent) == POLL, sent
    await done(cohorts.put(f"/v1/submissions/{code}/H61.101", json=full(1)))
    with counted(app) as sent:
        assert (await cohorts.get(path)).status_code == 200
    assert len(sent) == POLL + 1, sent
    await done(cohorts.get(f"{path}&limit=1"))
    with counted(app) as sent:
        assert (await cohorts.get(f"{path}&limit=2")).status_code == 200
    assert len(sent) == POLL, "another page of the same version asks nothing more"


async def test_a_poll_of_a_comparison_is_two_statements(app: FastAPI, cohorts: AsyncClient) -> None:
    path = "/v1/rankings?period=ky-lon&level=commune&compare=ky-nho"
    tag = (await cohorts.get(path)).headers["ETag"]
    for headers, status in (({"If-None-Match": tag}, 304), ({}, 200)):
        with counted(app) as sent:
            assert (await cohorts.get(path, headers=headers)).status_code == status
        assert len(sent) == POLL + 1, sent
    await done(cohorts.put("/v1/submissions/ky-nho/H61.101", json=full(1)))
    with counted(app) as sent:
        assert (await cohorts.get(path)).status_code == 200
    assert len(sent) == POLL + 4, "both cohorts' points, and who came from whom"


@pytest.mark.parametrize("code", SIZES)
async def test_a_report_of_63_answers_is_a_fixed_number_of_statements(
    app: FastAPI, cohorts: AsyncClient, code: str
) -> None:
    path = f"/v1/submissions/{code}/H61.101"
    assert len(LEAVES) == 63
    await done(cohorts.put(f"/v1/submissions/{code}/H61.102", json=full(5)))
    counts = []
    for value in (1, 2.5, 10):
        with counted(app) as sent:
            body = await done(cohorts.put(path, json=full(value)))
        assert body["totals"]["self"]["points"] == 63 * value
        counts.append(len(sent))
    assert counts == [OWN] * 3, sent
    with counted(app) as sent:
        await done(cohorts.put(path, json=full(10)))
    assert len(sent) == UNCHANGED, sent


async def test_a_report_that_moves_a_bound_rescores_any_cohort_in_a_fixed_number_of_statements(
    app: FastAPI, cohorts: AsyncClient
) -> None:
    await open_period(cohorts, code="ky-rong")
    for code, size in (("ky-2025", 4), ("ky-rong", 40)):
        for number in range(1, size + 1):
            await done(cohorts.put(f"/v1/submissions/{code}/H61.{100 + number}", json=answers(_1_3={"a": number % 4})))
        counts = []
        for value in (2, 77, 78, 1):
            with counted(app) as sent:
                await done(cohorts.put(f"/v1/submissions/{code}/H61.101", json=answers(_1_3={"a": value})))
            counts.append(len(sent))
        assert counts == BOUNDS, (code, sent)
