"""Benchmarks: goalposts for leaves whose cohort lives elsewhere, with their source."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.clients.client import Scope
from app.kernel.database import transaction
from tests.conftest import Bearer
from tests.frameworks.documents import framework, leaf, node
from tests.oracle.numbers import Json
from tests.periods.building import COMPARED, INPUT_A, done, open_period, period, publish, refusals, refused, version
from tests.periods.test_reopening import events

PATH = "/v1/periods/ky-2025"
BENCHMARKS = f"{PATH}/benchmarks"
ONE = f"{BENCHMARKS}/1.3"
SOURCE = "Báo cáo DTI 2024, Bộ Thông tin và Truyền thông"
BODY = {"min": 0, "max": 40, "source": SOURCE}


def compared(code: str, **rule: Any) -> Json:
    return leaf(code, 10, rule={**COMPARED, **rule}, inputs=INPUT_A)


def best(code: str, **rule: Any) -> Json:
    return leaf(code, 10, rule={"type": "relative_to_best", "value": "a", **rule}, inputs=INPUT_A)


TWO = {
    "type": "parts",
    "parts": [
        {"code": "p", "share": 0.5, "rule": COMPARED, "inputs": INPUT_A},
        {"code": "q", "share": 0.5, "rule": COMPARED, "inputs": INPUT_A},
    ],
}
WIDE = framework(
    code="trial-wide",
    max_points=70,
    indicators=[
        node(
            "1",
            70,
            compared("1.1"),
            compared("1.2", bounds={"min": 5}),
            compared("1.3", bounds={"min": 0, "max": 9}),
            best("1.4"),
            best("1.5", best=3),
            leaf("1.6", 10),
            leaf("1.7", 10, rule=TWO),
        )
    ],
)
WIDE_LEVEL = [{"level": "commune", "framework": "trial-wide/1"}]


async def report(admin: AsyncClient, code: str, value: float) -> None:
    body = {"answers": [{"indicator": "1.3", "inputs": {"a": value}}]}
    await done(admin.patch(f"/v1/submissions/ky-2025/{code}", json=body))


async def points_of(admin: AsyncClient, code: str) -> float:
    card = await done(admin.get(f"/v1/scorecards/ky-2025/{code}"))
    return float(next(node["points"] for node in card["indicators"] if node["code"] == "1.3"))


async def test_a_benchmark_rescores_the_whole_cohort_at_once_and_the_receipt_names_it(opened: AsyncClient) -> None:
    for code, value in (("H61.101", 10), ("H61.102", 20)):
        await report(opened, code, value)
    assert [await points_of(opened, code) for code in ("H61.101", "H61.102")] == [0, 10]
    before = await version(opened)
    made = await opened.put(ONE, json=BODY)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert [await points_of(opened, code) for code in ("H61.101", "H61.102")] == [2.5, 5]
    assert await version(opened) == before + 1
    receipt = await done(opened.get("/v1/scorecards/ky-2025/H61.101/1.3/receipt"))
    assert receipt["benchmark"] == {"min": 0, "max": 40, "best": None, "source": SOURCE}
    assert receipt["evaluation"]["goalposts"] == {
        "min": {"value": 0, "source": "benchmark"},
        "max": {"value": 40, "source": "benchmark"},
    }
    ranking = await done(opened.get("/v1/rankings?period=ky-2025&level=commune"))
    assert [item["points"] for item in ranking["items"][:2]] == [5, 2.5]
    await done(opened.delete(ONE, headers={"If-Match": '"1"'}), 204)
    assert [await points_of(opened, code) for code in ("H61.101", "H61.102")] == [0, 10]
    assert await version(opened) == before + 2


async def test_one_unit_alone_is_measured_against_the_benchmark(opened: AsyncClient) -> None:
    await done(opened.put(ONE, json=BODY), 201)
    await report(opened, "H61.101", 30)
    assert await points_of(opened, "H61.101") == 7.5


async def test_a_benchmark_is_read_changed_listed_and_removed(opened: AsyncClient, app: FastAPI) -> None:
    made = await done(opened.put(ONE, json=BODY, headers={"If-None-Match": "*"}), 201)
    assert made.pop("set_at")
    assert made == {
        "indicator": "1.3",
        "level": "commune",
        "min": 0,
        "max": 40,
        "best": None,
        "source": SOURCE,
        "set_by": "test-admin",
        "revision": 1,
    }
    assert refused(await opened.put(ONE, json=BODY, headers={"If-None-Match": "*"}), 412) == "already_exists"
    before = await version(opened)
    assert (await done(opened.put(ONE, json=BODY)))["revision"] == 1
    assert await version(opened) == before, "the same benchmark again is no event"
    changed = await opened.put(f"{ONE}?level=commune", json=BODY | {"max": 50}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert refused(await opened.put(ONE, json=BODY, headers={"If-Match": '"1"'}), 412) == "stale_revision"
    assert refused(await opened.delete(ONE, headers={"If-Match": '"1"'}), 412) == "stale_revision"
    assert (await opened.get(ONE)).json() == changed.json()
    assert (await opened.get(ONE, headers={"If-None-Match": '"2"'})).status_code == 304
    assert (await done(opened.get(BENCHMARKS)))["items"] == [changed.json()]
    await done(opened.delete(ONE), 204)
    assert refused(await opened.get(ONE), 404) == "benchmark_not_found"
    assert refused(await opened.delete(ONE), 404) == "benchmark_not_found"
    first = {"indicator": "1.3", "min": 0, "max": 40, "best": None, "source": SOURCE}
    assert await events(app) == [
        ("benchmark.set", first),
        ("benchmark.set", first | {"max": 50}),
        ("benchmark.removed", {"indicator": "1.3"}),
    ]


@pytest.mark.parametrize(
    ("code", "body", "wrong"),
    [
        ("1.1", {}, [("", "no_goalpost")]),
        ("1.1", {"min": 4, "max": 4}, [("/min", "minimum_not_below_maximum")]),
        ("1.1", {"min": 5, "max": 4}, [("/min", "minimum_not_below_maximum")]),
        ("1.1", {"best": 4}, [("/best", "goalpost_unused")]),
        ("1.1", {"min": 5, "max": 4, "best": 0}, [
            ("/best", "goalpost_unused"),
            ("/min", "minimum_not_below_maximum"),
            ("/best", "best_not_positive"),
        ]),
        ("1.2", {"min": 1}, [("/min", "goalpost_fixed")]),
        ("1.2", {"max": 5}, [("/max", "minimum_not_below_maximum")]),
        ("1.3", {"min": 1, "max": 4}, [("", "not_compared")]),
        ("1.4", {"best": 0}, [("/best", "best_not_positive")]),
        ("1.4", {"min": 1, "max": 2}, [("/min", "goalpost_unused"), ("/max", "goalpost_unused")]),
        ("1.5", {"best": 3}, [("", "not_compared")]),
        ("1.6", {"min": 1}, [("", "not_compared")]),
        ("1.7", {"min": 1}, [("", "compared_twice")]),
        ("1", {"min": 1}, [("", "not_compared")]),
    ],
)  # fmt: skip
async def test_a_benchmark_that_means_nothing_is_refused(
    ready: AsyncClient, code: str, body: Json, wrong: list[tuple[str, str]]
) -> None:
    await publish(ready, WIDE)
    await open_period(ready, levels=WIDE_LEVEL)
    answer = await ready.put(f"{BENCHMARKS}/{code}", json={**body, "source": SOURCE})
    assert refused(answer, 422) == "invalid_benchmark"
    assert refusals(answer) == wrong
    assert (await done(ready.get(BENCHMARKS)))["items"] == []


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"min": 0}, "/source", "missing"),
        ({"min": 0, "source": " "}, "/source", "blank"),
        ({"min": "0", "source": "x"}, "/min", "number_type"),
        ({"min": 1e15, "source": "x"}, "/min", "number_too_large"),
        ({"min": 0, "mean": 3, "source": "x"}, "/mean", "unknown_field"),
    ],
)
async def test_a_wrong_field_is_named(opened: AsyncClient, body: Json, pointer: str, code: str) -> None:
    answer = await opened.put(ONE, json=body)
    assert refused(answer, 422) == "validation_failed"
    assert refusals(answer) == [(pointer, code)]


async def test_every_side_that_the_framework_leaves_open_can_be_set(ready: AsyncClient) -> None:
    await publish(ready, WIDE)
    await open_period(ready, levels=WIDE_LEVEL)
    for code, body in (("1.1", {"max": 9.5}), ("1.2", {"max": 5.1}), ("1.4", {"best": 0.001})):
        await done(ready.put(f"{BENCHMARKS}/{code}", json={**body, "source": SOURCE}), 201)
    whole = await done(ready.get(BENCHMARKS))
    assert [item["indicator"] for item in whole["items"]] == ["1.1", "1.2", "1.4"]
    first = await ready.get(f"{BENCHMARKS}?limit=2")
    rest = await done(ready.get(first.links["next"]["url"]))
    assert first.json()["items"] + rest["items"] == whole["items"]
    assert (await done(ready.get(f"{BENCHMARKS}?level=district")))["items"] == []


async def test_a_benchmark_of_a_draft_holds_from_the_opening_on(drafted: AsyncClient) -> None:
    await done(drafted.put(ONE, json=BODY), 201)
    await done(drafted.put(PATH, json=period(title="Kỳ hai")))
    assert (await done(drafted.get(BENCHMARKS)))["items"][0]["max"] == 40
    await done(drafted.post(f"{PATH}/open"))
    await report(drafted, "H61.101", 30)
    assert await points_of(drafted, "H61.101") == 7.5


async def test_a_draft_that_changes_its_framework_drops_the_benchmarks_of_the_old_one(drafted: AsyncClient) -> None:
    await done(drafted.put(ONE, json=BODY), 201)
    await publish(drafted, WIDE)
    await done(drafted.put(PATH, json=period(levels=WIDE_LEVEL)))
    assert (await done(drafted.get(BENCHMARKS)))["items"] == []
    await done(drafted.delete(PATH), 204)


async def test_a_draft_framework_takes_no_benchmark(ready: AsyncClient) -> None:
    await done(ready.post("/v1/frameworks", json=WIDE), 201)
    await done(ready.post("/v1/periods", json=period(levels=WIDE_LEVEL)), 201)
    answer = await ready.put(f"{BENCHMARKS}/1.1", json=BODY)
    assert refused(answer, 409) == "framework_not_published"


async def test_the_level_may_be_left_out_only_where_there_is_one(ready: AsyncClient) -> None:
    await publish(ready, framework(code="trial-district", level="district"))
    levels = [*period()["levels"], {"level": "district", "framework": "trial-district/1"}]
    await done(ready.post("/v1/periods", json=period(levels=levels)), 201)
    answer = await ready.put(ONE, json=BODY)
    assert refused(answer, 422) == "missing_level"
    assert refusals(answer) == [("/query/level", "missing_level")]
    assert refused(await ready.put(f"{ONE}?level=province", json=BODY), 404) == "level_not_assessed"
    assert refused(await ready.put(f"{ONE}?level=district", json=BODY), 404) == "indicator_not_found"
    await done(ready.put(f"{ONE}?level=commune", json=BODY), 201)
    assert refused(await ready.put("/v1/periods/ky-1999/benchmarks/1.3", json=BODY), 404) == "period_not_found"


async def test_a_closed_period_takes_benchmarks_and_a_published_one_does_not(opened: AsyncClient, app: FastAPI) -> None:
    await report(opened, "H61.101", 30)
    await done(opened.post(f"{PATH}/close"))
    await done(opened.put(ONE, json=BODY), 201)
    assert await points_of(opened, "H61.101") == 7.5
    async with transaction(app.state.database) as session:
        await session.execute(text("UPDATE periods SET status = 'published'"))
    assert refused(await opened.put(ONE, json=BODY | {"max": 60}), 409) == "period_published"
    assert refused(await opened.delete(ONE), 409) == "period_published"
    assert await points_of(opened, "H61.101") == 7.5


async def test_who_reports_while_a_benchmark_is_set_is_scored_by_it(opened: AsyncClient) -> None:
    sent = [report(opened, f"H61.10{number}", 10 * number) for number in range(1, 5)]
    await asyncio.gather(opened.put(ONE, json=BODY), *sent)
    assert [await points_of(opened, f"H61.10{number}") for number in range(1, 5)] == [2.5, 5, 7.5, 10]


async def test_only_who_may_touch_the_whole_cohort_sets_a_benchmark(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    assert refused(await client.put(ONE, json=BODY), 401) == "token_missing"
    reader = bearer(Scope.READ, Scope.REVIEW)
    assert refused(await client.put(ONE, json=BODY, headers=reader), 403) == "insufficient_scope"
    below = bearer(Scope.ADMIN, unit="H61.D1")
    assert refused(await client.put(ONE, json=BODY, headers=below), 403) == "outside_bounds"
    other = bearer(Scope.ADMIN, levels=["district"])
    assert refused(await client.put(ONE, json=BODY, headers=other), 404) == "level_not_assessed"
    await done(client.put(ONE, json=BODY, headers=bearer(Scope.ADMIN)), 201)
    assert (await done(client.get(ONE, headers=reader)))["max"] == 40
    assert (await done(client.get(BENCHMARKS, headers=other)))["items"] == []
