"""Leaves made of parts."""

from typing import Any

import pytest

from app.scoring import Benchmark, Reported, cohort_values, gather_figures, score_leaf
from tests.scoring.documents import A_OF_B, D, answer_problems, leaf, number, score

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


def test_parts_add_up_by_their_shares() -> None:
    of = leaf(PLATFORM, max_points=20)
    assert score(of, {"deployed": {"a": 2}, "central": {"c": 7, "d": 7}}).points == D("12.857143")
    assert score(of, {"deployed": {"a": 9}, "central": {"c": 7, "d": 7}}).points == 20


def test_thirds_of_a_leaf_that_are_all_full_make_it_full() -> None:
    shares = (D("0.333333333"), D("0.333333333"), D("0.333333334"))
    of = leaf(parts(*(part(f"p{n}", share, {"type": "direct"}) for n, share in enumerate(shares))), max_points=3)
    given = {f"p{n}": {"points": share * 3} for n, share in enumerate(shares)}
    assert answer_problems(of, given) == [(f"/inputs/p{n}/points", "too_many_decimals") for n in range(3)]
    half = leaf(parts(part("x", 0.5, {"type": "direct"}), part("y", 0.5, {"type": "direct"})))
    assert score(half, {"x": {"points": 5}, "y": {"points": 2}}).points == 7
    assert answer_problems(half, {"x": {"points": 6}, "y": {"points": 0}}) == [
        ("/inputs/x/points", "points_above_maximum")
    ]


def test_points_for_each_in_a_part_are_points_of_the_leaf() -> None:
    rule = {"type": "per_item", "value": "n", "points_each": 1}
    of = leaf(parts(part("x", 0.4, rule, number("n")), part("y", 0.6, {"type": "choice", "options": YES_NO})))
    assert score(of, {"x": {"n": 3}, "y": {"choice": "no"}}).points == 3
    assert score(of, {"x": {"n": 9}, "y": {"choice": "no"}}).points == 4


def test_every_problem_of_every_part_is_told_below_its_code() -> None:
    of = leaf(PLATFORM)
    assert answer_problems(of, {"deployed": {"a": "x", "z": 1}, "extra": {}}) == [
        ("/inputs/extra", "unknown_input"),
        ("/inputs/deployed/z", "unknown_input"),
        ("/inputs/deployed/a", "not_a_number"),
        ("/inputs/central", "missing_input"),
    ]
    assert answer_problems(of, {"deployed": 3, "central": None}) == [
        ("/inputs/deployed", "not_an_object"),
        ("/inputs/central", "not_an_object"),
    ]


def test_an_undetermined_part_makes_the_leaf_undetermined() -> None:
    found = score(leaf(PLATFORM), {"deployed": {"a": 7}, "central": {"c": 0, "d": 0}})
    assert (found.state, found.points) == ("undetermined", D(0))
    assert found.result is not None
    assert found.result.parts["deployed"].share == 1
    assert found.result.parts["central"].share is None


@pytest.mark.parametrize(("policy", "points"), [("zero", 5), ("full", 10)])
def test_a_parts_own_rule_says_what_its_zero_denominator_means(policy: str, points: int) -> None:
    rule = parts(
        part("x", 0.5, {"type": "proportional", "value": "a / b", "on_zero_denominator": policy}, *A_OF_B),
        part("y", 0.5, {"type": "choice", "options": YES_NO}),
    )
    assert score(leaf(rule), {"x": {"a": 0, "b": 0}, "y": {"choice": "yes"}}).points == points


def test_slots_are_the_paths_of_the_parts_that_look_at_the_cohort() -> None:
    inner = parts(part("p1", 0.5, MIN_MAX, number("n")), part("p2", 0.5, MIN_MAX, number("n")))
    fixed = {**MIN_MAX, "bounds": {"min": 0, "max": 1}}
    outer = parts(part("x", 0.25, MIN_MAX, number("n")), part("y", 0.5, inner), part("z", 0.25, fixed, number("n")))
    of = leaf(outer)
    assert (of.slots, of.scope) == (("x", "y/p1", "y/p2"), "cohort")
    given = {"x": {"n": D(1)}, "y": {"p1": {"n": D(2)}, "p2": {"n": D(3)}}, "z": {"n": D(1)}}
    assert cohort_values(of, Reported(given)) == (D(1), D(2), D(3))
    seen = {
        "x": gather_figures([D(1), D(0)]),
        "y/p1": gather_figures([D(2), D(4), D(0)]),
        "y/p2": gather_figures([D(3), D(9)]),
    }
    assert score_leaf(of, Reported(given), seen).share == D("0.25") + D("0.125") + 0 + D("0.25")


def test_a_benchmark_means_the_one_rule_that_looks_at_the_cohort() -> None:
    one = leaf(parts(part("x", 0.5, MIN_MAX, number("n")), part("y", 0.5, {"type": "choice", "options": YES_NO})))
    given = Benchmark(D(0), D(10), None, "table")
    assert score(one, {"x": {"n": 5}, "y": {"choice": "no"}}, {}, given).points == D("2.5")
    two = leaf(parts(part("x", 0.5, MIN_MAX, number("n")), part("y", 0.5, MIN_MAX, number("n"))))
    assert score(two, {"x": {"n": 5}, "y": {"n": 5}}, {}, given).state == "undetermined"


def test_an_undetermined_part_keeps_the_whole_leaf_out_of_the_figures() -> None:
    of = leaf(
        parts(
            part("x", 0.5, MIN_MAX, number("n")),
            part("y", 0.5, {"type": "proportional", "value": "a / b"}, *A_OF_B),
        )
    )
    assert cohort_values(of, Reported({"x": {"n": D(1)}, "y": {"a": D(1), "b": D(0)}})) == (None,)
    assert cohort_values(of, Reported({"x": {"n": D(1)}, "y": {"a": D(1), "b": D(2)}})) == (D(1),)
