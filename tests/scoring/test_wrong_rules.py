"""Rules, inputs and validations that are refused: every code, at its pointer."""

from typing import Any

import pytest

from tests.scoring.documents import (
    A_OF_B,
    GATE,
    number,
    rule_problems,
)

OPTION = {"code": "x", "label": "x", "share": 1}
MIN_MAX = {"type": "min_max", "value": "a", "direction": "higher"}
PART = {"code": "x", "share": 1, "rule": {"type": "direct"}, "inputs": []}


def bands(*given: dict[str, Any]) -> dict[str, Any]:
    return {"type": "bands", "value": "a", "bands": list(given)}


@pytest.mark.parametrize(
    ("rule", "problems"),
    [
        ({"type": "guess"}, [("/rule/type", "unknown_rule_type")]),
        ({"type": 3}, [("/rule/type", "unknown_rule_type")]),
        ({}, [("/rule/type", "missing_field")]),
        ({"type": "direct", "weight": 2}, [("/rule/weight", "unknown_field")]),
        ({"type": "direct", "gate": "a"}, [("/rule/gate", "gate_not_boolean")]),
        ({"type": "direct", "gate": "z"}, [("/rule/gate", "gate_not_boolean")]),
        ({"type": "direct", "gate": 1}, [("/rule/gate", "wrong_type"), ("/rule/gate", "gate_not_boolean")]),
        (
            {"type": "direct", "on_zero_denominator": "half"},
            [("/rule/on_zero_denominator", "unknown_choice")],
        ),
        ({"type": "unscored"}, [("/rule/type", "unscored_with_points")]),
        ({"type": "choice"}, [("/rule/options", "missing_field")]),
        ({"type": "choice", "options": []}, [("/rule/options", "missing_field")]),
        ({"type": "choice", "options": {}}, [("/rule/options", "wrong_type")]),
        ({"type": "choice", "options": [3]}, [("/rule/options/0", "wrong_type")]),
        ({"type": "choice", "options": [OPTION, OPTION]}, [("/rule/options/1/code", "duplicate_code")]),
        (
            {"type": "choice", "options": [{**OPTION, "share": 1.01}]},
            [("/rule/options/0/share", "share_out_of_range")],
        ),
        (
            {"type": "choice", "options": [{**OPTION, "share": -1}]},
            [("/rule/options/0/share", "share_out_of_range")],
        ),
        (
            {"type": "choice", "options": [{**OPTION, "share": "1"}]},
            [("/rule/options/0/share", "not_a_number")],
        ),
        (
            {"type": "choice", "options": [{**OPTION, "points": 1}]},
            [("/rule/options/0/points", "unknown_field")],
        ),
        (
            {"type": "choice", "options": [{"label": "x"}]},
            [("/rule/options/0/code", "missing_field"), ("/rule/options/0/share", "missing_field")],
        ),
        ({"type": "checklist"}, [("/rule/items", "missing_field")]),
        ({"type": "checklist", "items": [OPTION, OPTION]}, [("/rule/items/1/code", "duplicate_code")]),
        ({"type": "proportional"}, [("/rule/value", "missing_field")]),
        ({"type": "proportional", "value": 3}, [("/rule/value", "wrong_type")]),
        ({"type": "proportional", "value": " "}, [("/rule/value", "wrong_type")]),
        ({"type": "proportional", "value": "a / z"}, [("/rule/value", "unknown_name")]),
        ({"type": "proportional", "value": "a /"}, [("/rule/value", "expression_syntax")]),
        ({"type": "proportional", "value": "a" * 600}, [("/rule/value", "expression_too_long")]),
        ({"type": "proportional", "value": "+".join("a" * 99)}, [("/rule/value", "too_many_nodes")]),
        ({"type": "proportional", "value": "(" * 99 + "a" + ")" * 99}, [("/rule/value", "too_deep")]),
        ({"type": "proportional", "value": "abs(a)"}, [("/rule/value", "unknown_function")]),
        ({"type": "proportional", "value": "a < b"}, [("/rule/value", "comparison_in_value")]),
        ({"type": "proportional", "value": "a * has_section"}, [("/rule/value", "boolean_in_arithmetic")]),
        ({"type": "proportional", "value": "a", "full_at": 0.8}, [("/rule/below", "missing_field")]),
        ({"type": "proportional", "value": "a", "below": "half"}, [("/rule/below", "unknown_choice")]),
        (
            {"type": "proportional", "value": "a", "full_at": 0, "below": "rescaled"},
            [("/rule/full_at", "not_positive")],
        ),
        ({"type": "proportional", "value": "a", "floor": 1.1}, [("/rule/floor", "floor_above_full_at")]),
        ({"type": "proportional", "value": "a", "full_a": 1}, [("/rule/full_a", "unknown_field")]),
        (bands(), [("/rule/bands", "missing_field")]),
        (
            bands({"from": 1, "share": 1}, {"from": 1.0, "share": 0.5}),
            [("/rule/bands/1/from", "duplicate_band")],
        ),
        (bands({"from": 1, "share": 2}), [("/rule/bands/0/share", "share_out_of_range")]),
        (bands({"share": 1}), [("/rule/bands/0/from", "missing_field")]),
        (bands({"from": float("nan"), "share": 1}), [("/rule/bands/0/from", "not_finite")]),
        (bands({"from": 10**15, "share": 1}), [("/rule/bands/0/from", "number_out_of_range")]),
        ({"type": "per_item", "value": "a"}, [("/rule/points_each", "missing_field")]),
        ({"type": "per_item", "value": "a", "points_each": 0}, [("/rule/points_each", "not_positive")]),
        ({"type": "min_max", "value": "a"}, [("/rule/direction", "missing_field")]),
        ({**MIN_MAX, "direction": "up"}, [("/rule/direction", "unknown_choice")]),
        ({**MIN_MAX, "bounds": 3}, [("/rule/bounds", "wrong_type")]),
        ({**MIN_MAX, "bounds": {"best": 1}}, [("/rule/bounds/best", "unknown_field")]),
        ({**MIN_MAX, "bounds": {"min": 1, "max": 1}}, [("/rule/bounds/min", "minimum_not_below_maximum")]),
        ({**MIN_MAX, "bounds": {"min": 2, "max": 1}}, [("/rule/bounds/min", "minimum_not_below_maximum")]),
        ({"type": "relative_to_best", "value": "a", "best": 0}, [("/rule/best", "not_positive")]),
        ({"type": "relative_to_best", "value": "a", "best": "1"}, [("/rule/best", "not_a_number")]),
        ({"type": "parts"}, [("/rule/parts", "missing_field")]),
        ({"type": "parts", "parts": [{**PART, "share": 0.9}]}, [("/rule/parts", "shares_do_not_add_up")]),
        (
            {"type": "parts", "parts": [{**PART, "share": 0.5}, {**PART, "share": 0.5}]},
            [("/rule/parts/1/code", "duplicate_code")],
        ),
        (
            {"type": "parts", "parts": [PART, {**PART, "code": "y", "share": 0}]},
            [("/rule/parts/1/share", "share_out_of_range")],
        ),
        ({"type": "parts", "parts": [{**PART, "rule": None}]}, [("/rule/parts/0/rule", "missing_rule")]),
        ({"type": "parts", "parts": [{**PART, "rule": 3}]}, [("/rule/parts/0/rule", "wrong_type")]),
        ({"type": "parts", "parts": [{**PART, "code": "a"}]}, [("/rule/parts/0/code", "reserved_name")]),
        ({"type": "parts", "parts": [{**PART, "code": "choice"}]}, [("/rule/parts/0/code", "reserved_name")]),
        ({"type": "parts", "parts": [{**PART, "code": "p/q"}]}, [("/rule/parts/0/code", "invalid_code")]),
        (
            {"type": "parts", "parts": [{**PART, "max_points": 3}]},
            [("/rule/parts/0/max_points", "unknown_field")],
        ),
        (
            {"type": "parts", "parts": [{**PART, "rule": {"type": "unscored"}}]},
            [("/rule/parts/0/rule/type", "unscored_part")],
        ),
        (
            {"type": "parts", "parts": [{**PART, "rule": {"type": "proportional", "value": "a"}}]},
            [("/rule/parts/0/rule/value", "unknown_name")],
        ),
    ],
)
def test_a_rule_that_cannot_be_meant_is_refused(rule: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert rule_problems(rule, inputs=[*A_OF_B, GATE]) == problems


@pytest.mark.parametrize(
    ("declared", "problems"),
    [
        ({"name": "A", "type": "number"}, [("/inputs/0/name", "invalid_name")]),
        ({"name": "1a", "type": "number"}, [("/inputs/0/name", "invalid_name")]),
        ({"name": "tỷ", "type": "number"}, [("/inputs/0/name", "invalid_name")]),
        ({"name": "min", "type": "number"}, [("/inputs/0/name", "reserved_name")]),
        ({"name": "points", "type": "number"}, [("/inputs/0/name", "reserved_name")]),
        ({"type": "number"}, [("/inputs/0/name", "missing_field")]),
        ({"name": "n"}, [("/inputs/0/type", "missing_field")]),
        ({"name": "n", "type": "text"}, [("/inputs/0/type", "unknown_choice")]),
        ({"name": "n", "type": "number", "min": 2, "max": 1}, [("/inputs/0/min", "minimum_above_maximum")]),
        ({"name": "n", "type": "number", "min": "0"}, [("/inputs/0/min", "not_a_number")]),
        ({"name": "n", "type": "boolean", "max": 1}, [("/inputs/0/max", "bound_on_boolean")]),
        ({"name": "n", "type": "number", "default": 1}, [("/inputs/0/default", "unknown_field")]),
        (3, [("/inputs/0", "wrong_type")]),
    ],
)
def test_an_input_that_cannot_be_meant_is_refused(declared: Any, problems: list[tuple[str, str]]) -> None:
    assert rule_problems({"type": "direct"}, inputs=[declared]) == problems


def test_an_input_is_declared_once() -> None:
    twice = [number("n"), number("n")]
    assert rule_problems({"type": "direct"}, inputs=twice) == [("/inputs/1/name", "duplicate_name")]


def test_null_is_absent_in_every_optional_field() -> None:
    declared = {**number("a"), "unit": None, "min": None, "max": None, "lead_agency": None}
    rules: list[dict[str, Any]] = [
        {"type": "proportional", "value": "a", "full_at": None, "below": None, "floor": None, "gate": None},
        {**MIN_MAX, "bounds": None, "on_zero_denominator": None},
        {**MIN_MAX, "bounds": {"min": None, "max": None}},
        {"type": "relative_to_best", "value": "a", "best": None},
    ]
    for rule in rules:
        assert rule_problems(rule, inputs=[declared], validations=None, tags=None, children=None) == []


@pytest.mark.parametrize(
    ("validation", "problems"),
    [
        ({"expression": "a", "message": "m"}, [("/validations/0/expression", "comparison_missing")]),
        ({"expression": "a < z", "message": "m"}, [("/validations/0/expression", "unknown_name")]),
        ({"expression": "a < b"}, [("/validations/0/message", "missing_field")]),
        ({"message": "m"}, [("/validations/0/expression", "missing_field")]),
        ({"expression": "a < b", "message": "m", "level": 1}, [("/validations/0/level", "unknown_field")]),
        ("a < b", [("/validations/0", "wrong_type")]),
    ],
)
def test_a_validation_that_cannot_be_meant_is_refused(validation: Any, problems: list[tuple[str, str]]) -> None:
    assert rule_problems({"type": "direct"}, inputs=A_OF_B, validations=[validation]) == problems
