from typing import Any

from httpx import AsyncClient

from app.clients.access import Scope
from tests.conftest import Bearer
from tests.frameworks.documents import A_OVER_B, EVERY_RULE, Json


async def check(admin: AsyncClient, rule: Json, **fields: Any) -> Json:
    body = {"rule": rule, "inputs": A_OVER_B, "max_points": 10, **fields}
    answer = await admin.post("/v1/rules/check", json=body)
    assert answer.status_code == 200, answer.text
    report: Json = answer.json()
    return report


THIRD = {"type": "proportional", "value": "a / b"}


async def test_a_right_rule_names_the_inputs_it_uses(admin: AsyncClient) -> None:
    assert await check(admin, THIRD) == {
        "valid": True,
        "errors": [],
        "variables": ["a", "b"],
        "share": None,
        "points": None,
    }


async def test_gates_validations_and_parts_use_inputs_too(admin: AsyncClient) -> None:
    gate = {"name": "open", "label": "Mở", "type": "boolean"}
    inputs = [{"name": "c", "label": "c", "type": "number"}]
    parts = {
        "type": "parts",
        "gate": "open",
        "parts": [
            {"code": "p", "share": 0.5, "rule": {"type": "direct"}},
            {"code": "q", "share": 0.5, "rule": {"type": "proportional", "value": "c"}, "inputs": inputs},
        ],
    }
    report = await check(
        admin,
        parts,
        inputs=[*A_OVER_B, gate],
        validations=[{"expression": "a <= 5", "message": "nhiều quá"}],
        answer={"open": True, "a": 1, "b": 2, "p": {"points": 5}, "q": {"c": 0.5}},
    )
    assert report["variables"] == ["a", "open", "q/c"]
    assert (report["valid"], report["share"], report["points"]) == (True, 0.75, 7.5)


async def test_an_answer_is_scored_as_the_engine_scores_it(admin: AsyncClient) -> None:
    report = await check(admin, THIRD, answer={"a": 1, "b": 3})
    assert (report["share"], report["points"]) == (0.333333333, 3.333333)
    assert (await check(admin, THIRD, answer={"a": 3, "b": 3}))["points"] == 10


async def test_where_the_rule_alone_gives_no_result_there_are_no_points(admin: AsyncClient) -> None:
    for rule, answer in (
        (THIRD, {"a": 0, "b": 0}),
        ({"type": "min_max", "value": "a", "direction": "higher"}, {"a": 1, "b": 2}),
    ):
        report = await check(admin, rule, answer=answer)
        assert (report["valid"], report["share"], report["points"]) == (True, None, None)


async def test_fixed_goalposts_need_no_cohort(admin: AsyncClient) -> None:
    rule = {"type": "min_max", "value": "a", "direction": "lower", "bounds": {"min": 0, "max": 4}}
    assert (await check(admin, rule, answer={"a": 1, "b": 0}))["points"] == 7.5


async def test_a_wrong_answer_is_told_by_pointer(admin: AsyncClient) -> None:
    report = await check(
        admin,
        THIRD,
        validations=[{"expression": "a <= b", "message": "a không lớn hơn b"}],
        answer={"a": 1.5, "c": 1},
    )
    assert report["valid"] is False
    assert {(each["pointer"], each["code"]) for each in report["errors"]} == {
        ("/answer/a", "not_an_integer"),
        ("/answer/b", "missing_input"),
        ("/answer/c", "unknown_input"),
    }
    refused = await check(
        admin,
        THIRD,
        validations=[{"expression": "a <= b", "message": "a không lớn hơn b"}],
        answer={"a": 3, "b": 2},
    )
    assert [each["detail"] for each in refused["errors"]] == ["a không lớn hơn b"]
    assert refused["points"] is None


async def test_a_wrong_rule_is_told_by_pointer_and_position(admin: AsyncClient) -> None:
    report = await check(admin, {"type": "proportional", "value": "a / zz", "full_at": 0})
    assert report["valid"] is False
    assert {(each["pointer"], each["code"]) for each in report["errors"]} == {
        ("/rule/value", "unknown_name"),
        ("/rule/full_at", "not_positive"),
        ("/rule/below", "missing_field"),
    }
    assert any("(at character 5)" in each["detail"] for each in report["errors"])
    assert report["variables"] == []


async def test_every_rule_type_can_be_tried(admin: AsyncClient) -> None:
    gate = {"name": "open", "label": "Mở", "type": "boolean"}
    for rule in EVERY_RULE:
        assert (await check(admin, rule, inputs=[*A_OVER_B, gate]))["valid"] is True, rule


HOSTILE = [
    "a.__class__.__mro__",
    "().__class__",
    "__import__('os').system('id')",
    "a if a else b",
    "[a for a in b]",
    "lambda: a",
    "a ** 999999999",
    "9**9**9**9",
    "a; b",
    "a\u00a0+ b",
    "ａ",
    "1e400",
    "0x10",
    "a // b",
    "min()",
    "max(a",
    "{a}",
    "f'{a}'",
    "a\\nb",
]


async def test_a_hostile_expression_is_only_text(admin: AsyncClient) -> None:
    for text in HOSTILE:
        report = await check(admin, {"type": "proportional", "value": text}, answer={"a": 1, "b": 1})
        assert report["valid"] is False, text
        assert {each["pointer"] for each in report["errors"]} == {"/rule/value"}, text


async def test_values_too_large_are_told_and_never_an_error_of_ours(admin: AsyncClient) -> None:
    square = "*".join(["a"] * 8)
    report = await check(admin, {"type": "proportional", "value": square}, answer={"a": 10**14, "b": 1})
    assert [each["code"] for each in report["errors"]] == ["value_out_of_range"]
    huge = await check(admin, THIRD, answer={"a": 10**400, "b": 1})
    assert [each["code"] for each in huge["errors"]] == ["number_out_of_range"]


NO_CHECKS: list[Json] = [
    {},
    {"rule": {"type": "direct"}},
    {"rule": {"type": "direct"}, "max_points": 1, "extra": 1},
    {"rule": {"type": "direct"}, "max_points": 1, "answer": [1]},
    {"rule": {"type": "direct"}, "max_points": -1},
    {"rule": "direct", "max_points": 1},
]


async def test_a_body_that_is_no_check_is_refused(admin: AsyncClient) -> None:
    for body in NO_CHECKS:
        answer = await admin.post("/v1/rules/check", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), body


async def test_an_unscored_leaf_takes_no_answer(admin: AsyncClient) -> None:
    report = await check(admin, {"type": "unscored"}, inputs=[], max_points=0, answer={})
    assert [each["code"] for each in report["errors"]] == ["not_answerable"]


async def test_trying_out_rules_needs_the_scope_read(client: AsyncClient, bearer: Bearer) -> None:
    body = {"rule": {"type": "direct"}, "max_points": 1}
    assert (await client.post("/v1/rules/check", json=body)).status_code == 401
    submitter = await client.post("/v1/rules/check", json=body, headers=bearer(Scope.SUBMIT))
    assert submitter.status_code == 403
    assert (await client.post("/v1/rules/check", json=body, headers=bearer(Scope.READ))).status_code == 200
