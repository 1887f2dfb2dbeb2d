"""Rules that look at the cohort: directions, goalposts of every origin, cohorts too small or all alike."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.scoring import Benchmark, Goalpost, Indicator, Reported, cohort_values, score_leaf
from tests.scoring.documents import A_OF_B, D, figures, leaf, number, score

INPUTS = [number("n")]


def min_max(direction: str = "higher", **bounds: Any) -> Indicator:
    return leaf({"type": "min_max", "value": "n", "direction": direction, "bounds": bounds}, inputs=INPUTS)


def to_best(**fields: Any) -> Indicator:
    return leaf({"type": "relative_to_best", "value": "n", **fields}, inputs=INPUTS)


def benchmark(**given: Any) -> Benchmark:
    found = {side: D(str(value)) for side, value in given.items()}
    return Benchmark(found.get("min"), found.get("max"), found.get("best"), "the ministry's table")


@pytest.mark.parametrize(
    ("direction", "n", "points"),
    [
        ("higher", 2, 0),
        ("higher", 4, 5),
        ("higher", 6, 10),
        ("lower", 2, 10),
        ("lower", 3, "7.5"),
        ("lower", 6, 0),
    ],
)
def test_min_max_spreads_the_cohort_over_the_points(direction: str, n: int, points: object) -> None:
    assert score(min_max(direction), {"n": n}, figures(2, 6, n)).points == D(str(points))


@pytest.mark.parametrize("direction", ["higher", "lower"])
@pytest.mark.parametrize(("common", "points"), [(5, 10), (-5, 10), ("0.1", 10), (0, 0)])
def test_where_all_are_alike_all_get_everything_but_at_zero_nothing(
    direction: str, common: object, points: int
) -> None:
    found = score(min_max(direction), {"n": D(str(common))}, figures(common, common, common))
    assert (found.state, found.points) == ("reported", D(points))


@pytest.mark.parametrize("direction", ["higher", "lower"])
def test_one_value_alone_has_nothing_to_compare_with(direction: str) -> None:
    found = score(min_max(direction), {"n": 5}, figures(5))
    assert (found.state, found.points) == ("undetermined", D(0))
    assert score(min_max(direction), {"n": 5}, {}).state == "undetermined"


@pytest.mark.parametrize(
    ("direction", "n", "points"),
    [
        ("higher", -3, 0),
        ("higher", 0, 0),
        ("higher", 5, 5),
        ("higher", 10, 10),
        ("higher", 99, 10),
        ("lower", -3, 10),
        ("lower", 0, 10),
        ("lower", 4, 6),
        ("lower", 10, 0),
        ("lower", 99, 0),
    ],
)
def test_fixed_goalposts_clamp_and_need_no_cohort(direction: str, n: int, points: int) -> None:
    of = min_max(direction, min=0, max=10)
    assert (of.scope, of.slots) == ("unit", ())
    assert score(of, {"n": n}).points == points
    assert score(of, {"n": n}, figures(1, 2, 3), benchmark(min=4, max=5)).points == points


@pytest.mark.parametrize(
    ("bounds", "given", "cohort", "used"),
    [
        ({}, {}, (2, 6), {"min": (2, "cohort"), "max": (6, "cohort")}),
        ({"min": 0}, {}, (2, 6), {"min": (0, "fixed"), "max": (6, "cohort")}),
        ({"max": 9}, {}, (2, 6), {"min": (2, "cohort"), "max": (9, "fixed")}),
        ({}, {"min": 1}, (2, 6), {"min": (1, "benchmark"), "max": (6, "cohort")}),
        ({}, {"max": 8}, (2, 6), {"min": (2, "cohort"), "max": (8, "benchmark")}),
        ({}, {"min": 1, "max": 8}, (2, 6), {"min": (1, "benchmark"), "max": (8, "benchmark")}),
        ({"min": 0}, {"min": 1, "max": 8}, (2, 6), {"min": (0, "fixed"), "max": (8, "benchmark")}),
        ({"max": 9}, {"min": 1, "max": 8}, (2, 6), {"min": (1, "benchmark"), "max": (9, "fixed")}),
        ({"min": 0, "max": 9}, {"min": 1, "max": 8}, (2, 6), {"min": (0, "fixed"), "max": (9, "fixed")}),
        ({}, {"min": 1, "max": 8}, (), {"min": (1, "benchmark"), "max": (8, "benchmark")}),
        ({"min": 0}, {}, (4,), {"min": (0, "fixed"), "max": (4, "cohort")}),
        ({}, {"best": 7}, (2, 6), {"min": (2, "cohort"), "max": (6, "cohort")}),
    ],
)
def test_each_side_is_the_rules_else_the_periods_else_the_cohorts(
    bounds: dict[str, Any], given: dict[str, Any], cohort: tuple[int, ...], used: dict[str, tuple[int, str]]
) -> None:
    result = score(min_max("higher", **bounds), {"n": 4}, figures(*cohort), benchmark(**given)).result
    assert result is not None
    assert result.goalposts == {side: Goalpost(D(value), source) for side, (value, source) in used.items()}  # type: ignore[arg-type]
    low, high = used["min"][0], used["max"][0]
    assert result.raw_share is not None
    assert abs(result.raw_share - D(4 - low) / D(high - low)) < D("1e-23")


@pytest.mark.parametrize(
    ("direction", "bounds", "shares"),
    [
        ("higher", {"min": 10}, {2: 0, 6: 0}),
        ("higher", {"max": 1}, {2: 1, 6: 1}),
        ("lower", {"min": 10}, {2: 1, 6: 1}),
        ("lower", {"max": 1}, {2: 0, 6: 0}),
        ("higher", {"min": 6}, {2: 0, 6: 1}),
        ("lower", {"max": 2}, {2: 1, 6: 0}),
    ],
)
def test_a_goalpost_beyond_the_cohort_puts_everybody_on_one_side(
    direction: str, bounds: dict[str, int], shares: dict[int, int]
) -> None:
    of = min_max(direction, **bounds)
    assert {n: score(of, {"n": n}, figures(2, 6)).share for n in shares} == shares


def test_one_value_and_one_given_side_are_enough() -> None:
    assert score(min_max("higher", min=0), {"n": 4}, figures(4)).points == 10
    assert score(min_max("lower", max=8), {"n": 4}, figures(4)).points == 10
    assert score(min_max("higher", min=0), {"n": 0}, figures(0)).points == 0


def test_a_given_side_without_any_value_on_the_other_is_undetermined() -> None:
    assert score(min_max("higher", min=0), {"n": 4}, {}).state == "undetermined"


@pytest.mark.parametrize(("n", "points"), [(0, 0), (2, "2.5"), (8, 10), (-1, 0)])
def test_relative_to_the_best_of_the_cohort(n: int, points: object) -> None:
    assert score(to_best(), {"n": n}, figures(2, 8, n)).points == D(str(points))


@pytest.mark.parametrize(("n", "points"), [(0, 0), (5, 5), (10, 10), (11, 10), (-5, 0)])
def test_a_fixed_best_needs_no_cohort(n: int, points: int) -> None:
    of = to_best(best=10)
    assert (of.scope, score(of, {"n": n}, {}, benchmark(best=3)).points) == ("unit", D(points))


def test_the_periods_best_stands_in_for_the_cohorts() -> None:
    found = score(to_best(), {"n": 5}, figures(5), benchmark(best=20))
    assert found.points == D("2.5")
    assert found.result is not None
    assert found.result.goalposts == {"best": Goalpost(D(20), "benchmark")}


def test_one_value_alone_is_not_the_best_of_anything() -> None:
    assert score(to_best(), {"n": 5}, figures(5)).state == "undetermined"
    assert score(to_best(), {"n": 5}, figures(5), benchmark(min=1, max=9)).state == "undetermined"


@pytest.mark.parametrize(
    ("n", "cohort", "points"),
    [
        (0, (0, 0), 0),
        (5, (5, 5), 10),
        (-1, (-1, -2), 10),
        (-2, (-1, -2), 0),
        (-2, (0, -2), 0),
        (0, (0, -2), 0),
    ],
)
def test_relative_to_a_best_that_is_not_above_zero(n: int, cohort: tuple[int, ...], points: int) -> None:
    assert score(to_best(), {"n": n}, figures(*cohort)).points == points


def test_a_value_of_the_cohort_is_the_value_of_the_expression() -> None:
    of = leaf({"type": "min_max", "value": "a / b", "direction": "higher"}, inputs=A_OF_B)
    assert (of.slots, of.scope) == (("",), "cohort")
    assert cohort_values(of, Reported({"a": D(1), "b": D(4)})) == (D("0.25"),)


@pytest.mark.parametrize("bounds", [{}, {"min": 0}, {"max": 1}])
def test_a_rule_that_lacks_a_goalpost_looks_at_the_cohort(bounds: dict[str, int]) -> None:
    assert min_max("higher", **bounds).slots == ("",)


VALUES = st.lists(st.decimals(-100, 100, places=3), min_size=2, max_size=8)


@given(
    values=VALUES,
    better=st.decimals(0, 50, places=3),
    fixed=st.dictionaries(st.sampled_from(["min", "max"]), st.just(0)),
)
def test_a_higher_value_never_lowers_its_own_score(values: list[Any], better: Any, fixed: dict[str, int]) -> None:
    for of in (min_max("higher", **dict(list(fixed.items())[:1])), to_best()):
        raised = [values[0] + better, *values[1:]]
        before = score_leaf(of, Reported({"n": values[0]}), figures(*values))
        after = score_leaf(of, Reported({"n": raised[0]}), figures(*raised))
        assert after.points >= before.points


@given(values=VALUES, better=st.decimals(0, 50, places=3))
def test_a_lower_value_never_lowers_its_own_score_where_less_is_better(values: list[Any], better: Any) -> None:
    of = min_max("lower", max=10**6)
    lowered = [values[0] - better, *values[1:]]
    before = score_leaf(of, Reported({"n": values[0]}), figures(*values))
    after = score_leaf(of, Reported({"n": lowered[0]}), figures(*lowered))
    assert after.points >= before.points


@given(values=VALUES)
def test_higher_and_lower_mirror_each_other(values: list[Any]) -> None:
    seen = figures(*values)
    if seen[""].min == seen[""].max:
        return
    for value in values:
        up = score_leaf(min_max("higher"), Reported({"n": value}), seen)
        down = score_leaf(min_max("lower"), Reported({"n": value}), seen)
        assert abs(up.share + down.share - 1) <= D("1e-23")
