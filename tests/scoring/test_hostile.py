"""Documents and answers made to break the reader: refused with problems, never with another error."""

import copy
import random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from app.scoring import DocumentError, check_inputs, read_framework, read_indicator
from tests.scoring.documents import (
    A_OF_B,
    GATE,
    answer_problems,
    direct,
    framework_document,
    inner,
    leaf_document,
    number,
    problems_of,
    ratio_leaf,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=6), inside, max_size=3),
    max_leaves=8,
)
PARTS = [
    {"code": "x", "share": 0.5, "rule": {"type": "direct"}, "inputs": []},
    {
        "code": "y",
        "share": 0.5,
        "rule": {"type": "min_max", "value": "n", "direction": "lower"},
        "inputs": [number("n")],
    },
]
DOCUMENT = framework_document(
    inner(
        "1",
        ratio_leaf(code="1.1", validations=[{"expression": "a <= b", "message": "m"}], tags=["t"]),
        leaf_document({"type": "choice", "options": [{"code": "x", "label": "x", "share": 1}]}, code="1.2"),
        leaf_document(
            {"type": "bands", "value": "n", "bands": [{"from": 1, "share": 1}]},
            code="1.3",
            inputs=[number("n")],
        ),
    ),
    inner("2", leaf_document({"type": "parts", "parts": PARTS}, code="2.1"), direct("2.2")),
    grades=[{"code": "a", "label": "A", "from_share": 0.5}],
    exemptions=[{"code": "e", "trait": "t", "tag": "t", "policy": "full", "citation": "c"}],
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [path] if path else []
    keys = value.keys() if isinstance(value, dict) else range(len(value)) if isinstance(value, list) else ()
    for key in keys:
        found += places(value[key], (*path, key))
    return found


PLACES = places(DOCUMENT)


def test_the_document_itself_is_sound() -> None:
    assert len(read_framework(DOCUMENT).leaves) == 5


@settings(max_examples=400, deadline=None)
@given(place=st.sampled_from(PLACES), planted=JSON)
def test_a_document_with_anything_anywhere_is_read_or_refused(place: tuple[Any, ...], planted: Any) -> None:
    document = copy.deepcopy(DOCUMENT)
    spot: Any = document
    for key in place[:-1]:
        spot = spot[key]
    spot[place[-1]] = planted
    assert all(pointer.startswith("/") and code.isidentifier() for pointer, code in problems_of(document))


@settings(max_examples=100, deadline=None)
@given(document=st.dictionaries(st.sampled_from(["code", "rule", "inputs", "max_points", "indicators"]), JSON))
def test_any_object_is_read_or_refused(document: dict[str, Any]) -> None:
    for read in (read_framework, read_indicator):
        try:
            read(document)
        except DocumentError:
            continue


LEAVES = (
    *read_framework(DOCUMENT).leaves,
    read_indicator(leaf_document({"type": "checklist", "items": [{"code": "x", "share": 1}]})),
    read_indicator(
        leaf_document({"type": "proportional", "value": "a / b", "gate": "has_section"}, inputs=[*A_OF_B, GATE])
    ),
)
NAMES = ["a", "b", "n", "x", "y", "choice", "checked", "points", "has_section"]


@settings(max_examples=300, deadline=None)
@given(inputs=JSON | st.dictionaries(st.sampled_from(NAMES), JSON), which=st.integers(0, len(LEAVES) - 1))
def test_any_inputs_are_taken_or_refused(inputs: Any, which: int) -> None:
    problems = answer_problems(LEAVES[which], inputs)
    assert all(pointer.startswith("/inputs") for pointer, _ in problems)
    if not problems:
        found = check_inputs(LEAVES[which], inputs)
        assert check_inputs(LEAVES[which], found) == found


def test_ten_thousand_nodes_side_by_side_are_read() -> None:
    chance = random.Random(3)
    leaves = [direct(f"1.{n}", chance.randrange(1, 5)) for n in range(10_000)]
    assert len(read_framework(framework_document(inner("1", *leaves))).leaves) == 10_000
