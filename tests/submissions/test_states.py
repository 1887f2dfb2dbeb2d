"""A submission is handed in, given back with a reason, and handed in again."""

import pytest
from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, done, lasting, points, refusals, refused

UNIT = f"{SUBMISSIONS}/H61.101"
LIST = "/v1/submissions?period=ky-2025"


async def test_a_submitted_report_is_the_units_no_more_until_it_is_returned(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=points(3)))
    answer = await opened.post(f"{UNIT}/submit")
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    body = answer.json()
    assert (body["status"], body["submitted_at"]) == ("submitted", body["updated_at"])
    assert body["submitted_at"] is not None
    assert (await opened.get(UNIT)).json() == lasting(body)
    for refusal in (await opened.put(UNIT, json=points(4)), await opened.patch(UNIT, json=points(4))):
        assert refused(refusal, 409) == "submission_not_editable"
    assert refused(await opened.post(f"{UNIT}/submit"), 409) == "wrong_status"
    returned = await done(opened.post(f"{UNIT}/return", json={"reason": "Giải trình 1.2"}))
    assert (returned["status"], returned["revision"]) == ("returned", 3)
    written = await done(opened.put(UNIT, json=points(4)))
    assert (written["status"], written["revision"]) == ("returned", 4)
    again = await done(opened.post(f"{UNIT}/submit", json={"reason": "Đã bổ sung"}))
    assert (again["status"], again["revision"]) == ("submitted", 5)
    assert again["submitted_at"] > body["submitted_at"]


async def test_a_submission_that_was_never_begun_can_be_handed_in_empty(opened: AsyncClient) -> None:
    body = await done(opened.post(f"{UNIT}/submit", headers={"If-Match": '"0"'}))
    assert (body["status"], body["revision"], body["answers"]) == ("submitted", 1, [])


@pytest.mark.parametrize("begun", [False, True])
async def test_only_what_was_handed_in_is_given_back(opened: AsyncClient, *, begun: bool) -> None:
    if begun:
        await done(opened.put(UNIT, json=points(3)))
    answer = await opened.post(f"{UNIT}/return", json={"reason": "Thiếu"})
    assert refused(answer, 409) == "wrong_status"


@pytest.mark.parametrize("body", [{}, {"reason": None}, {"reason": "  "}, {"reason": ""}])
async def test_giving_back_takes_a_reason(opened: AsyncClient, body: dict[str, str]) -> None:
    await done(opened.post(f"{UNIT}/submit"))
    answer = await opened.post(f"{UNIT}/return", json=body)
    assert refused(answer, 422) in {"missing_reason", "validation_failed"}
    assert [pointer for pointer, _ in refusals(answer)] == ["/reason"]
    assert (await done(opened.get(UNIT)))["status"] == "submitted"


async def test_giving_back_without_any_body_is_refused(opened: AsyncClient) -> None:
    await done(opened.post(f"{UNIT}/submit"))
    answer = await opened.post(f"{UNIT}/return")
    assert refused(answer, 422) == "validation_failed"


async def test_no_switch_goes_round_the_states(opened: AsyncClient) -> None:
    await done(opened.post(f"{UNIT}/submit"))
    for body in ({"force": True}, {"reason": "x", "skip_audit": True}):
        answer = await opened.post(f"{UNIT}/return", json=body)
        assert refused(answer, 422) == "validation_failed"
    assert (await done(opened.get(UNIT)))["status"] == "submitted"


async def test_the_list_tells_where_everybody_stands(opened: AsyncClient) -> None:
    await done(opened.put(f"{SUBMISSIONS}/H61.102", json=points(3)))
    await done(opened.post(f"{SUBMISSIONS}/H61.103/submit"))
    body = await done(opened.get(LIST))
    found = [(item["unit"]["code"], item["status"], item["revision"]) for item in body["items"]]
    assert found == [
        ("H61.101", "draft", 0),
        ("H61.102", "draft", 1),
        ("H61.103", "submitted", 1),
        ("H61.104", "draft", 0),
    ]
    assert body["items"][0] == {
        "period": "ky-2025",
        "unit": {"code": "H61.101", "name": "Đơn vị H61.101", "parent": "H61.D1"},
        "level": "commune",
        "status": "draft",
        "revision": 0,
        "submitted_at": None,
        "updated_at": None,
    }


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("status=submitted", ["H61.103"]),
        ("status=draft", ["H61.101", "H61.102", "H61.104"]),
        ("status=verified", []),
        ("within=H61.D1", ["H61.101", "H61.103"]),
        ("within=H61.D1&status=draft", ["H61.101"]),
        ("within=H61.104", ["H61.104"]),
        ("within=H61", ["H61.101", "H61.102", "H61.103", "H61.104"]),
        ("level=commune", ["H61.101", "H61.102", "H61.103", "H61.104"]),
        ("level=department", []),
    ],
)
async def test_the_list_is_filtered(opened: AsyncClient, query: str, codes: list[str]) -> None:
    await done(opened.post(f"{SUBMISSIONS}/H61.103/submit"))
    body = await done(opened.get(f"{LIST}&{query}"))
    assert [item["unit"]["code"] for item in body["items"]] == codes
    pages, path = [], f"{LIST}&{query}&limit=1"
    while path:
        answer = await opened.get(path)
        pages += answer.json()["items"]
        path = answer.links["next"]["url"] if answer.json()["next"] else ""
    assert pages == body["items"]


async def test_the_list_takes_a_period_and_known_filters_only(opened: AsyncClient) -> None:
    for query in ("", "?period=ky-2025&status=done", "?period=ky-2025&unit=H61.101", "?period=ky-2025&limit=0"):
        assert (await opened.get(f"/v1/submissions{query}")).status_code == 422, query
    assert refused(await opened.get(f"{LIST}&cursor=W10"), 400) == "invalid_cursor"
