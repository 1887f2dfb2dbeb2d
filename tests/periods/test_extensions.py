"""Extensions: granted with a reason and an end, to named units of an opened period."""

import asyncio

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.kernel.database import transaction
from tests.periods.building import done, found, open_period, refusals, refused, unit, version
from tests.periods.test_windows import at, extend

PATH = "/v1/periods/ky-2025"
EXTENSIONS = f"{PATH}/extensions"
ONE = f"{EXTENSIONS}/H61.101"
LATE = "2999-07-05T10:00:00Z"


async def test_an_extension_is_granted_changed_and_withdrawn(opened: AsyncClient) -> None:
    before = await version(opened)
    made = await opened.put(ONE, json={"until": "2999-07-05T17:00:00+07:00", "reason": "Mất mạng"})
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    body = made.json()
    assert body.pop("granted_at")
    assert body == {
        "unit": {"code": "H61.101", "name": "Đơn vị H61.101", "parent": "H61.D1"},
        "level": "commune",
        "until": LATE,
        "reason": "Mất mạng",
        "granted_by": "test-admin",
        "revision": 1,
    }
    assert (await opened.get(ONE)).json() == made.json()
    again = await opened.put(ONE, json={"until": LATE, "reason": "Mất mạng"})
    assert (again.status_code, again.json()) == (200, made.json())
    assert await version(opened) == before + 1
    changed = await opened.put(ONE, json={"until": LATE, "reason": "Bão số 3"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"], changed.json()["reason"]) == (200, '"2"', "Bão số 3")
    assert (await opened.get(ONE, headers={"If-None-Match": '"2"'})).status_code == 304
    await done(opened.request("DELETE", ONE, json={"reason": "Đã nộp"}, headers={"If-Match": '"2"'}), 204)
    assert refused(await opened.get(ONE), 404) == "extension_not_found"
    assert refused(await opened.delete(ONE), 404) == "extension_not_found"
    assert await version(opened) == before + 3


async def test_conditions_on_an_extension_hold(opened: AsyncClient) -> None:
    body = {"until": LATE, "reason": "Mất mạng"}
    assert refused(await opened.put(ONE, json=body, headers={"If-Match": '"1"'}), 412) == "stale_revision"
    await done(opened.put(ONE, json=body, headers={"If-None-Match": "*"}), 201)
    assert refused(await opened.put(ONE, json=body, headers={"If-None-Match": "*"}), 412) == "already_exists"
    assert refused(await opened.delete(ONE, headers={"If-Match": '"7"'}), 412) == "stale_revision"
    assert (await opened.get(ONE)).json()["revision"] == 1


async def test_two_who_extend_at_once_make_one_extension(opened: AsyncClient) -> None:
    bodies = [{"until": LATE, "reason": f"Lý do {number}"} for number in range(3)]
    made = await asyncio.gather(*(opened.put(ONE, json=body) for body in bodies))
    assert sorted(answer.status_code for answer in made) == [200, 200, 201]
    assert (await opened.get(ONE)).json()["revision"] == 3


async def test_an_end_that_lengthens_nothing_is_refused(ready: AsyncClient) -> None:
    await open_period(ready, closes_at=at(hours=2))
    for until, code in ((at(seconds=-1), "until_in_the_past"), (at(hours=1), "until_before_close")):
        answer = await ready.put(ONE, json={"until": until, "reason": "Mất mạng"})
        assert refused(answer, 422) == code
        assert refusals(answer) == [("/until", code)]
    assert (await ready.get(EXTENSIONS)).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"until": LATE}, "/reason", "missing"),
        ({"until": LATE, "reason": " "}, "/reason", "blank"),
        ({"reason": "x"}, "/until", "missing"),
        ({"until": "2999-07-05", "reason": "x"}, "/until", "timestamp_format"),
        ({"until": LATE, "reason": "x", "unit": "H61.101"}, "/unit", "unknown_field"),
    ],
)
async def test_a_wrong_extension_is_refused(opened: AsyncClient, body: dict[str, str], pointer: str, code: str) -> None:
    answer = await opened.put(ONE, json=body)
    assert refused(answer, 422) == "validation_failed"
    assert refusals(answer) == [(pointer, code)]


async def test_only_participants_of_an_opened_period_are_extended(drafted: AsyncClient) -> None:
    body = {"until": LATE, "reason": "Mất mạng"}
    assert refused(await drafted.put(ONE, json=body), 409) == "period_not_open"
    assert refused(await drafted.get(EXTENSIONS), 409) == "period_not_open"
    await done(drafted.post(f"{PATH}/open"))
    await found(drafted, [unit("H61.200")])
    for code in ("H61.200", "H61.D1", "H99"):
        answer = await drafted.put(f"{EXTENSIONS}/{code}", json=body)
        assert refused(answer, 404) == "participant_not_found"
    assert refused(await drafted.put("/v1/periods/ky-1999/extensions/H61.101", json=body), 404) == "period_not_found"


async def test_a_unit_is_named_by_another_identifier_too(ready: AsyncClient) -> None:
    await found(ready, [unit("H61.105", identifiers=[{"scheme": "mdvhc", "value": "29542"}])])
    await open_period(ready)
    body = {"until": LATE, "reason": "Mất mạng"}
    made = await done(ready.put(f"{EXTENSIONS}/29542?unit_scheme=mdvhc", json=body), 201)
    assert made["unit"]["code"] == "H61.105"


async def test_a_published_period_extends_nobody(opened: AsyncClient, app: FastAPI) -> None:
    await extend(opened, LATE)
    async with transaction(app.state.database) as session:
        await session.execute(text("UPDATE periods SET status = 'published'"))
    answer = await opened.put(ONE, json={"until": LATE, "reason": "Khác"})
    assert refused(answer, 409) == "period_published"
    assert refused(await opened.delete(ONE), 409) == "period_published"
    report = await opened.put("/v1/submissions/ky-2025/H61.101", json={"answers": []})
    assert refused(report, 409) == "period_not_open"


async def test_extensions_are_listed_page_by_page(opened: AsyncClient) -> None:
    for number in (3, 1, 2):
        await extend(opened, LATE, code=f"H61.10{number}")
    whole = await done(opened.get(EXTENSIONS))
    assert [item["unit"]["code"] for item in whole["items"]] == ["H61.101", "H61.102", "H61.103"]
    first = await opened.get(f"{EXTENSIONS}?limit=2")
    rest = await done(opened.get(first.links["next"]["url"]))
    assert first.json()["items"] + rest["items"] == whole["items"]
    assert rest["next"] is None
