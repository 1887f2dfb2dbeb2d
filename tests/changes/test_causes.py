"""Whatever changes a unit is told, at the version at which it changed, and nothing else is."""

from collections.abc import Awaitable, Callable

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.kernel.database import transaction
from app.scores.rebuild import rebuild_all
from tests.changes.asking import changes
from tests.periods.building import PERIOD, SUBMISSIONS, answers, done, points
from tests.pushes.pushing import given, push

FIRST, SECOND, THIRD, FOURTH = ALL = [f"H61.{number}" for number in range(101, 105)]
REASON = {"reason": "Theo Công văn 12/STTTT-CNTT"}
ROSTER = f"/v1/periods/{PERIOD}/participants"

Act = Callable[[AsyncClient], Awaitable[object]]


def put(unit: str, body: object) -> Act:
    return lambda http: done(http.put(f"{SUBMISSIONS}/{unit}", json=body))


def judge(unit: str, leaf: str, **verdict: object) -> Act:
    return lambda http: done(http.put(f"{SUBMISSIONS}/{unit}/reviews/{leaf}", json={**REASON, **verdict}))


def move(unit: str, verb: str) -> Act:
    return lambda http: done(http.post(f"{SUBMISSIONS}/{unit}/{verb}", json=REASON))


def place(unit: str, status: int = 200, **values: object) -> Act:
    return lambda http: done(http.put(f"{ROSTER}/{unit}", json={**REASON, **values}), status)


def remove(unit: str) -> Act:
    return lambda http: done(http.delete(f"{ROSTER}/{unit}", params=REASON), 204)


def goalposts(status: int, **values: object) -> Act:
    body = {**values, "source": "Báo cáo DTI"}
    return lambda http: done(http.put(f"/v1/periods/{PERIOD}/benchmarks/1.3", json=body), status)


COMPARED = [put(unit, answers(_1_3={"a": value})) for unit, value in ((FIRST, 1), (SECOND, 5), (THIRD, 9))]
BEST = answers(_2_2={"points": 3}), answers(_2_2={"points": 8})
TAKES_THE_BEST = judge(FOURTH, "2.2", verdict="exempt", exemption="vii-4")
TAKES_ALL = judge(FOURTH, "2.2", verdict="exempt", exemption="vii-3")

CAUSES: dict[str, tuple[list[Act], Act, list[str]]] = {
    "a report": ([], put(SECOND, points(3)), [SECOND]),
    "a note": ([put(SECOND, answers(_1_2={"points": 3}))], put(SECOND, {"answers": []}), [SECOND]),
    "the same report again": ([put(SECOND, points(3))], put(SECOND, points(3)), []),
    "handing in": ([put(SECOND, points(3))], move(SECOND, "submit"), [SECOND]),
    "getting back": ([put(SECOND, points(3)), move(SECOND, "submit")], move(SECOND, "return"), [SECOND]),
    "a verdict that moves no points": ([put(SECOND, points(3))], judge(SECOND, "1.2", verdict="agree"), [SECOND]),
    "a value inside the bounds": (COMPARED, put(SECOND, answers(_1_3={"a": 4})), [SECOND]),
    "a new bound moves whom it compares, not who holds the other": (
        COMPARED,
        put(THIRD, answers(_1_3={"a": 17})),
        [SECOND, THIRD],
    ),
    "a best that another is given": ([put(FIRST, BEST[0]), TAKES_THE_BEST], put(SECOND, BEST[1]), [SECOND, FOURTH]),
    "a best that nobody is given": ([put(FIRST, BEST[0]), TAKES_ALL], put(SECOND, BEST[1]), [SECOND]),
    "less than the best": ([put(FIRST, BEST[1]), TAKES_THE_BEST], put(SECOND, BEST[0]), [SECOND]),
    "a benchmark": (COMPARED, goalposts(201, min=1, max=17), [SECOND, THIRD]),
    "a benchmark that says what the cohort says": (COMPARED, goalposts(201, min=1, max=9), []),
    "a group": ([], place(SECOND, group="a"), [SECOND]),
    "a rank that is taken away": ([], place(SECOND, ranked=False), [SECOND]),
    "the same group again": ([place(SECOND, group="a")], place(SECOND, group="a"), []),
    "a trait": ([*COMPARED, place(FOURTH)], place(FOURTH, traits=["no-online"]), [FOURTH]),
    "leaving the roster": ([put(SECOND, points(3))], remove(SECOND), [SECOND]),
    "who held a bound leaves": (COMPARED, remove(THIRD), [THIRD, SECOND]),
    "coming back": ([put(SECOND, points(3)), remove(SECOND)], place(SECOND, 201), [SECOND]),
    "a push": ([], lambda http: push(http, given(FIRST, 2), given(THIRD, 2)), [FIRST, THIRD]),
    "a push that says when": (
        [lambda http: push(http, given(FIRST, 2, sequence=1))],
        lambda http: push(http, given(FIRST, 2, sequence=2)),
        [FIRST],
    ),
    "a push again": ([lambda http: push(http, given(FIRST, 2))], lambda http: push(http, given(FIRST, 2)), []),
    "a push that is tried": ([], lambda http: push(http, given(FIRST, 2), dry_run=True), []),
    "more time for one unit": (
        [],
        lambda http: done(
            http.put(f"/v1/periods/{PERIOD}/extensions/{SECOND}", json={**REASON, "until": "2099-01-01T00:00:00Z"}), 201
        ),
        [],
    ),
    "closing the period": ([], lambda http: done(http.post(f"/v1/periods/{PERIOD}/close")), []),
}


@pytest.mark.parametrize("cause", CAUSES)
async def test_a_cause_changes_these_units_and_no_others(opened: AsyncClient, cause: str) -> None:
    before, act, units = CAUSES[cause]
    for step in before:
        await step(opened)
    since, known = await changes(opened, 0)
    await act(opened)
    version, told = await changes(opened, since)
    assert version - since in ({1} if units else {0, 1})
    assert told == dict.fromkeys(units, version)
    assert (await changes(opened, 0))[1] == known | told


async def test_everybody_changes_with_the_opening(opened: AsyncClient) -> None:
    assert await changes(opened, 0) == (1, dict.fromkeys(ALL, 1))
    assert await changes(opened, 1) == (1, {})


async def test_a_push_into_a_whole_cohort_changes_all_of_it(
    opened: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("app.pushes.writing.FEW_UNITS", 0)
    report = await push(opened, *(given(unit, 2) for unit in (FIRST, SECOND, FOURTH)))
    assert await changes(opened, 1) == (report["versions"]["commune"], dict.fromkeys((FIRST, SECOND, FOURTH), 2))


async def test_scores_that_a_rebuild_puts_right_are_told(opened: AsyncClient, app: FastAPI) -> None:
    ranking = f"/v1/rankings?period={PERIOD}&level=commune"
    tag = (await opened.get(ranking)).headers["ETag"]
    tamper = """
        UPDATE scorecards SET points = points + 1
         WHERE basis = 'assessed' AND unit_id = (SELECT unit_id FROM participants WHERE code = :unit)
    """
    async with transaction(app.state.database) as session:
        await session.execute(text(tamper), {"unit": THIRD})
    assert [len(report.differences) for report in await rebuild_all(app.state.database)] == [1]
    assert await changes(opened, 1) == (2, {THIRD: 2})
    assert (await opened.get(ranking, headers={"If-None-Match": tag})).status_code == 200
    assert [report.differences for report in await rebuild_all(app.state.database)] == [[]]
    assert (await changes(opened, 1))[0] == 2
