"""A whole cohort: figures, the second pass for the exempt, and what may not change anything."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.scoring import (
    Answer,
    Awarded,
    Benchmark,
    CohortScore,
    Exempt,
    ExemptionPolicy,
    Figures,
    Framework,
    Rejected,
    Reported,
    cohort_values,
    gather_figures,
    leaf_figures,
    read_framework,
    score_cohort,
    score_leaf,
    score_unit,
)
from tests.scoring.documents import A_OF_B, D, direct, framework_document, inner, leaf_document, number

FULL = ExemptionPolicy("special", None, None, "full", "VII.4")
BEST = ExemptionPolicy("none", "no_units", "units", "cohort_best", "VII.2")
MIN_MAX = {"type": "min_max", "value": "n", "direction": "higher"}


def of_numbers(rule: dict[str, Any]) -> Framework:
    return read_framework(framework_document(inner("1", leaf_document(rule, inputs=[number("n")]))))


def points(found: CohortScore) -> dict[str, Any]:
    return {unit: scores["1.1"].points for unit, scores in found.leaves.items()}


def answers(**given: Any) -> dict[str, dict[str, Answer]]:
    reported = {unit: Reported({"n": D(n)}) if isinstance(n, int) else n for unit, n in given.items()}
    return {unit: {"1.1": answer} for unit, answer in reported.items()}


def test_figures_count_what_is_there() -> None:
    assert gather_figures([D(3), None, D(1), D(3)]) == Figures(3, D(1), D(3))
    assert gather_figures([None]) == gather_figures([]) == Figures(0, None, None)


def test_a_cohort_is_measured_against_itself() -> None:
    found = score_cohort(of_numbers(MIN_MAX), answers(a=0, b=5, c=20))
    assert points(found) == {"a": 0, "b": D("2.5"), "c": 10}
    assert found.figures == {("1.1", ""): Figures(3, D(0), D(20))}
    assert found.best_points == {"1.1": 10}


@pytest.mark.parametrize(
    "outside",
    [None, Awarded(D(10), "table"), Rejected({"n": D(100)}, "no proof"), Exempt(FULL), Exempt(BEST)],
)
def test_only_what_is_reported_moves_the_figures(outside: Answer) -> None:
    found = score_cohort(of_numbers(MIN_MAX), answers(a=0, b=5, c=10, d=outside))
    assert found.figures[("1.1", "")] == Figures(3, D(0), D(10))
    assert found.leaves["b"]["1.1"].points == 5


def test_an_undetermined_answer_is_out_of_the_figures() -> None:
    rule = {"type": "min_max", "value": "a / b", "direction": "higher"}
    framework = read_framework(framework_document(inner("1", leaf_document(rule, inputs=A_OF_B))))
    given = {
        unit: {"1.1": Reported({"a": D(a), "b": D(b)})}
        for unit, (a, b) in {"x": (1, 2), "y": (1, 1), "z": (9, 0)}.items()
    }
    found = score_cohort(framework, given)
    assert found.figures[("1.1", "")] == Figures(2, D("0.5"), D(1))
    assert found.leaves["z"]["1.1"].state == "undetermined"


def test_the_exempt_get_the_best_points_of_the_others() -> None:
    found = score_cohort(of_numbers({"type": "proportional", "value": "n / 10"}), answers(a=3, b=7, c=Exempt(BEST)))
    assert points(found) == {"a": 3, "b": 7, "c": 7}
    assert found.leaves["c"]["1.1"].state == "exempt"


def test_awarded_points_count_for_the_best_and_those_of_the_exempt_do_not() -> None:
    rule = {"type": "proportional", "value": "n / 10"}
    found = score_cohort(of_numbers(rule), answers(a=3, b=Awarded(D("8.5"), "t"), c=Exempt(BEST), d=Exempt(FULL)))
    assert points(found) == {"a": 3, "b": D("8.5"), "c": D("8.5"), "d": 10}
    assert found.best_points == {"1.1": D("8.5")}


def test_where_everybody_is_exempt_nobody_is_best() -> None:
    found = score_cohort(of_numbers(MIN_MAX), answers(a=Exempt(BEST), b=Exempt(BEST), c=Exempt(FULL)))
    assert points(found) == {"a": 0, "b": 0, "c": 10}
    assert found.best_points == {}


def test_where_nobody_else_reported_the_best_is_nothing() -> None:
    found = score_cohort(of_numbers(MIN_MAX), answers(a=None, b=Exempt(BEST)))
    assert points(found) == {"a": 0, "b": 0}
    assert found.best_points == {"1.1": 0}


def test_a_benchmark_reaches_the_leaf_it_is_for() -> None:
    given = {
        "1.1": Benchmark(D(0), D(100), None, "the ministry's table"),
        "9.9": Benchmark(None, None, D(1), "x"),
    }
    assert points(score_cohort(of_numbers(MIN_MAX), answers(a=25), given)) == {"a": D("2.5")}


def test_an_empty_cohort_has_no_scores() -> None:
    found = score_cohort(of_numbers(MIN_MAX), {})
    assert (found.units, found.leaves) == ({}, {})
    assert found.figures == {("1.1", ""): Figures(0, None, None)}


def test_a_unit_without_answers_takes_part() -> None:
    found = score_cohort(of_numbers(MIN_MAX), {"a": {}})
    assert found.units["a"].states == (None, "not_reported")


CHOICES = [{"code": c, "label": c, "share": s} for c, s in (("x", 1), ("y", 0.5), ("z", 0))]
MIXED = framework_document(
    inner(
        "1",
        leaf_document(MIN_MAX, code="1.1", inputs=[number("n")]),
        leaf_document({**MIN_MAX, "direction": "lower"}, code="1.2", inputs=[number("n")], max_points=7),
        leaf_document({"type": "relative_to_best", "value": "n"}, code="1.3", inputs=[number("n")], max_points=3),
    ),
    inner(
        "2",
        leaf_document({"type": "proportional", "value": "n / 7"}, code="2.1", inputs=[number("n")]),
        inner("2.2", leaf_document({"type": "choice", "options": CHOICES}, code="2.2.1"), direct("2.2.2", 2.5)),
    ),
)
FRAMEWORK = read_framework(MIXED)


def any_answer(chance: random.Random, code: str) -> Answer:
    kind = chance.randrange(12)
    if kind == 0:
        return None
    if kind == 1:
        return Awarded(D(chance.randrange(2_500_001)).scaleb(-6), "table")
    if kind == 2:
        return Exempt(chance.choice((FULL, BEST)))
    inputs = any_inputs(chance, code)
    return Rejected(inputs, "no proof") if kind == 3 else Reported(inputs)


def any_inputs(chance: random.Random, code: str) -> dict[str, Any]:
    if code == "2.2.1":
        return {"choice": chance.choice("xyz")}
    if code == "2.2.2":
        return {"points": D(chance.randrange(251)) / 100}
    return {"n": D(chance.randrange(-3, 12))}


def any_cohort(seed: int) -> dict[str, dict[str, Answer]]:
    chance = random.Random(seed)
    codes = [leaf.code for leaf in FRAMEWORK.leaves]
    return {f"H{n}": {code: any_answer(chance, code) for code in codes} for n in range(chance.randrange(9))}


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9), st.randoms(use_true_random=False))
def test_the_order_of_the_units_changes_nothing(seed: int, chance: random.Random) -> None:
    cohort = any_cohort(seed)
    shuffled = list(cohort.items())
    chance.shuffle(shuffled)
    assert score_cohort(FRAMEWORK, dict(shuffled)) == score_cohort(FRAMEWORK, cohort)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_every_parent_is_the_sum_of_its_children_and_no_node_exceeds_its_maximum(seed: int) -> None:
    for unit in score_cohort(FRAMEWORK, any_cohort(seed)).units.values():
        for node in FRAMEWORK.indicators:
            found = unit.points[node.ordinal]
            assert 0 <= found <= node.max_points
            assert 0 <= unit.covered[node.ordinal] <= node.max_points
            if node.children:
                below = [FRAMEWORK.by_code[code].ordinal for code in node.children]
                assert found == sum(unit.points[ordinal] for ordinal in below)
                assert unit.covered[node.ordinal] == sum(unit.covered[ordinal] for ordinal in below)
        assert unit.total == sum(unit.points[pillar.ordinal] for pillar in FRAMEWORK.pillars)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_a_cohort_is_its_units_one_by_one(seed: int) -> None:
    cohort = any_cohort(seed)
    found = score_cohort(FRAMEWORK, cohort)
    columns = {leaf.code: {unit: given[leaf.code] for unit, given in cohort.items()} for leaf in FRAMEWORK.leaves}
    seen = {leaf.code: leaf_figures(leaf, columns[leaf.code]) for leaf in FRAMEWORK.leaves}
    for unit, given_answers in cohort.items():
        scores = {
            leaf.code: score_leaf(
                leaf, given_answers[leaf.code], seen[leaf.code], None, found.best_points.get(leaf.code)
            )
            for leaf in FRAMEWORK.leaves
        }
        assert scores == found.leaves[unit]
        assert score_unit(FRAMEWORK, scores) == found.units[unit]


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9))
def test_a_unit_scoped_leaf_owes_nothing_to_other_units(seed: int) -> None:
    cohort = any_cohort(seed)
    together = score_cohort(FRAMEWORK, cohort)
    for unit, given_answers in cohort.items():
        alone = score_cohort(FRAMEWORK, {unit: given_answers})
        for leaf in FRAMEWORK.leaves:
            if leaf.scope == "unit" and not isinstance(given_answers[leaf.code], Exempt):
                assert alone.leaves[unit][leaf.code] == together.leaves[unit][leaf.code]
                assert cohort_values(leaf, given_answers[leaf.code]) == ()


@given(st.sampled_from(["1.1", "2.1"]), st.integers(0, 10**6), st.integers(0, 20))
@settings(max_examples=60, deadline=None)
def test_a_better_value_never_lowers_its_units_total(code: str, seed: int, more: int) -> None:
    cohort = any_cohort(seed)
    for unit, given_answers in cohort.items():
        answer = given_answers[code]
        if not isinstance(answer, Reported):
            continue
        raised = {**given_answers, code: Reported({"n": answer.inputs["n"] + more})}
        before = score_cohort(FRAMEWORK, cohort).units[unit].total
        assert score_cohort(FRAMEWORK, {**cohort, unit: raised}).units[unit].total >= before
