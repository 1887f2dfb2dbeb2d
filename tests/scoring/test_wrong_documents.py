"""Trees and whole documents that are refused: every code, at its pointer, all of them at once."""

from typing import Any

import pytest

from app.scoring import DocumentError, read_framework, read_indicator
from tests.scoring.documents import (
    A_OF_B,
    D,
    direct,
    framework_document,
    inner,
    leaf_document,
    problems_of,
    ratio_leaf,
    rule_problems,
)


def test_children_add_up_or_the_node_and_both_figures_are_named() -> None:
    document = framework_document(inner("1", direct("1.1", 9.5), direct("1.2", 0.25), points=10))
    with pytest.raises(DocumentError) as refused:
        read_framework(document)
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == ("/indicators/0/max_points", "points_do_not_add_up")
    assert problem.detail == "'1' has 10 points, its children add up to 9.75"


def test_pillars_add_up_to_the_framework() -> None:
    document = {**framework_document(inner("1", direct("1.1", 10))), "max_points": 1000}
    with pytest.raises(DocumentError) as refused:
        read_framework(document)
    (problem,) = refused.value.problems
    assert (problem.pointer, problem.code) == ("/max_points", "points_do_not_add_up")
    assert problem.detail == "the framework 'example' has 1000 points, its pillars add up to 10"


def test_tenths_add_up() -> None:
    children = [direct("1.1", 0.1), direct("1.2", 0.2)]
    assert problems_of(framework_document(inner("1", *children, points=0.3))) == []


def test_a_code_stands_in_the_tree_once() -> None:
    document = framework_document(inner("1", direct("1.1")), inner("2", direct("1.1")))
    assert problems_of(document) == [("/indicators/1/children/0/code", "duplicate_code")]


def test_a_node_does_not_stand_below_itself() -> None:
    again = {**inner("1", direct("1.1.1")), "max_points": 10}
    assert ("/indicators/0/children/0/children/0/code", "cycle") in problems_of(
        framework_document(inner("1", inner("1.1", again)))
    )


def test_a_document_that_contains_itself_is_refused() -> None:
    node = inner("1", direct("1.1"))
    node["children"].append(node)
    assert ("/indicators/0/children/1/code", "cycle") in problems_of(framework_document(node))
    del node["code"]
    assert ("/indicators/0/children/1/code", "cycle") in problems_of(framework_document(node))


@pytest.mark.parametrize(
    ("node", "problems"),
    [
        ({**direct("1.1"), "rule": None}, [("rule", "missing_rule")]),
        ({**direct("1.1"), "rule": "direct"}, [("rule", "wrong_type")]),
        ({**direct("1.1"), "title": ""}, [("title", "wrong_type")]),
        ({**direct("1.1"), "tags": ["x", 3]}, [("tags", "wrong_type")]),
        ({**direct("1.1"), "tags": "x"}, [("tags", "wrong_type")]),
        ({**direct("1.1"), "method": 3}, [("method", "wrong_type")]),
        ({**direct("1.1"), "children": 3}, [("children", "wrong_type")]),
        ({**inner("1.1", direct("1.1.1")), "rule": {"type": "direct"}}, [("rule", "rule_on_inner_node")]),
        ({**inner("1.1", direct("1.1.1")), "inputs": A_OF_B}, [("inputs", "inputs_on_inner_node")]),
        (
            {**inner("1.1", direct("1.1.1")), "validations": [{"expression": "a < b", "message": "m"}]},
            [("validations", "validations_on_inner_node")],
        ),
        ({**inner("1.1", direct("1.1.1")), "rule": None, "inputs": [], "validations": []}, []),
    ],
)
def test_a_node_that_cannot_be_meant_is_refused(node: dict[str, Any], problems: list[tuple[str, str]]) -> None:
    document = framework_document(inner("1", node))
    assert problems_of(document) == [(f"/indicators/0/children/0/{field}", code) for field, code in problems]


@pytest.mark.parametrize(
    ("points", "codes"),
    [
        (-1, ["negative_points"]),
        (D("0.0000001"), ["too_many_decimals"]),
        ("10", ["not_a_number"]),
        (True, ["not_a_number"]),
    ],
)
def test_points_are_0_or_more_with_six_decimals_at_most(points: object, codes: list[str]) -> None:
    assert rule_problems({"type": "direct"}, max_points=points) == [("/max_points", code) for code in codes]


@pytest.mark.parametrize(
    ("fields", "problems"),
    [
        ({"code": None}, [("/code", "missing_field")]),
        ({"title": 3}, [("/title", "wrong_type")]),
        ({"level": ""}, [("/level", "wrong_type")]),
        ({"version": None}, [("/version", "missing_field")]),
        ({"version": 1.5}, [("/version", "not_an_integer")]),
        ({"version": 0}, [("/version", "version_below_one")]),
        ({"version": "1"}, [("/version", "not_a_number")]),
        ({"decimals": 7}, [("/decimals", "decimals_out_of_range")]),
        ({"decimals": -1}, [("/decimals", "decimals_out_of_range")]),
        ({"max_points": None}, [("/max_points", "missing_field")]),
        ({"indicators": []}, [("/indicators", "missing_field")]),
        ({"indicators": None}, [("/indicators", "missing_field")]),
        ({"indicators": [3]}, [("/indicators/0", "wrong_type")]),
        (
            {"grades": [{"code": "a", "label": "A", "from_share": 1.1}]},
            [("/grades/0/from_share", "share_out_of_range")],
        ),
        (
            {"grades": [{"code": c, "label": "A", "from_share": 0.5} for c in "ab"]},
            [("/grades/1/from_share", "duplicate_grade")],
        ),
        (
            {"grades": [{"code": "a", "label": "A", "from_share": s} for s in (0.5, 0.6)]},
            [("/grades/1/code", "duplicate_code")],
        ),
        (
            {"exemptions": [{"code": "x", "policy": "half", "citation": "c"}]},
            [("/exemptions/0/policy", "unknown_choice")],
        ),
        ({"exemptions": [{"code": "x", "policy": "full"}]}, [("/exemptions/0/citation", "missing_field")]),
        (
            {"exemptions": [{"code": "x", "tag": "t", "policy": "full", "citation": "c"}]},
            [("/exemptions/0/tag", "unused_tag")],
        ),
        (
            {"exemptions": [{"code": "x", "trait": "t", "policy": "full", "citation": "c"}]},
            [("/exemptions/0/tag", "missing_field")],
        ),
        (
            {"exemptions": [{"code": "x", "policy": "full", "citation": "c"}] * 2},
            [("/exemptions/1/code", "duplicate_code")],
        ),
    ],
)
def test_what_a_framework_says_beside_its_tree_is_checked(
    fields: dict[str, Any], problems: list[tuple[str, str]]
) -> None:
    document = {**framework_document(inner("1", direct("1.1"))), **fields}
    assert [found for found in problems_of(document) if found[1] != "points_do_not_add_up"] == problems


def test_all_problems_are_told_at_once() -> None:
    document = framework_document(
        inner("1", leaf_document({"type": "guess"}), {**direct("1.1"), "max_points": 4}, points=15),
        inner("2", ratio_leaf(code="2.1", validations=[{"expression": "a", "message": "m"}])),
        decimals=9,
        exemptions=[{"code": "x", "tag": "t", "policy": "none", "citation": "c"}],
    )
    assert set(problems_of(document)) == {
        ("/indicators/0/children/0/rule/type", "unknown_rule_type"),
        ("/indicators/0/children/1/code", "duplicate_code"),
        ("/indicators/0/max_points", "points_do_not_add_up"),
        ("/indicators/1/children/0/validations/0/expression", "comparison_missing"),
        ("/decimals", "decimals_out_of_range"),
        ("/exemptions/0/tag", "unused_tag"),
        ("/exemptions/0/policy", "unknown_choice"),
    }


def test_the_place_of_a_wrong_character_is_told() -> None:
    with pytest.raises(
        DocumentError, match=r"/rule/value: unknown_name: 'z' is not a declared input \(at character 5\)"
    ):
        read_indicator(leaf_document({"type": "proportional", "value": "a + z"}, inputs=A_OF_B))


def test_one_leaf_alone_has_no_children() -> None:
    assert rule_problems({"type": "direct"}, children=[direct("2")]) == [("/children", "children_not_allowed")]


def test_points_for_each_need_points_to_share_out() -> None:
    rule = {"type": "per_item", "value": "a", "points_each": 1}
    assert rule_problems(rule, inputs=A_OF_B, max_points=0) == [("/rule/points_each", "no_points_to_share")]


def test_parts_within_parts_end_somewhere() -> None:
    rule: dict[str, Any] = {"type": "direct"}
    for _ in range(9):
        rule = {"type": "parts", "parts": [{"code": "x", "share": 1, "rule": rule, "inputs": []}]}
    assert [code for _, code in rule_problems(rule)] == ["too_deep"]
