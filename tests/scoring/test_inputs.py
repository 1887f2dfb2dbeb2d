"""Inputs of an answer: what is taken, in which form, and every reason for refusing."""

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring import AnswerError, check_award, check_inputs, read_framework
from tests.scoring.documents import (
    A_OF_B,
    D,
    answer_problems,
    direct,
    framework_document,
    inner,
    leaf,
    number,
)

RULE = {"type": "proportional", "value": "n / 100"}


def one(**declared: Any) -> Any:
    return leaf(RULE, inputs=[{**number("n"), **declared}])


@pytest.mark.parametrize(
    ("given", "taken"),
    [
        (3, "3"),
        (0, "0"),
        (-2, "-2"),
        (2.5, "2.5"),
        (0.1, "0.1"),
        (1e-7, "1E-7"),
        (-0.0, "0"),
        (D("1.50"), "1.50"),
        (D("-0"), "0"),
        (999_999_999_999_999, "999999999999999"),
    ],
)
def test_a_number_becomes_the_decimal_it_is_written_as(given: object, taken: str) -> None:
    found = check_inputs(one(), {"n": given})["n"]
    assert isinstance(found, D)
    assert str(found) == taken


@given(st.floats(-1e14, 1e14))
def test_a_float_is_the_decimal_that_its_repr_shows(given: float) -> None:
    assert check_inputs(one(), {"n": given})["n"] == D(repr(given))


@pytest.mark.parametrize(
    ("given", "code"),
    [
        ("3", "not_a_number"),
        (None, "not_a_number"),
        (True, "not_a_number"),
        (False, "not_a_number"),
        ([], "not_a_number"),
        ({}, "not_a_number"),
        (Fraction(1, 2), "not_a_number"),
        (3 + 0j, "not_a_number"),
        (float("nan"), "not_finite"),
        (float("inf"), "not_finite"),
        (float("-inf"), "not_finite"),
        (D("NaN"), "not_finite"),
        (D("sNaN"), "not_finite"),
        (D("-Infinity"), "not_finite"),
        (10**15, "number_out_of_range"),
        (-(10**15), "number_out_of_range"),
        (1e15, "number_out_of_range"),
        (D("1E+999999"), "number_out_of_range"),
    ],
)
def test_what_is_no_number_is_refused(given: object, code: str) -> None:
    assert answer_problems(one(), {"n": given}) == [("/inputs/n", code)]


def test_a_number_of_five_thousand_digits_is_refused_without_being_written_out() -> None:
    assert answer_problems(one(), {"n": 10**5000}) == [("/inputs/n", "number_out_of_range")]
    assert answer_problems(leaf({"type": "direct"}), {"points": -(10**5000)}) == [
        ("/inputs/points", "number_out_of_range")
    ]


@pytest.mark.parametrize(("given", "taken"), [(3, "3"), (3.0, "3"), (D("3.00"), "3"), (D("1E+2"), "100"), (-4, "-4")])
def test_a_whole_number_has_no_fraction(given: object, taken: str) -> None:
    assert str(check_inputs(one(type="integer"), {"n": given})["n"]) == taken


@pytest.mark.parametrize("given", [2.5, D("3.0000001"), 1e-9])
def test_a_fraction_is_no_whole_number(given: object) -> None:
    assert answer_problems(one(type="integer"), {"n": given}) == [("/inputs/n", "not_an_integer")]


@pytest.mark.parametrize("given", [0, 1, "true", None, [], D(1)])
def test_only_true_and_false_are_booleans(given: object) -> None:
    of = leaf({"type": "direct", "gate": "g"}, inputs=[{"name": "g", "label": "g", "type": "boolean"}])
    assert answer_problems(of, {"g": given, "points": 1}) == [("/inputs/g", "not_a_boolean")]
    assert check_inputs(of, {"g": True, "points": 1}) == {"g": True, "points": 1}


@pytest.mark.parametrize(
    ("given", "problems"),
    [
        (0, []),
        (100, []),
        (-0.001, [("/inputs/n", "below_minimum")]),
        (100.001, [("/inputs/n", "above_maximum")]),
    ],
)
def test_bounds_are_inclusive(given: float, problems: list[tuple[str, str]]) -> None:
    assert answer_problems(one(min=0, max=100), {"n": given}) == problems


def test_all_problems_are_told_at_once_by_pointer() -> None:
    names = ("n", "m", "k", "flag", "low")
    inputs = [number(name) for name in names[:2]] + [
        {"name": "k", "label": "k", "type": "integer"},
        {"name": "flag", "label": "f", "type": "boolean"},
        number("low", min=5),
    ]
    of = leaf({"type": "checklist", "items": [{"code": "x", "share": 1, "label": "x"}]}, inputs=inputs)
    given = {"n": "x", "k": 1.5, "flag": 1, "low": 4, "checked": ["x", "y"], "a/b~c": 1}
    assert answer_problems(of, given, "/answers/3/inputs") == [
        ("/answers/3/inputs/a~1b~0c", "unknown_input"),
        ("/answers/3/inputs/n", "not_a_number"),
        ("/answers/3/inputs/m", "missing_input"),
        ("/answers/3/inputs/k", "not_an_integer"),
        ("/answers/3/inputs/flag", "not_a_boolean"),
        ("/answers/3/inputs/low", "below_minimum"),
        ("/answers/3/inputs/checked/1", "unknown_item"),
    ]


@pytest.mark.parametrize("given", [None, [], "a", 3, True])
def test_inputs_are_an_object(given: object) -> None:
    assert answer_problems(one(), given) == [("/inputs", "not_an_object")]


@pytest.mark.parametrize("key", ["choice", "checked", "points", "N", "n ", ""])
def test_what_is_not_declared_is_refused(key: str) -> None:
    assert answer_problems(one(), {"n": 1, key: 1}) == [(f"/inputs/{key}", "unknown_input")]


def test_checked_items_come_back_in_document_order() -> None:
    items = [{"code": code, "label": code, "share": 0.1} for code in "cab"]
    of = leaf({"type": "checklist", "items": items})
    assert check_inputs(of, {"checked": ["b", "c", "a"]}) == {"checked": ["c", "a", "b"]}


def test_the_given_inputs_are_left_as_they_are() -> None:
    given = {"n": 3.0}
    assert check_inputs(one(type="integer"), given) is not given
    assert given == {"n": 3.0}


def test_a_sum_takes_no_answer_and_no_award() -> None:
    node = read_framework(framework_document(inner("1", direct("1.1")))).by_code["1"]
    assert answer_problems(node, {"points": 1}) == [("/inputs", "not_answerable")]
    with pytest.raises(AnswerError) as refused:
        check_award(node, 1, "/points")
    assert [(each.pointer, each.code) for each in refused.value.problems] == [("/points", "not_answerable")]


@pytest.mark.parametrize("points", [0, 10, 9.13, D("0.000001")])
def test_points_may_be_awarded_to_any_leaf(points: object) -> None:
    of = leaf({"type": "proportional", "value": "a / b"}, inputs=A_OF_B)
    assert check_award(of, points) == D(str(points))


@pytest.mark.parametrize(
    ("points", "codes"),
    [
        (-0.5, ["negative_points"]),
        (10.1, ["points_above_maximum"]),
        (D("1.0000005"), ["too_many_decimals"]),
        (D("10.0000005"), ["points_above_maximum", "too_many_decimals"]),
        ("9", ["not_a_number"]),
        (True, ["not_a_number"]),
        (float("nan"), ["not_finite"]),
        (1e300, ["number_out_of_range"]),
    ],
)
def test_an_award_stays_between_0_and_the_maximum(points: object, codes: list[str]) -> None:
    with pytest.raises(AnswerError) as refused:
        check_award(leaf({"type": "direct"}), points, "/values/0/points")
    assert [each.code for each in refused.value.problems] == codes
    assert {each.pointer for each in refused.value.problems} == {"/values/0/points"}


def test_nothing_is_awarded_where_nothing_is_scored() -> None:
    with pytest.raises(AnswerError):
        check_award(leaf({"type": "unscored"}, max_points=0), 0)
