"""Pushes keep to the windows that reports and reviews keep to."""

from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, done, period, points, refused
from tests.pushes.pushing import FIRST, PATH, SECOND, award, body, counts, errors, given, push, told

FUTURE = "2099-01-01T00:00:00Z"
EXTENSION = {"until": FUTURE, "reason": "Công văn 12"}


async def test_a_closed_period_takes_no_report_and_still_awards(opened: AsyncClient) -> None:
    await done(opened.post("/v1/periods/ky-2025/close"))
    for query in ("", "?atomic=false", "?dry_run=true"):
        answer = await opened.post(f"{PATH}{query}", json=body(given(FIRST, 3), given(SECOND, 1), given("X", 1)))
        assert refused(answer, 409) == "period_not_open"
    assert counts(await push(opened, award(FIRST, 3))) == {"created": 1}


async def test_a_unit_with_an_extension_is_let_in_beside_others_that_are_not(opened: AsyncClient) -> None:
    await done(opened.post("/v1/periods/ky-2025/close"))
    await done(opened.put(f"/v1/periods/ky-2025/extensions/{SECOND}", json=EXTENSION), 201)
    values = [given(FIRST, 3), given(SECOND, 3), award(FIRST, 2, "2.2")]
    assert told(await opened.post(PATH, json=body(*values))) == [(0, "/values/0/unit", "period_not_open")]
    report = await push(opened, *values, atomic=False)
    assert counts(report) == {"created": 2, "rejected": 1}
    assert errors(report) == [(0, "/values/0/unit", "period_not_open")]


async def test_a_window_that_is_not_open_yet_and_a_draft_refuse_everything(opened: AsyncClient) -> None:
    later = period(code="ky-sau", opens_at=FUTURE)
    await done(opened.post("/v1/periods", json=later), 201)
    drafted = await opened.post(PATH, json=body(given(FIRST, 3), period="ky-sau"))
    assert refused(drafted, 409) == "period_not_open"
    await done(opened.post("/v1/periods/ky-sau/open"))
    early = await opened.post(PATH, json=body(given(FIRST, 3), period="ky-sau"))
    assert refused(early, 409) == "window_not_open"


async def test_what_was_handed_in_is_not_changed_behind_the_unit(opened: AsyncClient) -> None:
    await done(opened.put(f"{SUBMISSIONS}/{FIRST}", json=points(3)))
    await done(opened.post(f"{SUBMISSIONS}/{FIRST}/submit"))
    values = [given(FIRST, 4), given(SECOND, 4), award(FIRST, 4, "2.2")]
    assert told(await opened.post(PATH, json=body(*values))) == [(0, "/values/0/unit", "submission_not_editable")]
    assert counts(await push(opened, *values, atomic=False)) == {"created": 2, "rejected": 1}
    await done(opened.post(f"{SUBMISSIONS}/{FIRST}/return", json={"reason": "Cần làm rõ"}))
    assert counts(await push(opened, given(FIRST, 4))) == {"updated": 1}
    assert (await done(opened.get(f"{SUBMISSIONS}/{FIRST}")))["status"] == "returned"
