"""Validations: exactly one comparison of two values."""

import pytest

from app.scoring import ExpressionError, compile_comparison
from tests.scoring.documents import D

NAMES = {"a": D(6), "b": D(4), "c_2": D("0.5"), "_x": D(-3)}


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("a <= b", False),
        ("b <= a", True),
        ("a <= a", True),
        ("a < a", False),
        ("a >= b + 2", True),
        ("a > b + 2", False),
        ("a == b + 2", True),
        ("a != b", True),
        ("a != a", False),
        ("a/3*3 == a", True),
        ("a / 7 * 7 >= a", True),
    ],
)
def test_a_validation_compares_two_values(text: str, holds: bool) -> None:  # noqa: FBT001
    assert compile_comparison(text, NAMES).holds(NAMES) is holds


def test_a_validation_that_divides_by_zero_refuses_nothing() -> None:
    assert compile_comparison("a / b <= 1", ["a", "b"]).holds({"a": D(2), "b": D(0)})


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("a", "comparison_missing"),
        ("a + b", "comparison_missing"),
        ("", "expression_syntax"),
        ("a <", "expression_syntax"),
        ("a < b < c_2", "expression_syntax"),
        ("(a < b)", "comparison_in_value"),
        ("a = b", "expression_syntax"),
        ("a < b and b < a", "expression_syntax"),
        ("not a < b", "unknown_name"),
        ("flag == 1", "boolean_in_arithmetic"),
        ("a => b", "expression_syntax"),
    ],
)
def test_a_validation_is_exactly_one_comparison(text: str, code: str) -> None:
    with pytest.raises(ExpressionError) as refused:
        compile_comparison(text, NAMES, ["flag"])
    assert refused.value.code == code


@pytest.mark.parametrize("text", ["a <= b", "b >= a", "a == b", "a <= b * 1"])
def test_what_differs_only_beyond_the_24th_decimal_is_the_same(text: str) -> None:
    assert compile_comparison(text, ["a", "b"]).holds({"a": D("0.5000000000000000000000001"), "b": D("0.5")})


def test_inputs_out_of_order_are_told_so() -> None:
    assert not compile_comparison("a <= b", ["a", "b"]).holds({"a": D(3), "b": D(2)})
    assert not compile_comparison("a >= b", ["a", "b"]).holds({"a": D(2), "b": D(3)})
