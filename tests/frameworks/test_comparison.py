"""Which nodes are taken for the same, and how their differences are told."""

from typing import Any

import pytest

from app.frameworks.comparison.comparing import compare
from app.frameworks.comparison.schemas import FrameworkDiff
from app.frameworks.document import FrameworkDocument
from tests.frameworks.documents import A_OVER_B, DIRECT, Json, framework, leaf, node, ratio_leaf


def diff(before: Json, after: Json) -> FrameworkDiff:
    return compare(FrameworkDocument(**before).stored(), FrameworkDocument(**after).stored())


def of_leaves(*leaves: Json, **fields: Any) -> Json:
    return framework(indicators=[node("1", 10 * len(leaves), *leaves)], max_points=10 * len(leaves), **fields)


def told(before: Json, after: Json, **declared: Any) -> tuple[bool | None, list[str]]:
    """What is said of a leaf whose rule changes."""
    inputs = declared.get("inputs", [])
    found = diff(
        of_leaves(leaf("1.1", 10, rule=before, inputs=inputs)), of_leaves(leaf("1.1", 10, rule=after, inputs=inputs))
    )
    if not found.rule_changed:
        return None, []
    (change,) = found.rule_changed
    return change.formula_changed, change.words


def test_a_node_of_the_same_code_and_title_is_the_same() -> None:
    found = diff(
        framework(), framework(indicators=[node("1", 20, ratio_leaf("1.1", 15), leaf("1.2", 5)), leaf("2", 10)])
    )
    assert found.counts.matched == 4
    assert [
        (each.code_before, each.code_after, int(each.max_points_before), int(each.max_points_after))
        for each in found.points_changed
    ] == [("1.1", "1.1", 10, 15), ("1.2", "1.2", 10, 5)]
    assert (found.added, found.removed, found.moved, found.rule_changed) == ([], [], [], [])


def test_a_criterion_that_is_put_in_between_renumbers_the_others() -> None:
    before = of_leaves(leaf("1.1", 10, title="Kế hoạch"), leaf("1.2", 10, title="Ngân sách"))
    new = leaf("1.1", 10, title="Chiến lược dữ liệu")
    after = of_leaves(new, leaf("1.2", 10, title="Kế hoạch"), leaf("1.3", 10, title="Ngân  SÁCH"), version=2)
    found = diff(before, after)
    assert [each.code for each in found.added] == ["1.1"]
    assert found.removed == []
    assert [(each.code_before, each.code_after) for each in found.moved] == [("1.1", "1.2"), ("1.2", "1.3")]


def test_a_criterion_below_another_pillar_has_moved_one_below_a_renumbered_pillar_too() -> None:
    before = framework(indicators=[node("1", 20, leaf("1.1", 10), leaf("1.2", 10)), node("2", 10, leaf("2.1", 10))])
    after = framework(
        indicators=[
            node("1", 10, leaf("1.1", 10)),
            node("2", 20, leaf("2.1", 10), leaf("2.2", 10, title="Tiêu chí 1.2")),
        ]
    )
    (moved,) = diff(before, after).moved
    assert (moved.code_before, moved.parent_before, moved.code_after, moved.parent_after) == ("1.2", "1", "2.2", "2")


def test_a_pillar_that_was_replaced_moves_none_of_its_criteria() -> None:
    before = framework(indicators=[node("1", 30, leaf("1.1", 30), title="Hoạt động chính quyền số")])
    after = framework(indicators=[node("1", 30, leaf("1.1", 30), title="Thể chế")], code="other")
    found = diff(before, after)
    assert [each.code for each in found.added] == [each.code for each in found.removed] == ["1"]
    assert (found.counts.matched, found.moved) == (1, [])


def test_between_versions_of_a_set_a_code_is_enough_whatever_the_title_became() -> None:
    before = of_leaves(leaf("1.1", 10, title="Tỷ lệ văn bản điện tử"))
    found = diff(before, of_leaves(leaf("1.1", 10, title="Một cách gọi khác hẳn"), version=2))
    assert (found.counts.matched, found.added, found.removed) == (2, [], [])
    assert [(each.code_after, each.fields) for each in found.details_changed] == [("1.1", ["title"])]


def test_between_two_sets_a_code_with_an_unrelated_title_is_another_criterion() -> None:
    before = of_leaves(leaf("1.1", 10, title="Tỷ lệ văn bản điện tử"), leaf("1.2", 10, title="Số bộ dữ liệu mở"))
    after = of_leaves(
        leaf("1.1", 10, title="Đào tạo cán bộ"), leaf("1.2", 10, title="Số lượng bộ dữ liệu mở"), code="other"
    )
    found = diff(before, after)
    assert [each.code for each in found.added] == [each.code for each in found.removed] == ["1.1"]
    assert [each.code_after for each in found.details_changed] == ["1.2"]


def test_a_title_that_several_have_matches_nothing_by_itself() -> None:
    before = of_leaves(leaf("1.1", 10, title="Kinh phí"), leaf("1.2", 10, title="Kinh phí"))
    after = of_leaves(leaf("1.8", 10, title="Kinh phí"), leaf("1.9", 10, title="Kinh phí"), version=2)
    found = diff(before, after)
    assert ([each.code for each in found.added], [each.code for each in found.removed]) == (
        ["1.8", "1.9"],
        ["1.1", "1.2"],
    )


RATIO = {"type": "proportional", "value": "a / b", "full_at": 0.2, "below": "rescaled"}
CASES: Json = {"type": "choice", "options": [{"code": "y", "label": "Có", "share": 1}, {"code": "n", "share": 0}]}
BANDS = {"type": "bands", "value": "a", "bands": [{"from": 10, "share": 0.5}, {"from": 20, "share": 1}]}
SPREAD = {"type": "min_max", "value": "a", "direction": "higher"}
PARTS: Json = {
    "type": "parts",
    "parts": [
        {"code": "p", "label": "Một", "share": 0.5, "rule": {**RATIO}, "inputs": A_OVER_B},
        {"code": "q", "share": 0.5, "rule": DIRECT},
    ],
}
CHANGES: dict[str, tuple[Json, Json, bool | None, list[str]]] = {
    "nothing": (RATIO, RATIO, None, []),
    "blanks and defaults": (
        {"type": "proportional", "value": "a/b"},
        {"type": "proportional", "value": "a / b", "full_at": 1, "below": "unscaled"},
        None,
        [],
    ),
    "labels": (CASES, {**CASES, "options": [{**CASES["options"][0], "label": "Đã có"}, CASES["options"][1]]}, None, []),
    "below": (RATIO, {**RATIO, "below": "unscaled"}, True, ["Below the full mark of 0.2: v / 0.2 becomes v."]),
    "mark": (RATIO, {**RATIO, "full_at": 0.5}, False, ["The full mark: 0.2 becomes 0.5."]),
    "both": (
        RATIO,
        {**RATIO, "full_at": 0.5, "below": "unscaled"},
        True,
        ["The full mark: 0.2 becomes 0.5.", "Below the full mark: v / 0.2 becomes v."],
    ),
    "floor": (
        RATIO,
        {**RATIO, "floor": 0.1},
        False,
        ["The floor, below which there are no points: none becomes 0.1."],
    ),
    "value": (RATIO, {**RATIO, "value": "a / (a + b)"}, True, ["The value v: a / b becomes a / (a + b)."]),
    "zero": (
        RATIO,
        {**RATIO, "on_zero_denominator": "full"},
        True,
        ["A division by zero: undetermined becomes full."],
    ),
    "gate": (
        RATIO,
        {**RATIO, "gate": "open"},
        True,
        ["The input without which there are no points: none becomes open."],
    ),
    "type": (
        RATIO,
        BANDS,
        True,
        ["v = a / b, full from 0.2 on, below it v / 0.2 becomes v = a, by bands (from 20: 1; from 10: 0.5)."],
    ),
    "cases": (
        CASES,
        {**CASES, "options": [{"code": "y", "label": "Có", "share": 0.8}, {"code": "half", "share": 0.4}]},
        False,
        ["The case n (0) is gone.", "The share of the case “Có”: 1 becomes 0.8.", "The case half (0.4) is new."],
    ),
    "bands": (
        BANDS,
        {**BANDS, "bands": [{"from": 15, "share": 1}]},
        False,
        ["The bands: from 20: 1; from 10: 0.5 becomes from 15: 1."],
    ),
    "each": (
        {"type": "per_item", "value": "a", "points_each": 1},
        {"type": "per_item", "value": "a", "points_each": 2.5},
        False,
        ["Points for each: 1 becomes 2.5."],
    ),
    "direction": (SPREAD, {**SPREAD, "direction": "lower"}, True, ["Which values are better: higher becomes lower."]),
    "goalposts": (
        SPREAD,
        {**SPREAD, "bounds": {"max": 7.5}},
        False,
        ["The highest value to compare with: the cohort's becomes 7.5."],
    ),
    "best": (
        {"type": "relative_to_best", "value": "a", "best": 9},
        {"type": "relative_to_best", "value": "a"},
        False,
        ["The best to compare with: 9 becomes the cohort's."],
    ),
    "parts": (
        PARTS,
        {
            **PARTS,
            "parts": [
                {**PARTS["parts"][0], "share": 0.75, "rule": {**RATIO, "below": "unscaled"}},
                {**PARTS["parts"][1], "share": 0.25},
            ],
        },
        True,
        [
            "The share of the part “Một”: 0.5 becomes 0.75.",
            "The share of the part q: 0.5 becomes 0.25.",
            "In the part “Một”, below the full mark of 0.2: v / 0.2 becomes v.",
        ],
    ),
}


@pytest.mark.parametrize(("before", "after", "formula", "words"), CHANGES.values(), ids=CHANGES)
def test_a_changed_rule_is_told_in_words(before: Json, after: Json, formula: bool | None, words: list[str]) -> None:  # noqa: FBT001
    inputs = [*A_OVER_B, {"name": "open", "label": "Đã mở", "type": "boolean"}]
    assert told(before, after, inputs=inputs) == (formula, words)


def test_changed_inputs_and_checks_are_told_and_are_no_other_formula() -> None:
    before = of_leaves(ratio_leaf("1.1", 10))
    a, b = A_OVER_B
    inputs = [{**a, "min": 1, "label": "Khác"}, {**b, "unit": "văn bản"}, {"name": "c", "type": "number"}]
    checks = [{"expression": "c > 0", "message": "c lớn hơn 0"}]
    found = diff(before, of_leaves(ratio_leaf("1.1", 10, inputs=inputs, validations=checks)))
    (change,) = found.rule_changed
    assert not change.formula_changed
    assert change.words == [
        "The input a “Khác”, the least value taken: 0 becomes 1.",
        "The input b “Tổng số văn bản”, its unit of measure: none becomes văn bản.",
        "The input c is asked for besides.",
        "The check a <= b is gone.",
        "The check c > 0 is new.",
    ]
    assert [each.fields for each in found.details_changed] == [["labels"]]


def test_a_leaf_that_is_split_up_has_another_place_in_the_tree() -> None:
    found = diff(of_leaves(leaf("1.1", 10)), of_leaves(node("1.1", 10, leaf("1.1.1", 10), title="Tiêu chí 1.1")))
    (change,) = found.rule_changed
    assert (change.formula_changed, change.words) == (
        False,
        ["Points entered by an assessor becomes the sum of its children."],
    )
    assert [(each.code, each.parent) for each in found.added] == [("1.1.1", "1.1")]


def test_what_differs_in_the_set_as_a_whole_is_told() -> None:
    grades = [{"code": "tot", "label": "Tốt", "from_share": 0.9}, {"code": "kha", "label": "Khá", "from_share": 0.5}]
    assert diff(framework(), framework(decimals=3, level="province", grades=grades)).framework_changed == [
        "The level: commune becomes province.",
        "The decimals shown: 2 becomes 3.",
        "The grade kha is new.",
        "The grade tot is changed.",
    ]
