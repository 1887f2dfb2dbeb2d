"""What a period's document may say, and every way in which it is refused."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

from tests.frameworks.documents import framework
from tests.periods.building import DOCUMENT, REFERENCE, done, period, publish, refusals, refused

LEVEL = {"level": "commune", "framework": REFERENCE}


async def test_a_period_is_drafted_and_read_back_as_it_was_sent(ready: AsyncClient) -> None:
    body = period(
        opens_at="2025-06-20T00:00:00+07:00",
        closes_at="2025-06-30T17:00:00Z",
        review_closes_at="2025-07-15T00:00:00Z",
        roster=[{"unit": "H61.102", "group": "b", "ranked": False}, {"unit": "H61.101", "excluded": True}],
    )
    answer = await ready.post("/v1/periods", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.headers["Location"] == "/v1/periods/ky-2025"
    assert answer.headers["ETag"] == '"1"'
    read = await ready.get("/v1/periods/ky-2025")
    assert read.json() == answer.json()
    assert read.headers["ETag"] == '"1"'
    assert read.json() == body | {
        "opens_at": "2025-06-19T17:00:00Z",
        "status": "draft",
        "revision": 1,
        "roster": [
            {"unit": "H61.101", "group": None, "ranked": True, "excluded": True},
            {"unit": "H61.102", "group": "b", "ranked": False, "excluded": False},
        ],
    }


async def test_everything_that_a_document_names_and_is_not_there_is_told_at_once(still: AsyncClient) -> None:
    body = period(
        authority="H99",
        levels=[
            {"level": "village", "framework": REFERENCE},
            {"level": "commune", "framework": "no-such/1"},
            {"level": "commune", "framework": "trial-commune/2"},
            {"level": "department", "framework": REFERENCE},
        ],
        roster=[{"unit": "H61.101"}, {"unit": "H98"}, {"unit": "H61.101", "excluded": True}],
    )
    answer = await still.post("/v1/periods", json=body)
    assert refused(answer, 422) == "invalid_period"
    assert sorted(refusals(answer)) == [
        ("/authority", "unknown_unit"),
        ("/levels/0/level", "unknown_level"),
        ("/levels/1/framework", "unknown_framework"),
        ("/levels/2/framework", "unknown_framework"),
        ("/levels/2/level", "duplicate_level"),
        ("/levels/3/framework", "framework_level_differs"),
        ("/roster/1/unit", "unknown_unit"),
        ("/roster/2/unit", "duplicate_unit"),
    ]
    assert (await still.get("/v1/periods")).json()["items"] == []


async def test_a_retired_framework_assesses_nobody_anew(ready: AsyncClient) -> None:
    await done(ready.post(f"/v1/frameworks/{REFERENCE}/retire"))
    answer = await ready.post("/v1/periods", json=period())
    assert refused(answer, 422) == "invalid_period"
    assert refusals(answer) == [("/levels/0/framework", "framework_retired")]


async def test_one_level_twice_is_refused_whatever_the_frameworks(ready: AsyncClient) -> None:
    await publish(ready, DOCUMENT | {"version": 2})
    answer = await ready.post("/v1/periods", json=period(levels=[LEVEL, LEVEL | {"framework": "trial-commune/2"}]))
    assert refusals(answer) == [("/levels/1/level", "duplicate_level")]


@pytest.mark.parametrize(
    ("fields", "pointer", "code"),
    [
        ({"code": "Ky-2025"}, "/code", "string_pattern_mismatch"),
        ({"code": "ky 2025"}, "/code", "string_pattern_mismatch"),
        ({"code": "k" * 65}, "/code", "string_pattern_mismatch"),
        ({"code": "kỳ"}, "/code", "string_pattern_mismatch"),
        ({"title": " \n "}, "/title", "blank"),
        ({"title": "t" * 301}, "/title", "too_long"),
        ({"title": "Kỳ\u0000"}, "/title", "not_storable"),
        ({"title": "Kỳ\u0007"}, "/title", "control_character"),
        ({"title": None}, "/title", "string_type"),
        ({"kind": "month"}, "/kind", "literal_error"),
        ({"authority": "h61"}, "/authority", "string_pattern_mismatch"),
        ({"starts_on": "2025-02-30"}, "/starts_on", "date_from_datetime_parsing"),
        ({"starts_on": "01/01/2025"}, "/starts_on", "date_format"),
        ({"starts_on": 1735689600}, "/starts_on", "date_format"),
        ({"starts_on": "2025-01-01T00:00:00Z"}, "/starts_on", "date_format"),
        ({"opens_at": "2025-06-20T00:00:00"}, "/opens_at", "timezone_missing"),
        ({"opens_at": "2025-06-20"}, "/opens_at", "timestamp_format"),
        ({"levels": []}, "/levels", "too_short"),
        ({"levels": [LEVEL] * 21}, "/levels", "too_long"),
        ({"levels": [LEVEL | {"framework": "trial-commune"}]}, "/levels/0/framework", "string_pattern_mismatch"),
        ({"levels": [LEVEL | {"framework": "trial-commune/0"}]}, "/levels/0/framework", "string_pattern_mismatch"),
        ({"levels": [LEVEL | {"weight": 1}]}, "/levels/0/weight", "unknown_field"),
        ({"roster": [{"unit": "H61.101", "group": "Nhóm A"}]}, "/roster/0/group", "string_pattern_mismatch"),
        ({"roster": [{}]}, "/roster/0/unit", "missing"),
        ({"status": "open"}, "/status", "unknown_field"),
        ({"revision": 1}, "/revision", "unknown_field"),
        ({"note": "x"}, "/note", "unknown_field"),
    ],
)
async def test_a_wrong_field_is_named(still: AsyncClient, fields: dict[str, Any], pointer: str, code: str) -> None:
    answer = await still.post("/v1/periods", json=period(**fields))
    assert refused(answer, 422) == "validation_failed"
    assert refusals(answer) == [(pointer, code)]


@pytest.mark.parametrize("ranked", ["no", "off", 0, 1.0])
async def test_ranked_is_true_or_false_and_nothing_like_it(still: AsyncClient, ranked: Any) -> None:
    answer = await still.post("/v1/periods", json=period(roster=[{"unit": "H61.101", "ranked": ranked}]))
    assert refused(answer, 422) == "validation_failed"


JUNE, JULY, AUGUST = ("2025-06-20T00:00:00+07:00", "2025-07-01T00:00:00+07:00", "2025-08-01T00:00:00+07:00")


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"ends_on": "2024-12-31"}, "/ends_on"),
        ({"opens_at": JULY, "closes_at": JUNE}, "/closes_at"),
        ({"opens_at": JUNE, "closes_at": JUNE}, "/closes_at"),
        ({"closes_at": JULY, "review_closes_at": JUNE}, "/review_closes_at"),
        ({"opens_at": JULY, "review_closes_at": JUNE}, "/review_closes_at"),
        ({"opens_at": JUNE, "closes_at": AUGUST, "review_closes_at": JULY}, "/review_closes_at"),
    ],
)
async def test_dates_out_of_order_are_refused(still: AsyncClient, fields: dict[str, str], pointer: str) -> None:
    answer = await still.post("/v1/periods", json=period(**fields))
    assert refused(answer, 422) == "invalid_period"
    assert [at for at, _ in refusals(answer)] == [pointer]


async def test_all_that_is_out_of_order_is_told_together_with_what_is_unknown(still: AsyncClient) -> None:
    windows = {"opens_at": AUGUST, "closes_at": JULY, "review_closes_at": JUNE}
    answer = await still.post("/v1/periods", json=period(ends_on="2024-12-31", authority="H99", **windows))
    found = {pointer for pointer, _ in refusals(answer)}
    assert found == {"/ends_on", "/closes_at", "/review_closes_at", "/authority"}


async def test_reviewing_may_end_with_reporting(ready: AsyncClient) -> None:
    windows = {"opens_at": JUNE, "closes_at": JULY, "review_closes_at": JULY}
    await done(ready.post("/v1/periods", json=period(**windows)), 201)


async def test_a_level_that_has_ended_by_the_first_day_is_refused(ready: AsyncClient) -> None:
    await publish(ready, framework(code="trial-district", level="district"))
    levels = [LEVEL, {"level": "district", "framework": "trial-district/1"}]
    answer = await ready.post("/v1/periods", json=period(starts_on="2025-07-01", levels=levels))
    assert refused(answer, 422) == "invalid_period"
    assert refusals(answer) == [("/levels/1/level", "level_not_valid")]
    await done(ready.post("/v1/periods", json=period(starts_on="2025-06-30", levels=levels)), 201)


async def test_a_code_is_taken_once(drafted: AsyncClient) -> None:
    answer = await drafted.post("/v1/periods", json=period(title="Kỳ khác"))
    assert refused(answer, 409) == "period_exists"
    assert (await drafted.get("/v1/periods/ky-2025")).json()["title"] == "Kỳ đánh giá 2025"


async def test_two_who_draft_the_same_period_at_once_make_one(ready: AsyncClient) -> None:
    made = await asyncio.gather(*(ready.post("/v1/periods", json=period()) for _ in range(4)))
    assert sorted(answer.status_code for answer in made) == [201, 409, 409, 409]
    assert len((await ready.get("/v1/periods")).json()["items"]) == 1
