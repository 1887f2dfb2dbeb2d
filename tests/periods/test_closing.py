"""What a period takes before it opens, while it is open, and after it closes."""

import asyncio

import pytest
from httpx import AsyncClient, Response

from tests.periods.building import done, found, period, points, refused, unit, version

PATH = "/v1/periods/ky-2025"
UNIT = "/v1/submissions/ky-2025/H61.101"


async def writes(admin: AsyncClient, path: str) -> list[Response]:
    """What a unit does, in every way."""
    return [
        await admin.put(path, json=points(1)),
        await admin.patch(path, json=points(1)),
        await admin.post(f"{path}/submit"),
    ]


async def test_a_period_closes_once_and_only_when_it_is_open(drafted: AsyncClient) -> None:
    assert refused(await drafted.post(f"{PATH}/close"), 409) == "period_not_open"
    await done(drafted.post(f"{PATH}/open"))
    answer = await drafted.post(f"{PATH}/close", headers={"If-Match": '"2"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"3"')
    assert answer.json()["status"] == "closed"
    assert refused(await drafted.post(f"{PATH}/close"), 409) == "period_not_open"


async def test_a_closed_period_takes_no_more_reports(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=points(3)))
    before = (await opened.get(UNIT)).json()
    await done(opened.post(f"{PATH}/close"))
    for answer in await writes(opened, UNIT):
        assert refused(answer, 409) == "period_not_open"
    assert (await opened.get(UNIT)).json() == before


async def test_who_reports_while_the_period_closes_is_in_or_out(opened: AsyncClient) -> None:
    before = await version(opened)
    writing = [opened.put(f"/v1/submissions/ky-2025/H61.10{n % 4 + 1}", json=points(n % 10)) for n in range(12)]
    closed, *written = await asyncio.gather(opened.post(f"{PATH}/close"), *writing)
    assert closed.status_code == 200
    statuses = [answer.status_code for answer in written]
    assert set(statuses) <= {200, 409}
    assert await version(opened) == before + statuses.count(200) + 1  # the close is an event too
    assert refused(await opened.put(UNIT, json=points(9.5)), 409) == "period_not_open"


async def test_reviewers_still_judge_after_the_close(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=points(3)))
    await done(opened.post(f"{UNIT}/submit"))
    await done(opened.post(f"{PATH}/close"))
    verdict = {"verdict": "adjust", "points": 5, "reason": "Biên bản 12"}
    await done(opened.put(f"{UNIT}/reviews/1.2", json=verdict))
    ranking = await done(opened.get("/v1/rankings?period=ky-2025&level=commune"))
    assert ranking["items"][0]["points"] == 5
    await done(opened.post(f"{UNIT}/return", json={"reason": "Thiếu minh chứng"}))


async def test_a_draft_takes_nothing_and_shows_nobody(drafted: AsyncClient) -> None:
    reads = [UNIT, f"{PATH}/participants", "/v1/submissions?period=ky-2025", "/v1/scorecards/ky-2025/H61.101"]
    answers = await writes(drafted, UNIT) + [await drafted.get(path) for path in reads]
    for answer in answers:
        assert refused(answer, 409) == "period_not_open"


async def test_who_is_not_on_the_roster_is_not_found(opened: AsyncClient) -> None:
    await found(opened, [unit("H61.200")])
    for code in ("H61.200", "H61", "H61.D1", "H99", "h61.101"):
        path = f"/v1/submissions/ky-2025/{code}"
        for answer in [*await writes(opened, path), await opened.get(path)]:
            assert refused(answer, 404) == "participant_not_found"


async def test_a_period_that_nobody_drafted_is_not_found(opened: AsyncClient) -> None:
    path = "/v1/submissions/ky-1999/H61.101"
    for answer in [*await writes(opened, path), await opened.get(path)]:
        assert refused(answer, 404) == "period_not_found"
    for method, rest in (("GET", ""), ("POST", "/open"), ("POST", "/close"), ("GET", "/participants")):
        assert refused(await opened.request(method, f"/v1/periods/ky-1999{rest}"), 404) == "period_not_found"
    assert refused(await opened.get("/v1/submissions?period=ky-1999"), 404) == "period_not_found"


@pytest.mark.parametrize("code", ["Ky-2025", "ky%202025", "ky_2025"])
async def test_what_cannot_be_a_periods_code_is_refused(opened: AsyncClient, code: str) -> None:
    assert (await opened.get(f"/v1/periods/{code}")).status_code in (404, 422)


async def test_participants_come_page_by_page_in_vietnamese_order(ready: AsyncClient) -> None:
    names = ("Xã Đông", "Xã Dừa", "Xã Ân", "Xã An", "Xã Ăn", "Xã Phú 10", "Xã Phú 9")
    await found(ready, [unit(f"H61.3{number}", name=name) for number, name in enumerate(names)])
    excluded = [{"unit": f"H61.10{number}", "excluded": True} for number in range(1, 5)]
    await done(ready.post("/v1/periods", json=period(roster=excluded)), 201)
    await done(ready.post(f"{PATH}/open"))
    whole = await done(ready.get(f"{PATH}/participants"))
    shown = [item["unit"]["name"] for item in whole["items"]]
    assert shown == ["Xã An", "Xã Ăn", "Xã Ân", "Xã Dừa", "Xã Đông", "Xã Phú 9", "Xã Phú 10"]
    assert whole["items"][0] == {
        "unit": {"code": "H61.33", "name": "Xã An", "parent": "H61"},
        "level": "commune",
        "traits": [],
        "group": None,
        "ranked": True,
    }
    for limit in (1, 3, 7):
        pages, path = [], f"{PATH}/participants?level=commune&limit={limit}"
        while path:
            answer = await ready.get(path)
            assert len(answer.json()["items"]) <= limit
            pages += answer.json()["items"]
            path = answer.links["next"]["url"] if answer.json()["next"] else ""
        assert pages == whole["items"]


async def test_a_list_takes_no_other_limit_cursor_or_parameter(opened: AsyncClient) -> None:
    path = f"{PATH}/participants"
    for query in ("limit=0", "limit=1001", "limit=x", "level=", "page=2", "limit=1&limit=2"):
        assert (await opened.get(f"{path}?{query}")).status_code == 422, query
    for cursor in ("x", "====", "W10", "bnVsbA", "%C3%A9"):
        assert refused(await opened.get(f"{path}?cursor={cursor}"), 400) == "invalid_cursor"
