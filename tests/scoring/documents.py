"""Small framework documents for the tests of the engine."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.scoring import (
    AnswerError,
    Benchmark,
    DocumentError,
    Figures,
    Indicator,
    LeafScore,
    Reported,
    check_inputs,
    gather_figures,
    read_framework,
    read_indicator,
    score_leaf,
)

D = Decimal
A_OF_B = [{"name": "a", "label": "a", "type": "number"}, {"name": "b", "label": "b", "type": "number"}]
GATE = {"name": "has_section", "label": "has a section", "type": "boolean"}


def number(name: str, **bounds: Any) -> dict[str, Any]:
    return {"name": name, "label": name, "type": "number", **bounds}


def leaf_document(rule: Mapping[str, Any], code: str = "1.1", **fields: Any) -> dict[str, Any]:
    return {"code": code, "title": f"Criterion {code}", "max_points": 10, "rule": dict(rule), **fields}


def leaf(rule: Mapping[str, Any], **fields: Any) -> Indicator:
    return read_indicator(leaf_document(rule, **fields))


def ratio_leaf(**fields: Any) -> dict[str, Any]:
    return leaf_document({"type": "proportional", "value": "a / b"}, inputs=A_OF_B, **fields)


def direct(code: str, points: Any = 10, **fields: Any) -> dict[str, Any]:
    return leaf_document({"type": "direct"}, code=code, max_points=points, **fields)


def inner(code: str, *children: dict[str, Any], points: Any = None) -> dict[str, Any]:
    found = points if points is not None else sum(D(str(child["max_points"])) for child in children)
    return {"code": code, "title": f"Node {code}", "max_points": found, "children": list(children)}


def framework_document(*pillars: dict[str, Any], **fields: Any) -> dict[str, Any]:
    found = sum(D(str(pillar["max_points"])) for pillar in pillars)
    document = {"code": "example", "version": 1, "title": "An example", "level": "province", "decimals": 2}
    return {**document, "max_points": found, "indicators": list(pillars), **fields}


def score(
    of: Indicator,
    inputs: Mapping[str, Any],
    figures: Mapping[str, Figures] | None = None,
    benchmark: Benchmark | None = None,
) -> LeafScore:
    return score_leaf(of, Reported(check_inputs(of, inputs)), figures or {}, benchmark)


def figures(*values: Any) -> dict[str, Figures]:
    return {"": gather_figures([D(str(value)) for value in values])}


def problems_of(document: Mapping[str, Any]) -> list[tuple[str, str]]:
    """The pointers and codes for which a framework document is refused; [] when it is not."""
    try:
        read_framework(document)
    except DocumentError as error:
        return [(each.pointer, each.code) for each in error.problems]
    return []


def rule_problems(rule: Mapping[str, Any], **fields: Any) -> list[tuple[str, str]]:
    """The same for a leaf alone."""
    try:
        leaf(rule, **fields)
    except DocumentError as error:
        return [(each.pointer, each.code) for each in error.problems]
    return []


def answer_problems(of: Indicator, inputs: Any, at: str = "/inputs") -> list[tuple[str, str]]:
    """The pointers and codes for which inputs are refused; [] when they are not."""
    try:
        check_inputs(of, inputs, at)
    except AnswerError as error:
        return [(each.pointer, each.code) for each in error.problems]
    return []
