"""Gates, zero denominators, and validations of an answer."""

from typing import Any

import pytest

from app.scoring import Reported, check_inputs, cohort_values
from tests.scoring.documents import A_OF_B, GATE, D, answer_problems, figures, leaf, number, score

YES_NO = [{"code": "yes", "label": "yes", "share": 1}, {"code": "no", "label": "no", "share": 0}]


def part(code: str, share: Any, rule: dict[str, Any], *inputs: dict[str, Any]) -> dict[str, Any]:
    return {"code": code, "share": share, "rule": rule, "inputs": list(inputs)}


def parts(*given: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"type": "parts", "parts": list(given), **fields}


PLATFORM = parts(
    part("deployed", 0.5, {"type": "proportional", "value": "a / 7"}, number("a")),
    part("central", 0.5, {"type": "proportional", "value": "c / d"}, number("c"), number("d")),
)
MIN_MAX = {"type": "min_max", "value": "n", "direction": "higher"}


SECTION = {
    "type": "bands",
    "value": "n",
    "gate": "has_section",
    "bands": [{"from": 0, "share": 0.25}, {"from": 10, "share": 0.5}, {"from": 20, "share": 1}],
}


@pytest.mark.parametrize(
    ("inputs", "points"),
    [
        ({"has_section": False}, 0),
        ({"has_section": False, "n": 30}, 0),
        ({"has_section": True, "n": 0}, "2.5"),
        ({"has_section": True, "n": 30}, 10),
    ],
)
def test_behind_a_closed_gate_there_is_nothing(inputs: dict[str, Any], points: object) -> None:
    found = score(leaf(SECTION, inputs=[GATE, number("n")]), inputs)
    assert (found.state, found.points) == ("reported", D(str(points)))


@pytest.mark.parametrize(
    ("inputs", "problems"),
    [
        ({}, [("/inputs/has_section", "missing_input"), ("/inputs/n", "missing_input")]),
        ({"has_section": True}, [("/inputs/n", "missing_input")]),
        ({"has_section": 0}, [("/inputs/has_section", "not_a_boolean"), ("/inputs/n", "missing_input")]),
        ({"has_section": None, "n": 1}, [("/inputs/has_section", "not_a_boolean")]),
        ({"has_section": False, "n": "x"}, [("/inputs/n", "not_a_number")]),
        ({"has_section": False, "m": 1}, [("/inputs/m", "unknown_input")]),
    ],
)
def test_only_a_closed_gate_lets_the_rest_be_left_out(inputs: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    assert answer_problems(leaf(SECTION, inputs=[GATE, number("n")]), inputs) == problems


@pytest.mark.parametrize(
    "rule",
    [
        {"type": "choice", "options": YES_NO},
        {"type": "checklist", "items": YES_NO},
        {"type": "direct"},
        {"type": "proportional", "value": "n"},
        {"type": "per_item", "value": "n", "points_each": 1},
        MIN_MAX,
        {"type": "relative_to_best", "value": "n"},
        PLATFORM,
    ],
)
def test_any_rule_may_have_a_gate(rule: dict[str, Any]) -> None:
    of = leaf({**rule, "gate": "has_section"}, inputs=[GATE, number("n")])
    found = score(of, {"has_section": False}, figures(1, 2))
    assert (found.state, found.points, found.share) == ("reported", D(0), D(0))
    assert found.result is not None
    assert found.result.gated
    assert cohort_values(of, Reported({"has_section": False})) == (None,) * len(of.slots)


def test_a_part_may_have_a_gate_of_its_own() -> None:
    rule = parts(
        part("x", 0.5, {**MIN_MAX, "gate": "has_section"}, GATE, number("n")),
        part("y", 0.5, {"type": "choice", "options": YES_NO}),
    )
    found = score(leaf(rule), {"x": {"has_section": False}, "y": {"choice": "yes"}})
    assert found.points == 5
    assert cohort_values(leaf(rule), Reported({"x": {"has_section": False}, "y": {"choice": "yes"}})) == (None,)


@pytest.mark.parametrize(
    ("policy", "state", "points"),
    [
        (None, "undetermined", 0),
        ("undetermined", "undetermined", 0),
        ("zero", "reported", 0),
        ("full", "reported", 10),
    ],
)
@pytest.mark.parametrize(
    "rule",
    [
        {"type": "proportional"},
        {"type": "bands", "bands": [{"from": 0, "share": 1}]},
        {"type": "per_item", "points_each": 1},
        {"type": "min_max", "direction": "higher"},
        {"type": "min_max", "direction": "lower", "bounds": {"min": 0, "max": 1}},
        {"type": "relative_to_best"},
        {"type": "relative_to_best", "best": 2},
    ],
)
def test_a_zero_denominator_is_what_the_rule_says_and_out_of_the_figures(
    rule: dict[str, Any], policy: str | None, state: str, points: int
) -> None:
    said = {} if policy is None else {"on_zero_denominator": policy}
    of = leaf({"value": "a / b", **rule, **said}, inputs=A_OF_B)
    found = score(of, {"a": 0, "b": 0}, figures(1, 2))
    assert (found.state, found.points) == (state, D(points))
    assert found.result is not None
    assert found.result.zero_denominator
    assert cohort_values(of, Reported({"a": D(0), "b": D(0)})) == (None,) * len(of.slots)


ORDERED = [{"expression": "a <= b", "message": "a is part of b"}]


def test_a_validation_that_fails_refuses_the_answer() -> None:
    of = leaf({"type": "proportional", "value": "a / b"}, inputs=A_OF_B, validations=ORDERED)
    assert answer_problems(of, {"a": 3, "b": 2}) == [("/inputs", "validation_failed")]
    assert answer_problems(of, {"a": 2, "b": 2}) == []


def test_every_validation_that_fails_is_told() -> None:
    rules = [
        *ORDERED,
        {"expression": "b > 0", "message": "b is counted"},
        {"expression": "a >= 0", "message": "x"},
    ]
    of = leaf({"type": "proportional", "value": "a / b"}, inputs=A_OF_B, validations=rules)
    assert answer_problems(of, {"a": 3, "b": 0}) == [("/inputs", "validation_failed")] * 2


def test_a_closed_gate_silences_validations_of_what_it_let_out() -> None:
    inputs = [GATE, *A_OF_B]
    rule = {"type": "proportional", "value": "a / b", "gate": "has_section"}
    of = leaf(rule, inputs=inputs, validations=ORDERED)
    assert answer_problems(of, {"has_section": False, "a": 3}) == []
    assert answer_problems(of, {"has_section": False, "a": 3, "b": 2}) == [("/inputs", "validation_failed")]


def test_a_value_too_large_to_hold_is_refused_before_it_is_kept() -> None:
    of = leaf({"type": "proportional", "value": "a * b"}, inputs=A_OF_B)
    assert answer_problems(of, {"a": 10**14, "b": 10**14}) == [("/inputs", "value_out_of_range")]
    nested = leaf(parts(part("x", 1, {"type": "proportional", "value": "a * b"}, *A_OF_B)))
    assert answer_problems(nested, {"x": {"a": 10**14, "b": 10**14}}) == [("/inputs/x", "value_out_of_range")]


def test_checked_inputs_are_checked_again_without_change() -> None:
    of = leaf(PLATFORM)
    once = check_inputs(of, {"deployed": {"a": 2.5}, "central": {"c": 7, "d": 7.0}})
    assert check_inputs(of, once) == once
