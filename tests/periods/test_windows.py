"""Windows: from when until when units report and reviewers judge, by the database's clock under the lock."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.kernel.database import transaction
from tests.oracle.numbers import Json
from tests.periods.building import done, open_period, period, points, refusals, refused, version
from tests.periods.test_closing import writes
from tests.periods.test_reopening import events

PATH = "/v1/periods/ky-2025"
UNIT = "/v1/submissions/ky-2025/H61.101"
OTHER = "/v1/submissions/ky-2025/H61.102"
VERDICT = {"verdict": "adjust", "points": 5, "reason": "Biên bản 12"}


def at(**difference: float) -> str:
    """A moment so far from now, as RFC 3339."""
    return (datetime.now(UTC) + timedelta(**difference)).isoformat()


async def move_windows(admin: AsyncClient, **windows: str | None) -> Json:
    """Give the opened period new windows."""
    return await done(admin.put(PATH, json=period(**windows)))


async def extend(admin: AsyncClient, until: str, code: str = "H61.101", status: int = 201) -> Json:
    body = {"until": until, "reason": "Mất kết nối mạng"}
    return await done(admin.put(f"{PATH}/extensions/{code}", json=body), status)


async def test_reporting_begins_when_its_window_opens(ready: AsyncClient) -> None:
    opens_at = at(hours=1)
    await open_period(ready, opens_at=opens_at, closes_at=at(hours=2))
    for answer in await writes(ready, UNIT):
        assert refused(answer, 409) == "window_not_open"
        assert opens_at[:19] in answer.json()["detail"]
    assert (await ready.get(UNIT)).json()["revision"] == 0
    await move_windows(ready, opens_at=at(seconds=-1), closes_at=at(hours=2))
    assert [answer.status_code for answer in await writes(ready, UNIT)] == [200, 200, 200]


async def test_reporting_ends_when_its_window_closes_and_judging_when_its_own_does(ready: AsyncClient) -> None:
    await open_period(ready, opens_at=at(hours=-2), closes_at=at(hours=1), review_closes_at=at(hours=2))
    await done(ready.put(UNIT, json=points(3)))
    closed = at(hours=-1)
    await move_windows(ready, opens_at=at(hours=-2), closes_at=closed, review_closes_at=at(hours=2))
    for answer in await writes(ready, UNIT):
        assert refused(answer, 409) == "window_closed"
        assert closed[:19] in answer.json()["detail"]
    await done(ready.put(f"{UNIT}/reviews/1.2", json=VERDICT))
    await move_windows(ready, opens_at=at(hours=-2), closes_at=closed, review_closes_at=at(minutes=-30))
    before = await version(ready)
    assert refused(await ready.put(f"{UNIT}/reviews/1.2", json=VERDICT | {"points": 6}), 409) == "window_closed"
    assert refused(await ready.post(f"{UNIT}/return", json={"reason": "Thiếu"}), 409) == "window_closed"
    assert await version(ready) == before


async def test_judging_after_the_close_ends_with_its_window(ready: AsyncClient) -> None:
    await open_period(ready, review_closes_at=at(hours=2))
    await done(ready.post(f"{PATH}/close"))
    await done(ready.put(f"{UNIT}/reviews/1.2", json=VERDICT))
    await move_windows(ready, review_closes_at=at(seconds=-1))
    assert refused(await ready.put(f"{UNIT}/reviews/1.2", json=VERDICT | {"points": 1}), 409) == "window_closed"


async def test_a_period_without_windows_takes_reports_until_it_is_closed(opened: AsyncClient) -> None:
    assert [answer.status_code for answer in await writes(opened, UNIT)] == [200, 200, 200]


async def test_an_extension_lengthens_the_window_of_its_unit_alone(ready: AsyncClient) -> None:
    await open_period(ready, closes_at=at(seconds=-1))
    await extend(ready, at(hours=1))
    assert [answer.status_code for answer in await writes(ready, UNIT)] == [200, 200, 200]
    for answer in await writes(ready, OTHER):
        assert refused(answer, 409) == "window_closed"


async def test_an_extension_counts_after_the_period_was_closed_until_it_ends(ready: AsyncClient) -> None:
    await open_period(ready, closes_at=at(seconds=-1))
    await extend(ready, at(hours=1))
    await done(ready.post(f"{PATH}/close"))
    await done(ready.put(UNIT, json=points(3)))
    for answer in await writes(ready, OTHER):
        assert refused(answer, 409) == "period_not_open"
    await extend(ready, at(hours=1), code="H61.102")
    await done(ready.put(OTHER, json=points(4)))
    await extend(ready, at(seconds=0.3), status=200)
    await asyncio.sleep(0.4)
    for answer in await writes(ready, UNIT):
        assert refused(answer, 409) == "window_closed"
    await done(ready.delete(f"{PATH}/extensions/H61.102"), 204)
    for answer in await writes(ready, OTHER):
        assert refused(answer, 409) == "period_not_open"


async def test_who_waits_for_the_lock_past_the_close_is_too_late(ready: AsyncClient) -> None:
    """The clock is read under the lock: a wait that ends after `closes_at` does not date from before it."""
    await open_period(ready)
    app = ready._transport.app  # type: ignore[attr-defined]
    await move_windows(ready, closes_at=at(seconds=2))
    async with transaction(app.state.database) as session:
        # As a writer who is refused after all: the row is locked and stays as it was.
        await session.execute(text("SELECT FROM cohorts FOR NO KEY UPDATE"))
        waiting = asyncio.create_task(ready.put(UNIT, json=points(2)))
        await asyncio.sleep(2.1)
        assert not waiting.done()
    assert refused(await waiting, 409) == "window_closed"
    assert (await ready.get(UNIT)).json()["revision"] == 0


@pytest.mark.parametrize("closed", [False, True])
async def test_title_and_windows_of_an_opened_period_change_and_nothing_else(
    opened: AsyncClient, *, closed: bool
) -> None:
    if closed:
        await done(opened.post(f"{PATH}/close"))
    before = await done(opened.get(PATH))
    body = period(title="Kỳ hai", closes_at="2999-06-30T17:00:00Z")
    answer = await opened.put(PATH, json=body, headers={"If-Match": f'"{before["revision"]}"'})
    assert answer.status_code == 200, answer.text
    assert answer.headers["ETag"] == f'"{before["revision"] + 1}"'
    assert answer.json() == before | {
        "title": "Kỳ hai",
        "closes_at": "2999-06-30T17:00:00Z",
        "revision": before["revision"] + 1,
    }
    stale = await opened.put(PATH, json=body, headers={"If-Match": f'"{before["revision"]}"'})
    assert refused(stale, 412) == "stale_revision"
    other = period(
        kind="half",
        authority="H61.D1",
        starts_on="2025-02-01",
        ends_on="2025-11-30",
        levels=[{"level": "commune", "framework": "trial-commune/2"}],
        roster=[{"unit": "H61.101", "excluded": True}],
    )
    refusal = await opened.put(PATH, json=other)
    assert refused(refusal, 409) == "period_not_draft"
    assert refusals(refusal) == [
        (f"/{field}", "field_fixed") for field in ("kind", "authority", "starts_on", "ends_on", "levels", "roster")
    ]
    assert (await opened.get(PATH)).json() == answer.json()


async def test_windows_that_move_are_an_event_of_the_cohort_and_a_title_is_not(
    opened: AsyncClient, app: FastAPI
) -> None:
    before = await version(opened)
    same = await opened.put(PATH, json=period())
    assert (same.status_code, same.json()["revision"]) == (200, 2)
    await done(opened.put(PATH, json=period(title="Kỳ hai")))
    assert await version(opened) == before
    await done(opened.put(PATH, json=period(title="Kỳ hai", closes_at="2999-06-30T17:00:00.123456+07:00")))
    assert await version(opened) == before + 1
    assert await events(app) == [("period.windows_changed", {"closes_at": "2999-06-30T10:00:00.123456Z"})]


async def test_windows_of_an_opened_period_stay_in_order(opened: AsyncClient) -> None:
    answer = await opened.put(PATH, json=period(opens_at=at(hours=2), closes_at=at(hours=1)))
    assert refused(answer, 422) == "invalid_period"
    assert refusals(answer) == [("/closes_at", "windows_out_of_order")]


async def test_periods_of_the_same_level_may_overlap_and_do_not_meet(ready: AsyncClient) -> None:
    """VI.2: 20 to 30 June, Quý IV, and whenever the ministry or the province asks."""
    kinds = {"ky-thang-6": "half", "ky-quy-4": "quarter", "ky-dot-xuat": "ad_hoc"}
    for code, kind in kinds.items():
        await open_period(ready, code=code, kind=kind)
    for given, code in enumerate(kinds, 1):
        await done(ready.put(f"/v1/submissions/{code}/H61.101", json=points(given)))
    await done(ready.post("/v1/periods/ky-quy-4/close"))
    await done(ready.put("/v1/submissions/ky-dot-xuat/H61.101", json=points(7)))
    shown = {}
    for code in kinds:
        ranking = await done(ready.get(f"/v1/rankings?period={code}&level=commune"))
        shown[code] = ranking["items"][0]["points"]
    assert shown == {"ky-thang-6": 1, "ky-quy-4": 2, "ky-dot-xuat": 7}
