"""Rounding: once, half up, at the 6th decimal; sums of what was rounded."""

from decimal import localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring import Awarded, Reported, read_framework, score_cohort, score_leaf, score_unit, shown
from app.scoring.numbers import points_of, ratio
from tests.scoring.documents import D, direct, framework_document, inner, leaf, ratio_leaf, score


@pytest.mark.parametrize(
    ("share", "max_points", "points"),
    [
        ("0.00000005", 10, "0.000001"),
        ("0.00000004999", 10, "0.000000"),
        ("0.00000015", 10, "0.000002"),
        ("0.00000025", 10, "0.000003"),
        ("0.333333333333333333333333", 30, "10.000000"),
        ("0.666666666666666666666667", 30, "20.000000"),
        ("1", 1000, "1000.000000"),
        ("0", 1000, "0.000000"),
    ],
)
def test_points_are_rounded_half_up_at_the_sixth_decimal(share: str, max_points: int, points: str) -> None:
    assert str(points_of(D(share), D(max_points))) == points


def test_half_a_millionth_goes_up_where_its_share_has_no_end() -> None:
    assert points_of(ratio(D(1), D(3_000_000)), D("1.5")) == D("0.000001")
    assert points_of(ratio(D(1), D(6_000_000)), D(3)) == D("0.000001")
    assert points_of(ratio(D(1), D(7_000_000)), D("3.5")) == D("0.000001")


@given(a=st.integers(0, 10**9), b=st.integers(1, 10**9), max_points=st.integers(1, 1000))
def test_points_agree_with_whole_number_arithmetic(a: int, b: int, max_points: int) -> None:
    of = leaf({"type": "proportional", "value": "a / b"}, inputs=[
        {"name": "a", "label": "a", "type": "integer"}, {"name": "b", "label": "b", "type": "integer"},
    ], max_points=max_points)  # fmt: skip
    millionths = (2 * min(a, b) * max_points * 10**6 + b) // (2 * b)
    assert score(of, {"a": a, "b": b}).points == D(millionths).scaleb(-6)


@pytest.mark.parametrize(
    ("points", "decimals", "figure"),
    [
        ("61.994999", 2, "61.99"),
        ("61.995", 2, "62.00"),
        ("0.005", 2, "0.01"),
        ("2.5", 0, "3"),
        ("3.5", 0, "4"),
        ("0.123456", 6, "0.123456"),
        ("7", 2, "7.00"),
    ],
)
def test_what_is_shown_is_rounded_half_up(points: str, decimals: int, figure: str) -> None:
    assert str(shown(D(points), decimals)) == figure


def test_pillar_3_of_gia_lai_adds_up_before_it_is_rounded() -> None:
    printed = {"3.1": "9.13", "3.2": "10", "3.3": "5.01", "3.4": "10", "3.5": "15", "3.6": "12.86"}
    leaves = [direct(code, 30 if code == "3.5" else 20 if code == "3.6" else 10) for code in printed]
    framework = read_framework(framework_document(inner("3", *leaves)))
    scores = {
        code: score_leaf(framework.by_code[code], Awarded(D(points), "QĐ 922"), {}) for code, points in printed.items()
    }
    assert score_unit(framework, scores).points[0] == D("62.00")


def test_a_parent_is_the_sum_of_rounded_children_not_a_rounded_sum() -> None:
    leaves = [ratio_leaf(code=f"1.{n}", max_points=1) for n in range(3)]
    framework = read_framework(framework_document(inner("1", *leaves)))
    answers = {leaf.code: Reported({"a": D(2), "b": D(3)}) for leaf in framework.leaves}
    unit = score_cohort(framework, {"H1": answers}).units["H1"]
    assert unit.points == (D("2.000001"), D("0.666667"), D("0.666667"), D("0.666667"))


def test_the_callers_decimal_context_changes_nothing() -> None:
    of = leaf({"type": "proportional", "value": "a / b"}, inputs=ratio_leaf()["inputs"])
    with localcontext() as context:
        context.prec = 3
        assert score(of, {"a": 123_456, "b": 999_999}).points == D("1.234561")
        framework = read_framework(framework_document(inner("1", direct("1.1", 100), direct("1.2", 100))))
        parts = {code: score_leaf(framework.by_code[code], Awarded(D("99.123456"), "s"), {}) for code in ("1.1", "1.2")}
        assert score_unit(framework, parts).total == D("198.246912")
