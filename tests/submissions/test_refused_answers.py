"""Answers that a framework does not take, and bodies that are no submission: all told, nothing written."""

import json
from typing import Any

import pytest
from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, answers, done, points, refusals, refused

UNIT = f"{SUBMISSIONS}/H61.101"
JSON = {"Content-Type": "application/json"}


async def untouched(admin: AsyncClient) -> bool:
    return bool((await admin.get(UNIT)).json()["revision"] == 0)


async def test_every_wrong_answer_is_told_at_once(still: AsyncClient) -> None:
    given: list[dict[str, Any]] = [
        {"indicator": "1.1", "inputs": {"a": 1.5, "c": 1}},
        {"indicator": "1.2", "inputs": {"points": 4}},
        {"indicator": "1.2", "inputs": {"points": 5}},
        {"indicator": "1", "inputs": {"points": 5}},
        {"indicator": "9.9", "inputs": {}},
        {"indicator": "3", "inputs": {}},
        {"indicator": "2.1", "inputs": {"choice": "maybe"}},
        {"indicator": "2.2", "inputs": {"points": 10.5}},
    ]
    for method in ("PUT", "PATCH"):
        answer = await still.request(method, UNIT, json={"answers": given})
        assert refused(answer, 422) == "invalid_answers"
        assert sorted(refusals(answer)) == [
            ("/answers/0/inputs/a", "not_an_integer"),
            ("/answers/0/inputs/b", "missing_input"),
            ("/answers/0/inputs/c", "unknown_input"),
            ("/answers/2/indicator", "duplicate_answer"),
            ("/answers/3/indicator", "unknown_indicator"),
            ("/answers/4/indicator", "unknown_indicator"),
            ("/answers/5/inputs", "not_answerable"),
            ("/answers/6/inputs/choice", "unknown_choice"),
            ("/answers/7/inputs/points", "points_above_maximum"),
        ]
    assert await untouched(still)


@pytest.mark.parametrize(
    ("answer", "pointer", "code"),
    [
        (("1.1", {"a": 5, "b": 4}), "", "validation_failed"),
        (("1.1", {"a": -1, "b": 4}), "/a", "below_minimum"),
        (("1.1", {"a": "1", "b": 4}), "/a", "not_a_number"),
        (("1.1", {"a": True, "b": 4}), "/a", "not_a_number"),
        (("1.1", {"a": None, "b": 4}), "/a", "not_a_number"),
        (("1.1", {"a": 0, "b": 10**15}), "/b", "number_out_of_range"),
        (("1.1", {"a": 0, "b": 10**40}), "/b", "number_out_of_range"),
        (("1.1", {"a": 0, "b": 2**53 + 1}), "/b", "number_out_of_range"),
        (("1.2", {"points": -0.1}), "/points", "negative_points"),
        (("1.2", {"points": 1.1234567}), "/points", "too_many_decimals"),
        (("1.2", {}), "/points", "missing_input"),
        (("1.2", {"points": [3]}), "/points", "not_a_number"),
        (("2.1", {"choice": 1}), "/choice", "unknown_choice"),
        (("2.1", {"choice": ["yes"]}), "/choice", "unknown_choice"),
        (("2.1", {"choice": "yes", "points": 1}), "/points", "unknown_input"),
        (("1.2", {"points": 3, "a/b~": 1}), "/a~1b~0", "unknown_input"),
    ],
)
async def test_a_wrong_input_is_named(still: AsyncClient, answer: tuple[str, Any], pointer: str, code: str) -> None:
    indicator, inputs = answer
    refusal = await still.put(UNIT, json={"answers": [{"indicator": indicator, "inputs": inputs}]})
    assert refused(refusal, 422) == "invalid_answers"
    assert refusals(refusal) == [(f"/answers/0/inputs{pointer}", code)]
    assert await untouched(still)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/answers", "missing"),
        ({"answers": None}, "/answers", "list_type"),
        ({"answers": {}}, "/answers", "list_type"),
        ([], "", "not_an_object"),
        ({"answers": [1]}, "/answers/0", "not_an_object"),
        ({"answers": [{"inputs": {}}]}, "/answers/0/indicator", "missing"),
        ({"answers": [{"indicator": "1.2"}]}, "/answers/0/inputs", "missing"),
        ({"answers": [{"indicator": "1.2", "inputs": []}]}, "/answers/0/inputs", "not_an_object"),
        ({"answers": [{"indicator": " 1.2", "inputs": {}}]}, "/answers/0/indicator", "string_pattern_mismatch"),
        ({"answers": [], "status": "verified"}, "/status", "unknown_field"),
        ({"answers": [{"indicator": "1.2", "inputs": {}, "points": 3}]}, "/answers/0/points", "unknown_field"),
        ({"answers": [{"indicator": "1.2", "inputs": {}, "note": 3}]}, "/answers/0/note", "string_type"),
        ({"answers": [{"indicator": "1.2", "inputs": {}, "note": "x" * 4001}]}, "/answers/0/note", "too_long"),
        ({"answers": [{"indicator": "1.2", "inputs": {}, "note": "a\u0007"}]}, "/answers/0/note", "control_character"),
        ({"answers": [{"indicator": "1.2", "inputs": {"a": "\u0000"}}]}, "/answers/0/inputs/a", "not_storable"),
        ({"answers": [{"indicator": "1.2", "inputs": {"a": 1, "b\u0000": 1}}]}, "/answers/0/inputs", "not_storable"),
    ],
)
async def test_a_body_that_is_no_submission_is_refused(still: AsyncClient, body: Any, pointer: str, code: str) -> None:
    answer = await still.put(UNIT, json=body)
    assert refused(answer, 422) == "validation_failed"
    assert refusals(answer) == [(pointer, code)]
    assert await untouched(still)


def raw(value: str) -> bytes:
    return b'{"answers":[{"indicator":"1.2","inputs":{"points":' + value.encode() + b"}}]}"


@pytest.mark.parametrize(
    ("content", "status"),
    [
        (raw("NaN"), 400),
        (raw("Infinity"), 400),
        (raw("-Infinity"), 400),
        (raw("1e400"), 422),
        (raw("-1e400"), 422),
        (raw("9" * 4000), 422),
        (raw("9" * 5000), 400),
        (raw("[" * 100_000 + "]" * 100_000), 400),
        (raw('{"a":' * 3000 + "1" + "}" * 3000), 400),
        (raw('"\\ud800"'), 400),
        (raw('"\\udc00\\ud800"'), 400),
        (raw('"\\u0000"'), 422),
        (raw('"\x00"'), 400),
        (raw("03"), 400),
        (raw("3,"), 400),
        (b"", 422),
        (b"null", 422),
        (b"\xff\xfe", 400),
        (b'{"answers": []', 400),
        ('{"answers": []}'.encode("utf-16"), 400),
    ],
)
async def test_hostile_json_gets_an_answer_and_never_a_500(still: AsyncClient, content: bytes, status: int) -> None:
    for method in ("PUT", "PATCH"):
        answer = await still.request(method, UNIT, content=content, headers=JSON)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["code"]
    assert await untouched(still)


async def test_a_body_over_the_limit_is_413(still: AsyncClient) -> None:
    content = json.dumps(points(1) | {"pad": "x" * 2_000_000}).encode()

    async def chunks() -> Any:
        for at in range(0, len(content), 65_536):
            yield content[at : at + 65_536]

    for body in (content, chunks()):
        answer = await still.put(UNIT, content=body, headers=JSON)
        assert refused(answer, 413) == "body_too_large"
    assert await untouched(still)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/xml", "application/x-www-form-urlencoded", "text/json", ""]
)
async def test_a_body_of_another_type_is_415(still: AsyncClient, kind: str) -> None:
    answer = await still.put(UNIT, content=json.dumps(points(1)), headers={"Content-Type": kind})
    assert refused(answer, 415) == "unsupported_media_type"
    assert await untouched(still)


async def test_a_number_too_small_for_a_double_is_zero(opened: AsyncClient) -> None:
    body = await done(opened.put(UNIT, content=raw("1e-400"), headers=JSON))
    assert body["answers"][0]["inputs"] == {"points": 0}


async def test_json_by_its_other_names_is_taken(opened: AsyncClient) -> None:
    for number, kind in enumerate(("application/json; charset=utf-8", "Application/JSON", "application/x.v1+json"), 1):
        sent = opened.put(UNIT, content=json.dumps(points(number)), headers={"Content-Type": kind})
        assert (await done(sent))["revision"] == number


async def test_unknown_parameters_and_methods_are_refused(still: AsyncClient) -> None:
    answer = await still.put(f"{UNIT}?force=true", json=answers())
    assert refused(answer, 422) == "unknown_parameter"
    assert refusals(answer) == [("/query/force", "unknown_parameter")]
    wrong = await still.delete(UNIT)
    assert refused(wrong, 405) == "method_not_allowed"
    assert wrong.headers["Allow"] == "GET, PATCH, PUT"
    for path in (f"{UNIT}/", f"{UNIT}/force", f"{UNIT}/reviews"):
        assert refused(await still.put(path, json=answers()), 404) == "route_not_found"
