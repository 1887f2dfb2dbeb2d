"""A roster that changes after opening: with a reason, in the cohort's chain, and everybody is rescored at once."""

import asyncio

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.audit.service import verify
from app.clients.client import Scope
from app.kernel.database import transaction
from app.periods.cohorts import list_cohorts
from app.scores.rebuild import rebuild
from tests.conftest import Bearer
from tests.frameworks.documents import framework
from tests.oracle.numbers import Json
from tests.oracle.undone import undone
from tests.periods.building import answers, done, found, open_period, period, points, publish, refusals, refused, unit
from tests.periods.building import version as version_of
from tests.periods.test_reopening import events
from tests.periods.test_windows import at, extend

PATH = "/v1/periods/ky-2025"
PARTICIPANTS = f"{PATH}/participants"
ONE = f"{PARTICIPANTS}/H61.101"
SUBMISSION = "/v1/submissions/ky-2025/H61.101"
RANKING = "/v1/rankings?period=ky-2025&level=commune"
REASON = "Theo Công văn 12/STTTT-CNTT"
BECAUSE = {"reason": REASON}


async def roster(admin: AsyncClient) -> dict[str, Json]:
    listed = await done(admin.get(PARTICIPANTS))
    return {item["unit"]["code"]: item for item in listed["items"]}


async def ranked(admin: AsyncClient, query: str = "") -> list[tuple[str, int | None, float]]:
    items = (await done(admin.get(f"{RANKING}{query}")))["items"]
    return [(item["unit"]["code"], item["rank"], item["points"]) for item in items]


async def compared(admin: AsyncClient, **values: float) -> None:
    """Let units report 1.3, which is measured against the cohort: `c101=5` for H61.101."""
    for code, value in values.items():
        body = answers(_1_3={"a": value})
        await done(admin.patch(f"/v1/submissions/ky-2025/H61.{code[1:]}", json=body))


async def sound(app: FastAPI) -> None:
    """Fail unless a rebuild finds nothing and every chain holds."""
    async with undone(app.state.database) as session:
        reports = [await rebuild(session, cohort) for cohort in await list_cohorts(session)]
    assert [report.differences for report in reports] == [[] for _ in reports]
    async with transaction(app.state.database) as session:
        assert [report.chain for report in await verify(session) if not report.valid] == []


async def remove(admin: AsyncClient, code: str = "H61.101") -> None:
    await done(admin.request("DELETE", f"{PARTICIPANTS}/{code}", json=BECAUSE), 204)


async def test_a_unit_that_leaves_is_out_of_everything_and_its_answers_are_kept(
    opened: AsyncClient, app: FastAPI
) -> None:
    await compared(opened, c101=100, c102=5, c103=0)
    assert (await ranked(opened))[:2] == [("H61.101", 1, 10), ("H61.102", 2, 0.5)]
    before = await version_of(opened)
    await remove(opened)
    assert await version_of(opened) == before + 1
    assert list(await roster(opened)) == ["H61.102", "H61.103", "H61.104"]
    assert await ranked(opened) == [("H61.102", 1, 10), ("H61.103", 2, 0), ("H61.104", 2, 0)]
    aggregates = await done(opened.get("/v1/aggregates?period=ky-2025&level=commune"))
    assert (aggregates["units"], aggregates["total"]["max"]) == (3, 10)
    gone = [
        await opened.get(SUBMISSION),
        await opened.put(SUBMISSION, json=points(1)),
        await opened.get("/v1/scorecards/ky-2025/H61.101"),
        await opened.put(f"{SUBMISSION}/reviews/1.2", json={"verdict": "adjust", "points": 1, "reason": "x"}),
        await opened.request("DELETE", ONE, json=BECAUSE),
    ]
    assert [refused(answer, 404) for answer in gone] == ["participant_not_found"] * 5
    listed = await done(opened.get("/v1/submissions?period=ky-2025"))
    assert [item["unit"]["code"] for item in listed["items"]] == ["H61.102", "H61.103", "H61.104"]
    async with transaction(app.state.database) as session:
        assert (await session.execute(text("SELECT count(*) FROM answers"))).scalar_one() == 3
    await sound(app)


async def test_a_unit_that_comes_back_has_its_answers_again(opened: AsyncClient, app: FastAPI) -> None:
    await compared(opened, c101=100, c102=5, c103=0)
    before = await ranked(opened), (await opened.get(SUBMISSION)).json()
    await remove(opened)
    made = await opened.put(ONE, json=BECAUSE)
    assert made.status_code == 201, made.text
    assert (await ranked(opened), (await opened.get(SUBMISSION)).json()) == before
    await compared(opened, c101=1)
    assert (await ranked(opened))[:2] == [("H61.102", 1, 10), ("H61.101", 2, 2)]
    await sound(app)


async def test_a_unit_is_added_as_it_stood_on_the_first_day(ready: AsyncClient, app: FastAPI) -> None:
    await found(ready, [unit("H61.105", parent="H61.D2", traits=["no-online"])])
    await open_period(ready, roster=[{"unit": "H61.105", "excluded": True}])
    await compared(ready, c101=100, c102=5)
    before = await version_of(ready)
    body = {"group": "do-thi", "ranked": False, "reason": REASON}
    made = await ready.put(f"{PARTICIPANTS}/H61.105", json=body, headers={"If-Match": '"2"'})
    assert (made.status_code, made.headers["ETag"]) == (201, '"3"')
    assert made.json() == {
        "unit": {"code": "H61.105", "name": "Đơn vị H61.105", "parent": "H61.D2"},
        "level": "commune",
        "traits": ["no-online"],
        "group": "do-thi",
        "ranked": False,
    }
    assert (await roster(ready))["H61.105"] == made.json()
    assert await version_of(ready) == before + 1
    # Exempt by its trait from 1.3 and 2.2, it has the best of the others there, and stands unranked at the end.
    assert (await ranked(ready))[-1] == ("H61.105", None, 10)
    document = await done(ready.get(PATH))
    assert document["revision"] == 3
    assert document["roster"] == [{"unit": "H61.105", "group": "do-thi", "ranked": False, "excluded": False}]
    await done(ready.put("/v1/submissions/ky-2025/H61.105", json=points(3)))
    await sound(app)


async def test_what_is_not_named_stays_as_it_is(opened: AsyncClient, app: FastAPI) -> None:
    await done(opened.put(ONE, json={"group": "a", "traits": ["no-online"], **BECAUSE}))
    before = await version_of(opened)
    changed = await done(opened.put(ONE, json={"ranked": False, **BECAUSE}))
    assert (changed["group"], changed["ranked"], changed["traits"]) == ("a", False, ["no-online"])
    again = await opened.put(ONE, json={"ranked": False, "traits": ["no-online"], **BECAUSE})
    assert (again.status_code, again.json()) == (200, changed)
    assert await version_of(opened) == before + 1, "what changes nothing is no event"
    cleared = await done(opened.put(ONE, json={"group": None, "traits": [], **BECAUSE}))
    assert (cleared["group"], cleared["ranked"], cleared["traits"]) == (None, False, [])
    await sound(app)


async def test_groups_and_ranks_change_the_ranking_and_no_points(opened: AsyncClient) -> None:
    for number in range(1, 5):
        await done(opened.put(f"/v1/submissions/ky-2025/H61.10{number}", json=points(number)))
    for code in ("H61.101", "H61.104"):
        await done(opened.put(f"{PARTICIPANTS}/{code}", json={"group": "a", **BECAUSE}))
    await done(opened.put(f"{PARTICIPANTS}/H61.104", json={"ranked": False, **BECAUSE}))
    assert await ranked(opened) == [("H61.103", 1, 3), ("H61.102", 2, 2), ("H61.101", 3, 1), ("H61.104", None, 4)]
    assert await ranked(opened, "&group=a") == [("H61.101", 1, 1), ("H61.104", None, 4)]


async def test_a_trait_exempts_at_once_and_no_longer_when_it_is_taken_away(opened: AsyncClient, app: FastAPI) -> None:
    await compared(opened, c101=100, c102=5, c103=0)
    await done(opened.put(ONE, json={"traits": ["no-online"], **BECAUSE}))
    assert (await ranked(opened))[:3] == [("H61.101", 1, 10), ("H61.102", 1, 10), ("H61.103", 3, 0)]
    receipt = await done(opened.get("/v1/scorecards/ky-2025/H61.101/1.3/receipt"))
    assert (receipt["state"], receipt["exemption"]["citation"]) == ("exempt", "VII.2")
    await compared(opened, c101=70, c102=4)
    await sound(app)
    await done(opened.put(ONE, json={"traits": [], **BECAUSE}))
    assert (await ranked(opened))[1] == ("H61.102", 2, 0.57)
    await sound(app)


async def test_every_change_is_an_event_with_its_reason(opened: AsyncClient, app: FastAPI) -> None:
    await done(opened.put(ONE, json={"group": "a", **BECAUSE}))
    await remove(opened)
    await done(opened.put(ONE, json=BECAUSE), 201)
    before: Json = {"group": None, "ranked": True, "traits": []}
    assert await events(app) == [
        (
            "roster.changed",
            {"unit": "H61.101", "before": before, "after": before | {"group": "a"}, "reason": REASON},
        ),
        ("roster.removed", {"unit": "H61.101", **before, "group": "a", "reason": REASON}),
        (
            "roster.added",
            {"unit": "H61.101", "name": "Đơn vị H61.101", "parent": "H61.D1", **before, "reason": REASON},
        ),
    ]
    await sound(app)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/reason", "missing"),
        ({"reason": " "}, "/reason", "blank"),
        ({"group": "Nhóm A", "reason": "x"}, "/group", "string_pattern_mismatch"),
        ({"ranked": 1, "reason": "x"}, "/ranked", "bool_type"),
        ({"traits": None, "reason": "x"}, "/traits", "list_type"),
        ({"traits": ["Có dấu"], "reason": "x"}, "/traits/0", "string_pattern_mismatch"),
        ({"name": "Khác", "reason": "x"}, "/name", "unknown_field"),
    ],
)
async def test_a_wrong_field_is_named(opened: AsyncClient, body: Json, pointer: str, code: str) -> None:
    answer = await opened.put(ONE, json=body)
    assert refused(answer, 422) == "validation_failed"
    assert refusals(answer) == [(pointer, code)]


async def test_a_unit_leaves_only_with_a_reason(opened: AsyncClient) -> None:
    answer = await opened.delete(ONE)
    assert refused(answer, 422) == "missing_reason"
    assert refusals(answer) == [("/reason", "missing_reason")]
    assert "H61.101" in await roster(opened)
    await done(opened.delete(f"{ONE}?reason=Sáp nhập"), 204)
    assert "H61.101" not in await roster(opened)


async def test_who_could_not_have_taken_part_is_not_added(opened: AsyncClient) -> None:
    await found(opened, [unit("H20", "province", None), unit("H20.1", parent="H20")])
    await found(opened, [unit("H61.NEW", valid_from="2025-01-02"), unit("H61.S1", "department")])
    for code in ("H20.1", "H61.NEW", "H61.S1", "H61"):
        answer = await opened.put(f"{PARTICIPANTS}/{code}", json=BECAUSE)
        assert refused(answer, 422) == "unit_not_eligible", code
        assert refusals(answer) == [("/path/unit", "unit_not_eligible")]
    assert refused(await opened.put(f"{PARTICIPANTS}/H99", json=BECAUSE), 404) == "unit_not_found"
    assert len(await roster(opened)) == 4


async def test_a_unit_that_reported_at_another_level_is_not_added_at_this_one(ready: AsyncClient) -> None:
    await publish(ready, framework(code="trial-district", level="district"))
    levels = [*period()["levels"], {"level": "district", "framework": "trial-district/1"}]
    await open_period(ready, levels=levels)
    await done(ready.put(SUBMISSION, json=points(3)))
    await remove(ready)
    await done(ready.put("/v1/units/H61.101", json=unit("H61.101", "district", "H61.D1")))
    answer = await ready.put(ONE, json=BECAUSE)
    assert refused(answer, 409) == "submission_at_other_level"
    assert "H61.101" not in await roster(ready)


async def test_drafts_and_published_periods_change_no_participant(drafted: AsyncClient, app: FastAPI) -> None:
    assert refused(await drafted.put(ONE, json=BECAUSE), 409) == "period_not_open"
    assert refused(await drafted.request("DELETE", ONE, json=BECAUSE), 409) == "period_not_open"
    await done(drafted.post(f"{PATH}/open"))
    await done(drafted.post(f"{PATH}/close"))
    await done(drafted.put(ONE, json={"group": "a", **BECAUSE}))
    async with transaction(app.state.database) as session:
        await session.execute(text("UPDATE periods SET status = 'published'"))
    assert refused(await drafted.put(ONE, json={"group": "b", **BECAUSE}), 409) == "period_published"
    assert refused(await drafted.request("DELETE", ONE, json=BECAUSE), 409) == "period_published"
    assert refused(await drafted.put("/v1/periods/ky-1999/participants/H61.101", json=BECAUSE), 404) == (
        "period_not_found"
    )


async def test_a_stale_if_match_changes_no_roster(opened: AsyncClient) -> None:
    stale = {"If-Match": '"1"'}
    assert refused(await opened.put(ONE, json={"group": "a", **BECAUSE}, headers=stale), 412) == "stale_revision"
    assert refused(await opened.request("DELETE", ONE, json=BECAUSE, headers=stale), 412) == "stale_revision"
    assert (await roster(opened))["H61.101"]["group"] is None


async def test_an_extension_ends_with_its_place_on_the_roster(opened: AsyncClient) -> None:
    await extend(opened, at(hours=1))
    await remove(opened)
    assert (await done(opened.get(f"{PATH}/extensions")))["items"] == []
    await done(opened.put(ONE, json=BECAUSE), 201)
    assert refused(await opened.get(f"{PATH}/extensions/H61.101"), 404) == "extension_not_found"


async def test_who_reports_while_being_removed_is_in_before_it_or_refused(opened: AsyncClient, app: FastAPI) -> None:
    writing = [opened.put(SUBMISSION, json=points(number)) for number in range(1, 7)]
    gone, *written = await asyncio.gather(opened.request("DELETE", ONE, json=BECAUSE), *writing)
    assert gone.status_code == 204
    assert {answer.status_code for answer in written} <= {200, 404}
    await sound(app)


async def test_who_reports_while_a_trait_comes_is_scored_with_it(opened: AsyncClient, app: FastAPI) -> None:
    await compared(opened, c102=5, c103=0)
    values = [opened.put(SUBMISSION, json=answers(_1_3={"a": number})) for number in range(6, 12)]
    await asyncio.gather(opened.put(ONE, json={"traits": ["no-online"], **BECAUSE}), *values)
    assert (await ranked(opened))[:2] == [("H61.101", 1, 10), ("H61.102", 1, 10)]
    await sound(app)


async def test_a_unit_that_has_left_can_no_longer_be_deleted(opened: AsyncClient) -> None:
    await remove(opened)
    assert refused(await opened.delete("/v1/units/H61.101"), 409) == "unit_in_use"


async def test_a_bounded_admin_changes_its_part_of_the_roster(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    bounded = bearer(Scope.ADMIN, unit="H61.D1")
    assert refused(await client.put(ONE, json=BECAUSE), 401) == "token_missing"
    reviewer = bearer(Scope.REVIEW, Scope.READ)
    assert refused(await client.put(ONE, json=BECAUSE, headers=reviewer), 403) == "insufficient_scope"
    assert refused(await client.request("DELETE", ONE, json=BECAUSE, headers=reviewer), 403) == "insufficient_scope"
    await done(client.put(ONE, json={"group": "a", **BECAUSE}, headers=bounded))
    other = f"{PARTICIPANTS}/H61.102"
    assert refused(await client.put(other, json=BECAUSE, headers=bounded), 404) == "unit_not_found"
    assert refused(await client.request("DELETE", other, json=BECAUSE, headers=bounded), 404) == "participant_not_found"
    assert refused(await client.put(f"{PARTICIPANTS}/H61", json=BECAUSE, headers=bounded), 404) == "unit_not_found"
