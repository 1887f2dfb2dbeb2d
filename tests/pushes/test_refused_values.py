"""Every error of every value is told, at its place and by a stable code; nothing is written, or the good ones are."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.periods.building import SUBMISSIONS, Json, done, refusals, refused, version
from tests.pushes.pushing import FIRST, PATH, SECOND, award, body, counts, errors, given, push, told, value

WRONG: list[tuple[Any, list[tuple[str, str]]]] = [
    (given("H61.999", 3), [("/unit", "unknown_unit")]),
    (given("H61", 3), [("/unit", "unknown_unit")]),
    (given("ở đây", 3), [("/unit", "string_pattern_mismatch")]),
    (given(FIRST, 3, "9.9"), [("/indicator", "unknown_indicator")]),
    (given(FIRST, 3, "1"), [("/indicator", "unknown_indicator")]),
    (given(FIRST, 11), [("/inputs/points", "points_above_maximum")]),
    (
        value(FIRST, "1.1", {"a": "1", "c": 2}),
        [("/inputs/a", "not_a_number"), ("/inputs/b", "missing_input"), ("/inputs/c", "unknown_input")],
    ),
    (value(FIRST, "3", {}), [("/inputs", "not_answerable")]),
    (value(FIRST, "2.1", {"choice": "maybe"}), [("/inputs/choice", "unknown_choice")]),
    (award(FIRST, 10.5), [("/points", "points_above_maximum")]),
    (award(FIRST, -1), [("/points", "negative_points")]),
    (award(FIRST, 1.1234567), [("/points", "too_many_decimals")]),
    ({"unit": FIRST, "indicator": "1.2"}, [("", "inputs_or_points")]),
    ({**given(FIRST, 1), "points": 1}, [("", "inputs_or_points")]),
    ({"indicator": "1.2", "inputs": {}}, [("/unit", "missing")]),
    ({**given(FIRST, 1), "note": "x"}, [("/note", "unknown_field")]),
    (given(FIRST, 1, sequence=-1), [("/sequence", "greater_than_equal")]),
    (given(FIRST, 1, sequence=1.5), [("/sequence", "int_type")]),
    (given(FIRST, 1, observed_at="2025-01-01T00:00:00"), [("/observed_at", "timezone_missing")]),
    (7, [("", "not_an_object")]),
    (None, [("", "not_an_object")]),
]


async def test_all_errors_of_all_values_are_listed_and_nothing_is_written(opened: AsyncClient) -> None:
    before = await version(opened)
    values = [given(SECOND, 3)]
    expected = []
    for wrong, found in WRONG:
        expected += [(len(values), f"/values/{len(values)}{place}", code) for place, code in found]
        values += [wrong, given(SECOND, 1, "2.2", sequence=len(values))]
    assert set(told(await opened.post(PATH, json=body(*values)))) == set(expected)
    assert await version(opened) == before
    assert (await done(opened.get(f"{SUBMISSIONS}/{SECOND}")))["answers"] == []


async def test_the_errors_come_in_the_order_of_the_values(opened: AsyncClient) -> None:
    answer = await opened.post(
        PATH, json=body(given("X", 1), 7, given(FIRST, 99), given(FIRST, 1, "2.2"), given(FIRST, 2, "2.2"))
    )
    assert [index for index, _, _ in told(answer)] == [0, 1, 2, 3, 4]


async def test_without_atomic_the_good_values_are_written(opened: AsyncClient) -> None:
    values = [given(FIRST, 3), *(wrong for wrong, _ in WRONG), given(SECOND, 4)]
    report = await push(opened, *values, atomic=False)
    assert counts(report) == {"created": 2, "rejected": len(WRONG)}
    assert (report["status"], report["atomic"]) == ("partial", False)
    assert {index for index, _, _ in errors(report)} == set(range(1, len(WRONG) + 1))
    for unit, points in ((FIRST, 3), (SECOND, 4)):
        [answer] = (await done(opened.get(f"{SUBMISSIONS}/{unit}")))["answers"]
        assert answer["inputs"] == {"points": points}
    nothing = await push(opened, given("H61.999", 3), atomic=False)
    assert (nothing["status"], nothing["versions"], counts(nothing)) == ("rejected", {}, {"rejected": 1})


async def test_without_a_sequence_one_leaf_comes_once(opened: AsyncClient) -> None:
    twice = [given(FIRST, 3), given(SECOND, 1), given(FIRST, 4), given(FIRST, 4, sequence=1)]
    refusal = await opened.post(PATH, json=body(*twice))
    assert told(refusal) == [(index, f"/values/{index}", "duplicate_value") for index in (0, 2, 3)]
    report = await push(opened, *twice, atomic=False)
    assert counts(report) == {"created": 1, "rejected": 3}


async def test_awarded_points_name_their_source(opened: AsyncClient) -> None:
    refusal = await opened.post(PATH, json=body(award(FIRST, 3), source=None))
    assert told(refusal) == [(0, "/values/0/points", "missing_source")]
    await push(opened, given(FIRST, 3), source=None)


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"period": "ky-2020"}, 404, "period_not_found"),
        ({"period": None}, 422, "validation_failed"),
        ({"values": {}}, 422, "validation_failed"),
        ({"source": " "}, 422, "validation_failed"),
        ({"answers": []}, 422, "validation_failed"),
        ({"values": [0] * 250_001}, 422, "validation_failed"),
    ],
)
async def test_a_push_that_is_wrong_itself_is_refused(
    still: AsyncClient, changes: Json, status: int, code: str
) -> None:
    assert refused(await still.post(PATH, json={**body(given(FIRST, 3)), **changes}), status) == code


async def test_what_is_no_json_or_no_parameter_is_refused(still: AsyncClient) -> None:
    text = await still.post(PATH, content="a", headers={"Content-Type": "text/plain"})
    assert refused(text, 415) == "unsupported_media_type"
    unreadable = await still.post(PATH, content="{", headers={"Content-Type": "application/json"})
    assert refused(unreadable, 400) == "unreadable_body"
    assert refused(await still.post(f"{PATH}?force=true", json=body()), 422) == "unknown_parameter"
    assert refusals(await still.post(f"{PATH}?atomic=maybe", json=body())) == [("/query/atomic", "bool_parsing")]


async def test_inputs_take_the_scope_push_and_points_the_scope_review(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    both = body(given(FIRST, 3), award(SECOND, 3))
    assert refused(await client.post(PATH, json=both), 401) == "token_missing"
    other = await client.post(PATH, json=both, headers=bearer(Scope.READ, Scope.SUBMIT, Scope.PUBLISH))
    assert refused(other, 403) == "insufficient_scope"
    for scope, place in ((Scope.PUSH, "/values/1/points"), (Scope.REVIEW, "/values/0/inputs")):
        answer = await client.post(PATH, json=both, headers=bearer(scope))
        assert refused(answer, 403) == "insufficient_scope"
        assert refusals(answer) == [(place, "insufficient_scope")]
    await push(client, given(FIRST, 3), headers=bearer(Scope.PUSH))
    await push(client, award(SECOND, 3), headers=bearer(Scope.REVIEW))
    report = await push(client, given(FIRST, 4), award(SECOND, 4), headers=bearer(Scope.PUSH, Scope.REVIEW))
    assert counts(report) == {"updated": 2}


async def test_a_push_may_be_larger_than_other_bodies(opened: AsyncClient) -> None:
    padded = f'{{"period": "ky-2025", {" " * 3_000_000} "values": []}}'
    answer = await opened.post(PATH, content=padded, headers={"Content-Type": "application/json"})
    assert answer.status_code == 200
    headers = {"Content-Type": "application/json", "Content-Length": "60000001"}
    assert refused(await opened.post(PATH, content=b"{", headers=headers), 413) == "body_too_large"
