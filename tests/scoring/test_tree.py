"""The tree: its order, its sums, its depth; states, coverage, grades and exemptions by trait."""

import random
from typing import Any

import pytest

from app.scoring import (
    Answer,
    Awarded,
    Exempt,
    ExemptionPolicy,
    Rejected,
    Reported,
    answerable,
    coverage,
    exempted_by,
    grade,
    read_framework,
    read_indicator,
    score_cohort,
    score_leaf,
    score_unit,
)
from tests.scoring.documents import (
    D,
    direct,
    figures,
    framework_document,
    inner,
    leaf,
    leaf_document,
    problems_of,
    ratio_leaf,
)

FULL = ExemptionPolicy("special", None, None, "full", "VII.4")
BEST = ExemptionPolicy("no-subordinates", "no_subordinates", "subordinates", "cohort_best", "VII.2")


def small() -> dict[str, Any]:
    nine = leaf_document({"type": "unscored"}, code="9.1", max_points=0)
    return framework_document(
        inner("1", direct("1.1", 30), inner("1.2", direct("1.2.1", 5), direct("1.2.2", 15))),
        direct("2", 50),
        inner("9", nine),
    )


def large(depth: int, width: int) -> dict[str, Any]:
    """`width` chains of nodes below one pillar, each `depth` deep."""
    chains = []
    for chain in range(width):
        node = direct(f"{chain}-{depth}", 1)
        for level in range(depth - 1, 1, -1):
            node = inner(f"{chain}-{level}", node)
        chains.append(node)
    return framework_document(inner("p", *chains))


def test_indicators_stand_in_document_order() -> None:
    framework = read_framework(small())
    assert [each.code for each in framework.indicators] == [
        "1",
        "1.1",
        "1.2",
        "1.2.1",
        "1.2.2",
        "2",
        "9",
        "9.1",
    ]
    assert [each.ordinal for each in framework.indicators] == list(range(8))
    assert [each.code for each in framework.leaves] == ["1.1", "1.2.1", "1.2.2", "2", "9.1"]
    assert [each.code for each in framework.pillars] == ["1", "2", "9"]


def test_a_node_knows_its_place() -> None:
    framework = read_framework(small())
    node = framework.by_code["1.2.1"]
    assert (node.parent, node.pillar, node.depth, node.path) == ("1.2", "1", 2, (2, 0))
    pillar = framework.by_code["2"]
    assert (pillar.parent, pillar.pillar, pillar.depth, pillar.path, pillar.is_leaf) == (
        None,
        "2",
        0,
        (),
        True,
    )
    assert framework.by_code["1"].children == ("1.1", "1.2")


def test_a_thousand_nodes_eight_deep_are_read_and_scored() -> None:
    framework = read_framework(large(8, 143))
    assert len(framework.indicators) == 143 * 7 + 1
    assert max(each.depth for each in framework.indicators) == 7
    scores = {each.code: score_leaf(each, Awarded(D("0.5"), "s"), {}) for each in framework.leaves}
    unit = score_unit(framework, scores)
    assert unit.total == D("71.5")
    assert unit.points[0] == unit.total


def test_a_tree_may_be_deeper_than_the_interpreters_stack() -> None:
    framework = read_framework(large(3000, 1))
    assert framework.leaves[0].depth == 2999


def test_the_sum_of_a_random_tree_is_the_sum_of_its_leaves() -> None:
    chance = random.Random(7)
    framework = read_framework(large(5, 40))
    scores = {
        each.code: score_leaf(each, Awarded(D(chance.randrange(10**6)).scaleb(-6), "s"), {})
        for each in framework.leaves
    }
    unit = score_unit(framework, scores)
    for node in framework.indicators:
        if not node.is_leaf:
            below = sum(unit.points[framework.by_code[code].ordinal] for code in node.children)
            assert unit.points[node.ordinal] == below
        assert unit.points[node.ordinal] <= node.max_points


@pytest.mark.parametrize(
    ("answer", "state", "points", "covered"),
    [
        (None, "not_reported", 0, 0),
        (Reported({"a": D(0), "b": D(4)}), "reported", 0, 10),
        (Reported({"a": D(1), "b": D(4)}), "reported", "2.5", 10),
        (Reported({"a": D(1), "b": D(0)}), "undetermined", 0, 10),
        (Awarded(D("7.25"), "table"), "awarded", "7.25", 10),
        (Rejected({"a": D(4), "b": D(4)}, "no proof"), "rejected", 0, 10),
        (Exempt(FULL), "exempt", 10, 10),
        (Exempt(BEST), "exempt", 4, 10),
    ],
)
def test_each_state_has_its_points_and_its_coverage(answer: Answer, state: str, points: object, covered: int) -> None:
    framework = read_framework(framework_document(inner("1", ratio_leaf())))
    found = score_leaf(framework.by_code["1.1"], answer, {}, None, D(4))
    unit = score_unit(framework, {"1.1": found})
    assert (found.state, found.points) == (state, D(str(points)))
    assert (unit.states, unit.covered) == ((None, state), (D(covered), D(covered)))
    assert (unit.total, unit.total_covered) == (D(str(points)), D(covered))


def test_an_exemption_by_the_best_with_nobody_to_compare_with_is_worth_nothing() -> None:
    found = score_leaf(leaf({"type": "direct"}), Exempt(BEST), {}, None, None)
    assert (found.state, found.points) == ("exempt", D(0))


@pytest.mark.parametrize("answer", [None, Awarded(D(0), "s"), Exempt(FULL), Reported({})])
def test_what_is_unscored_stays_unscored(answer: Answer) -> None:
    found = score_leaf(leaf({"type": "unscored"}, max_points=0), answer, {})
    assert (found.state, found.points) == ("unscored", D(0))


def test_what_nobody_asked_for_is_not_missing() -> None:
    framework = read_framework(small())
    unit = score_unit(framework, {})
    assert unit.states == (
        None,
        "not_reported",
        None,
        "not_reported",
        "not_reported",
        "not_reported",
        None,
        "unscored",
    )
    assert answerable(framework) == tuple(map(D, (50, 30, 20, 5, 15, 50, 0, 0)))
    assert coverage(unit.total_covered, D(100)) == 0


@pytest.mark.parametrize(
    ("covered", "of", "share"),
    [(0, 10, "0"), (10, 10, "1"), (1, 3, "0.333333"), (2, 3, "0.666667"), (0, 0, "1")],
)
def test_coverage_is_a_share_to_six_decimals(covered: int, of: int, share: str) -> None:
    assert coverage(D(covered), D(of)) == D(share)


def test_a_sum_is_not_scored_as_a_leaf() -> None:
    framework = read_framework(small())
    with pytest.raises(ValueError, match="sum of its children"):
        score_leaf(framework.by_code["1"], None, {})


def test_grades_are_reached_from_their_share_on() -> None:
    grades = [
        {"code": "good", "label": "Tốt", "from_share": 0.8},
        {"code": "fair", "label": "Khá", "from_share": 0.65},
    ]
    framework = read_framework({**small(), "grades": grades})
    shares = ("0", "0.649999", "0.65", "0.799999", "0.8", "1")
    assert [grade(framework, D(share)) for share in shares] == [None, None, "fair", "fair", "good", "good"]


def test_a_trait_exempts_from_every_leaf_with_the_tag() -> None:
    policies = [
        {"code": "granted", "policy": "full", "citation": "VII.4"},
        {"code": "none", "trait": "no_units", "tag": "units", "policy": "cohort_best", "citation": "VII.2"},
    ]
    document = framework_document(inner("1", direct("1.1", tags=["units", "x"]), direct("1.2")), exemptions=policies)
    framework = read_framework(document)
    tagged, plain = framework.by_code["1.1"], framework.by_code["1.2"]
    policy = exempted_by(framework, tagged, {"no_units", "other"})
    assert policy is not None
    assert (policy.code, policy.policy, policy.citation) == ("none", "cohort_best", "VII.2")
    assert exempted_by(framework, plain, {"no_units"}) is None
    assert exempted_by(framework, tagged, set()) is None


def test_one_leaf_alone_is_read_without_a_tree() -> None:
    of = read_indicator({"rule": {"type": "direct"}, "max_points": 5})
    assert (of.code, of.is_leaf, of.scope, of.max_points) == ("", True, "unit", D(5))


def test_a_framework_does_not_change_with_its_document() -> None:
    document = small()
    framework = read_framework(document)
    document["indicators"][1]["rule"]["type"] = "unscored"
    rule = framework.by_code["2"].rule
    assert rule is not None
    assert rule.document == {"type": "direct"}


def test_numbers_of_a_document_may_be_whole_floats_or_decimals() -> None:
    for points in (10, 10.0, D(10), D("10.000000")):
        assert problems_of(framework_document(inner("1", direct("1.1", points)))) == []


def test_a_period_may_set_the_goalposts_of_an_indicator() -> None:
    rule = {"type": "min_max", "value": "n", "direction": "higher"}
    inputs = [{"name": "n", "label": "n", "type": "number"}]
    framework = read_framework(framework_document(inner("1", leaf_document(rule, inputs=inputs))))
    assert score_cohort(framework, {"H21": {"1.1": Reported({"n": D(1)})}}).leaves["H21"]["1.1"].state == "undetermined"
    assert figures(1)[""].n == 1
