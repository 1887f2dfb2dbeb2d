"""Worked examples of leaves: read with the document, and held against its rules."""

from typing import Any

import pytest

from app.scoring import check_examples, read_framework
from tests.scoring.documents import A_OF_B, D, direct, framework_document, inner, leaf_document, number, problems_of

RATIO = {"type": "proportional", "value": "a / b", "full_at": 0.2, "below": "rescaled"}
SPREAD = {"type": "min_max", "value": "n", "direction": "lower"}


def example(points: Any, /, *cohort: dict[str, Any], **inputs: Any) -> dict[str, Any]:
    return {"inputs": inputs, "points": points, **({"cohort": list(cohort)} if cohort else {})}


def ratio(*examples: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return framework_document(leaf_document(RATIO, inputs=A_OF_B, examples=list(examples), **fields))


def spread(*examples: dict[str, Any]) -> dict[str, Any]:
    return framework_document(leaf_document(SPREAD, inputs=[number("n")], examples=list(examples)))


def failures(document: dict[str, Any]) -> list[tuple[str, str]]:
    return [(each.pointer, each.code) for each in check_examples(read_framework(document))]


@pytest.mark.parametrize(
    "document",
    [
        framework_document(direct("1")),
        ratio(example(5, a=1, b=10), example(10, a=3, b=10), example(D("1.666667"), a=1, b=30)),
        ratio(example(0, a=1, b=0)),  # undetermined: nothing until a reviewer decides
        spread(example(7.5, {"n": 2}, {"n": 6}, n=3), example(10, {"n": 2}, n=1)),
        framework_document(direct("1", examples=[example(D("3.25"), points=3.25)])),
    ],
    ids=["none", "exact to 6 decimals", "undetermined", "of a cohort", "entered"],
)
def test_examples_that_hold_say_nothing(document: dict[str, Any]) -> None:
    assert failures(document) == []


def test_every_example_that_fails_is_told_with_what_was_expected_and_got() -> None:
    document = framework_document(
        inner("1", direct("1.1"), leaf_document(RATIO, code="1.2", inputs=A_OF_B, examples=[
            example(D("5.000001"), a=1, b=10), example(5, a=1, b=10), example(4, a=1, b=0),
        ])),
        leaf_document(SPREAD, code="2", inputs=[number("n")], examples=[example(10, n=1)]),
    )  # fmt: skip
    assert [(each.pointer, each.code, each.detail) for each in check_examples(read_framework(document))] == [
        ("/indicators/0/children/1/examples/0", "example_failed", "expected 5.000001 points, got 5"),
        (
            "/indicators/0/children/1/examples/2",
            "example_failed",
            "expected 4 points, got 0 (undetermined: the rule gives no result)",
        ),
        (
            "/indicators/1/examples/0",
            "example_failed",
            "expected 10 points, got 0 (undetermined: the rule gives no result)",
        ),
    ]


def test_the_figures_are_those_of_the_others_and_of_the_example_itself() -> None:
    inside, outside = example(5, {"n": 2}, {"n": 6}, n=4), example(0, {"n": 2}, {"n": 6}, n=8)
    assert failures(spread(inside, outside)) == []
    assert failures(spread(example(5, {"n": 2}, n=6))) == [("/indicators/0/examples/0", "example_failed")]


def test_inputs_that_the_leaf_refuses_are_told_with_the_engines_own_codes() -> None:
    document = spread(example(1, {"n": "x"}, {"m": 1, "n": 1}, n=None), example(10, {"n": 9}, n=1))
    assert failures(document) == [
        ("/indicators/0/examples/0/inputs/n", "not_a_number"),
        ("/indicators/0/examples/0/cohort/0/n", "not_a_number"),
        ("/indicators/0/examples/0/cohort/1/m", "unknown_input"),
    ]


def test_an_unscored_leaf_takes_no_example() -> None:
    document = framework_document(leaf_document({"type": "unscored"}, max_points=0, examples=[example(0)]))
    assert failures(document) == [("/indicators/0/examples/0/inputs", "not_answerable")]


@pytest.mark.parametrize(
    ("wrong", "found"),
    [
        ({"inputs": {}, "points": 11}, ("/points", "points_above_maximum")),
        ({"inputs": {}, "points": -1}, ("/points", "negative_points")),
        ({"inputs": {}, "points": D("0.0000001")}, ("/points", "too_many_decimals")),
        ({"inputs": {}}, ("/points", "missing_field")),
        ({"points": 1}, ("/inputs", "missing_field")),
        ({"inputs": [1], "points": 1}, ("/inputs", "wrong_type")),
        ({"inputs": {}, "points": 1, "cohort": [1]}, ("/cohort/0", "wrong_type")),
        ({"inputs": {}, "points": 1, "title": "x"}, ("/title", "unknown_field")),
    ],
)
def test_an_example_of_another_shape_refuses_the_document(wrong: dict[str, Any], found: tuple[str, str]) -> None:
    pointer, code = found
    assert problems_of(ratio(wrong)) == [(f"/indicators/0/examples/0{pointer}", code)]


def test_only_leaves_have_examples() -> None:
    document = framework_document({**inner("1", direct("1.1")), "examples": [example(1)]})
    assert problems_of(document) == [("/indicators/0/examples", "examples_on_inner_node")]
