"""Worked examples of a leaf: inputs, the other units they are compared with, and the points that must come
out.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.scoring.fields import Section
from app.scoring.problems import child

_FIELDS = ("inputs", "cohort", "points")


@dataclass(frozen=True, slots=True)
class Example:
    """One example as the document has it; `pointer` is where, RFC 6901.

    `cohort` are the inputs of the other units: the figures are those of these and of `inputs` together.
    `points` are exact, to 6 decimals. Neither inputs nor cohort are checked against the leaf yet.
    """

    pointer: str
    inputs: Mapping[str, Any]
    cohort: tuple[Mapping[str, Any], ...]
    points: Decimal


def read_examples(section: Section, max_points: Decimal) -> tuple[Example, ...]:
    """Read the `examples` of a leaf. Whether they hold is not asked here, see `check_examples`."""
    return tuple(_read_example(each, max_points) for each in section.sections("examples"))


def _read_example(section: Section, max_points: Decimal) -> Example:
    section.only(_FIELDS)
    points = section.points("points")
    if points > max_points:
        section.problem("points", "points_above_maximum", f"{points:f} is above {max_points:f}")
    if not section.has("inputs"):
        section.problem("inputs", "missing_field", "'inputs' is needed")
    inputs = section.section("inputs")
    cohort = tuple(each.value for each in section.sections("cohort"))
    return Example(section.pointer, inputs.value if inputs else {}, cohort, points)


def inputs_pointer(example: Example) -> str:
    """Where the example's own inputs stand."""
    return child(example.pointer, "inputs")


def cohort_pointer(example: Example, index: int) -> str:
    """Where the inputs of one of the others stand."""
    return child(child(example.pointer, "cohort"), index)
