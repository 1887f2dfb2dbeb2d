"""Every kind of wrong document gets 422 with all its errors, each with its place."""

import json
from typing import Any

from httpx import AsyncClient

from tests.frameworks.documents import A_OVER_B, Json, framework, leaf, node, ratio_leaf


def one_leaf(**fields: Any) -> Json:
    return framework(max_points=10, indicators=[leaf("1", 10, **fields)])


def value(text: str) -> Json:
    return one_leaf(inputs=A_OVER_B, rule={"type": "proportional", "value": text})


async def refusal(admin: AsyncClient, document: Json) -> list[Json]:
    answer = await admin.post("/v1/frameworks", json=document)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert (await admin.get("/v1/frameworks")).json()["items"] == []
    return list(answer.json()["errors"])


async def test_a_wrong_sum_names_the_node_and_both_figures(admin: AsyncClient) -> None:
    wrong = framework(indicators=[node("1", 20, leaf("1.1", 10), leaf("1.2", 9.5)), leaf("2", 10)])
    (error,) = await refusal(admin, wrong)
    assert (error["pointer"], error["code"]) == ("/indicators/0/max_points", "points_do_not_add_up")
    assert "'1'" in error["detail"]
    assert "20" in error["detail"]
    assert "19.5" in error["detail"]


async def test_pillars_that_do_not_add_up_to_the_framework_are_refused(admin: AsyncClient) -> None:
    (error,) = await refusal(admin, framework(max_points=31))
    assert (error["pointer"], error["code"]) == ("/max_points", "points_do_not_add_up")
    assert "31" in error["detail"]
    assert "30" in error["detail"]


WRONG = {
    "a code twice": (
        framework(indicators=[node("1", 20, leaf("2", 10), leaf("1.2", 10)), leaf("2", 10)]),
        ("/indicators/1/code", "duplicate_code"),
    ),
    "a node below itself": (
        framework(indicators=[node("1", 20, node("1.1", 20, node("1", 20, leaf("x", 20)))), leaf("2", 10)]),
        ("/indicators/0/children/0/children/0/code", "cycle"),
    ),
    "a leaf without a rule": (one_leaf(rule=None), ("/indicators/0/rule", "missing_rule")),
    "a rule on an inner node": (
        framework(max_points=10, indicators=[node("1", 10, leaf("1.1", 10), rule={"type": "direct"})]),
        ("/indicators/0/rule", "rule_on_inner_node"),
    ),
    "an unknown input": (value("a / c"), ("/indicators/0/rule/value", "unknown_name")),
    "an input twice": (
        one_leaf(inputs=[*A_OVER_B, A_OVER_B[0]], rule={"type": "proportional", "value": "a / b"}),
        ("/indicators/0/inputs/2/name", "duplicate_name"),
    ),
    "a gate that is no boolean": (
        one_leaf(inputs=A_OVER_B, rule={"type": "proportional", "value": "a / b", "gate": "a"}),
        ("/indicators/0/rule/gate", "gate_not_boolean"),
    ),
    "a validation that compares nothing": (
        one_leaf(inputs=A_OVER_B, validations=[{"expression": "a + b", "message": "?"}]),
        ("/indicators/0/validations/0/expression", "comparison_missing"),
    ),
    "a share above 1": (
        one_leaf(rule={"type": "choice", "options": [{"code": "x", "label": "x", "share": 1.5}]}),
        ("/indicators/0/rule/options/0/share", "share_out_of_range"),
    ),
    "shares of parts that do not add up": (
        one_leaf(rule={"type": "parts", "parts": [{"code": "p", "share": 0.5, "rule": {"type": "direct"}}]}),
        ("/indicators/0/rule/parts", "shares_do_not_add_up"),
    ),
    "an unscored leaf with points": (
        one_leaf(rule={"type": "unscored"}),
        ("/indicators/0/rule/type", "unscored_with_points"),
    ),
    "an exemption for a tag nobody bears": (
        framework(exemptions=[{"code": "e", "tag": "x", "policy": "full", "citation": "VII.4"}]),
        ("/exemptions/0/tag", "unused_tag"),
    ),
    "an official set without a decision": (framework(decision=None), ("/decision", "missing_field")),
}


async def test_every_error_has_its_place_and_its_code(admin: AsyncClient) -> None:
    for name, (document, expected) in WRONG.items():
        told = {(each["pointer"], each["code"]) for each in await refusal(admin, document)}
        assert expected in told, name


HOSTILE: list[tuple[str, str, int]] = [
    ("a / c", "unknown_name", 5),
    ("a /", "expression_syntax", 4),
    ("(a / b", "expression_syntax", 7),
    ("  a ? b", "expression_syntax", 5),
    ("a <= b", "comparison_in_value", 3),
    ("a.__class__", "expression_syntax", 2),
    ("__import__('os')", "expression_syntax", 12),
    ("exec(a)", "unknown_function", 1),
    ("a ** b", "expression_syntax", 4),
    ("ａ / b", "expression_syntax", 1),
    ("a + " * 2000 + "a", "expression_too_long", 501),
    ("+".join("a" * 200), "too_many_nodes", 101),
    ("(" * 50 + "a" + ")" * 50, "too_deep", 21),
    ("-" * 100 + "a", "too_deep", 21),
]


async def test_a_hostile_or_broken_expression_is_refused_with_its_position(admin: AsyncClient) -> None:
    for text, code, position in HOSTILE:
        (error,) = await refusal(admin, value(text))
        assert (error["pointer"], error["code"]) == ("/indicators/0/rule/value", code), text
        assert f"(at character {position})" in error["detail"], text


async def test_all_errors_are_told_at_once(admin: AsyncClient) -> None:
    wrong = framework(
        level="galaxy",
        max_points=31,
        indicators=[
            node("1", 20, ratio_leaf("1.1", 10, rule={"type": "proportional", "value": "a / c"})),
            leaf("1.1", 10),
        ],
    )
    errors = await refusal(admin, wrong)
    assert {(each["pointer"], each["code"]) for each in errors} == {
        ("/level", "unknown_level"),
        ("/max_points", "points_do_not_add_up"),
        ("/indicators/0/max_points", "points_do_not_add_up"),
        ("/indicators/0/children/0/rule/value", "unknown_name"),
        ("/indicators/1/code", "duplicate_code"),
    }


async def test_an_unknown_level_is_told_by_its_own_code(admin: AsyncClient) -> None:
    answer = await admin.post("/v1/frameworks", json=framework(level="galaxy"))
    assert (answer.status_code, answer.json()["code"]) == (422, "unknown_level")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/level"]


async def test_an_example_needs_no_decision(admin: AsyncClient) -> None:
    document = framework(decision=None, provenance="example")
    assert (await admin.post("/v1/frameworks", json=document)).status_code == 201


SHAPELESS = {
    "an unknown field": (framework(weight=1), "/weight", "unknown_field"),
    "an unknown field of a node": (one_leaf(weight=1), "/indicators/0/weight", "unknown_field"),
    "an unknown field of a rule": (
        one_leaf(rule={"type": "direct", "max": 1}),
        "/indicators/0/rule/max",
        "unknown_field",
    ),
    "an unknown rule": (one_leaf(rule={"type": "guess"}), "/indicators/0/rule", "union_tag_invalid"),
    "a rule without a type": (one_leaf(rule={}), "/indicators/0/rule", "union_tag_not_found"),
    "a rule called like one of its fields, without another": (
        one_leaf(rule={"type": "bands", "bands": []}),
        "/indicators/0/rule/value",
        "missing",
    ),
    "a rule called like one of its fields, in that field": (
        one_leaf(rule={"type": "bands", "value": "a", "bands": [{"from": 1}]}),
        "/indicators/0/rule/bands/0/share",
        "missing",
    ),
    "a number as text": (framework(max_points="30"), "/max_points", "number_type"),
    "negative points": (framework(max_points=-1), "/max_points", "negative_points"),
    "points with 7 decimals": (framework(max_points=1.2345678), "/max_points", "too_many_decimals"),
    "a version that is no whole number": (framework(version=1.5), "/version", "int_type"),
    "a version below 1": (framework(version=0), "/version", "greater_than_equal"),
    "a date that is none": (
        framework(decision={"number": "1", "date": "2025-02-30", "issuer": "x"}),
        "/decision/date",
        "date_from_datetime_parsing",
    ),
    "no indicators field": (
        {k: v for k, v in framework().items() if k != "indicators"},
        "/indicators",
        "missing",
    ),
    "a title with a control character": (framework(title="a\u0007b"), "/title", "control_character"),
}


async def test_a_body_that_is_no_framework_is_refused_by_the_schema(admin: AsyncClient) -> None:
    for name, (document, pointer, code) in SHAPELESS.items():
        answer = await admin.post("/v1/frameworks", json=document)
        assert (answer.status_code, answer.json()["code"]) == (422, "validation_failed"), name
        told = {(each["pointer"], each["code"]) for each in answer.json()["errors"]}
        assert (pointer, code) in told, (name, told)


async def test_numbers_that_are_none_and_text_that_is_none_are_refused(admin: AsyncClient) -> None:
    text = json.dumps(framework())
    headers = {"Content-Type": "application/json"}
    for wrong in (
        text.replace('"max_points": 30', '"max_points": NaN'),
        text.replace('"max_points": 30', '"max_points": 1e400'),
        text.replace('"from_share": 0.8', '"from_share": -Infinity'),
        text.replace('"label": "', r'"label": "\u0000'),
        text.replace('"value": "a', r'"value": "\ud800'),
    ):
        assert wrong != text
        answer = await admin.post("/v1/frameworks", content=wrong, headers=headers)
        assert answer.status_code in (400, 422), wrong
        assert answer.headers["content-type"] == "application/problem+json"


async def test_an_empty_tree_is_refused(admin: AsyncClient) -> None:
    errors = await refusal(admin, framework(max_points=0, indicators=[]))
    assert [(each["pointer"], each["code"]) for each in errors] == [("/indicators", "missing_field")]
