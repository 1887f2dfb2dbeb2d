"""The inputs a leaf (or a part of one) declares, and how the inputs of an answer are checked against them."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from math import ceil, floor
from typing import Any, Literal, cast

from app.scoring.expressions import Comparison, compile_comparison
from app.scoring.fields import Section, distinct
from app.scoring.numbers import LARGEST_INTEGER, ONE, NotANumberError, to_decimal
from app.scoring.problems import ExpressionError, Problem, ValueOutOfRangeError, child

_MISSING = object()
_NAME = re.compile(r"[a-z_][a-z0-9_]{0,63}", re.ASCII)
_RESERVED = ("choice", "checked", "points", "min", "max")
_TYPES = ("number", "integer", "boolean")
_FIELDS = ("name", "label", "type", "unit", "min", "max", "lead_agency", "coordinating_agencies")


@dataclass(frozen=True, slots=True)
class InputDecl:
    """One declared input; `min` and `max` are inclusive, None where there is no bound.

    `least` and `most` say the same for whole numbers, which most are: none is taken where `least` is above `most`.
    """

    name: str
    type: Literal["number", "integer", "boolean"]
    label: str | None
    unit: str | None
    min: Decimal | None
    max: Decimal | None
    least: int = field(init=False, repr=False, compare=False)
    most: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Find the whole numbers that are taken."""
        low = -LARGEST_INTEGER if self.min is None else ceil(self.min)
        high = LARGEST_INTEGER if self.max is None else floor(self.max)
        object.__setattr__(self, "least", 1 if self.type == "boolean" else low)
        object.__setattr__(self, "most", 0 if self.type == "boolean" else high)


@dataclass(frozen=True, slots=True)
class Validation:
    """A comparison that must hold for an answer to be taken, with the message for whoever it refuses."""

    comparison: Comparison
    message: str


def read_declarations(section: Section, key: str = "inputs") -> dict[str, InputDecl]:
    """Read the list of declared inputs by name, in document order."""
    sections = list(section.sections(key))
    declarations = [_read_declaration(each) for each in sections]
    distinct(sections, "name", [each.name for each in declarations], "duplicate_name")
    return {each.name: each for each in declarations}


def _read_declaration(section: Section) -> InputDecl:
    section.only(_FIELDS)
    name, kind = section.text("name"), section.one_of("type", _TYPES)
    if name and not _NAME.fullmatch(name):
        section.problem("name", "invalid_name", "small ASCII letters, digits and _, no digit first, 64 at most")
    if name in _RESERVED:
        section.problem("name", "reserved_name", f"'{name}' means something of its own in an answer or a value")
    low, high = section.optional_number("min"), section.optional_number("max")
    if low is not None and high is not None and low > high:
        section.problem("min", "minimum_above_maximum", f"{low} is above {high}")
    if kind == "boolean" and (low is not None or high is not None):
        section.problem("min" if low is not None else "max", "bound_on_boolean", "true and false have no bounds")
    label, unit = section.optional_text("label"), section.optional_text("unit")
    return InputDecl(name, cast("Literal['number', 'integer', 'boolean']", kind), label, unit, low, high)


def numeric(declared: Mapping[str, InputDecl]) -> frozenset[str]:
    """Return the names that may stand in an expression."""
    return frozenset(name for name, each in declared.items() if each.type != "boolean")


def booleans(declared: Mapping[str, InputDecl]) -> frozenset[str]:
    """Return the names that may gate a rule."""
    return frozenset(name for name, each in declared.items() if each.type == "boolean")


def read_validations(section: Section, declared: Mapping[str, InputDecl]) -> tuple[Validation, ...]:
    """Compile the `validations` of a leaf over its declared numbers."""
    found: list[Validation] = []
    for each in section.sections("validations"):
        each.only(("expression", "message"))
        text, message = each.text("expression"), each.text("message")
        if not text:
            continue
        try:
            comparison = compile_comparison(text, numeric(declared), booleans(declared))
        except ExpressionError as error:
            each.problem("expression", error.code, error.detail)
            continue
        found.append(Validation(comparison, message))
    return tuple(found)


def check_named(
    declared: Mapping[str, InputDecl],
    inputs: Mapping[str, Any],
    needed: Collection[str],
    at: str,
    problems: list[Problem],
) -> dict[str, Any]:
    """Return the declared inputs that are given, numbers as Decimal; note what is missing or wrong.

    Codes: `missing_input`, `not_a_number`, `not_finite`, `number_out_of_range`, `not_an_integer`,
    `not_a_boolean`, `below_minimum`, `above_maximum`.
    """
    checked: dict[str, Any] = {}
    for name, declaration in declared.items():
        given = inputs.get(name, _MISSING)
        if type(given) is int and declaration.least <= given <= declaration.most:
            checked[name] = Decimal(given)
        elif given is not _MISSING:
            checked[name] = _check_one(declaration, given, at, problems)
        elif name in needed:
            problems.append(Problem(child(at, name), "missing_input", f"'{name}' is needed"))
    return checked


def _check_one(declaration: InputDecl, given: object, at: str, problems: list[Problem]) -> Decimal | bool | None:
    if declaration.type == "boolean":
        if isinstance(given, bool):
            return given
        problems.append(Problem(child(at, declaration.name), "not_a_boolean", "true or false is needed here"))
        return None
    try:
        number = to_decimal(given)
    except NotANumberError as error:
        problems.append(Problem(child(at, declaration.name), error.code, error.detail))
        return None
    if declaration.type == "integer":
        if number != number.to_integral_value():
            problems.append(Problem(child(at, declaration.name), "not_an_integer", f"{number} is no whole number"))
            return None
        number = number.quantize(ONE)
    if declaration.min is not None or declaration.max is not None:
        _check_bounds(declaration, number, at, problems)
    return number


def _check_bounds(declaration: InputDecl, number: Decimal, at: str, problems: list[Problem]) -> None:
    low, high = declaration.min, declaration.max
    if low is not None and number < low:
        problems.append(Problem(child(at, declaration.name), "below_minimum", f"{number} is below {low}"))
    if high is not None and number > high:
        problems.append(Problem(child(at, declaration.name), "above_maximum", f"{number} is above {high}"))


def check_validations(
    validations: tuple[Validation, ...], inputs: Mapping[str, Any], at: str, problems: list[Problem]
) -> None:
    """Note every validation that fails, with its own message.

    One whose inputs a closed gate allowed to leave out says nothing.
    """
    for validation in validations:
        if not validation.comparison.names <= inputs.keys():
            continue
        try:
            if not validation.comparison.holds(inputs):
                problems.append(Problem(at, "validation_failed", validation.message))
        except ValueOutOfRangeError:
            problems.append(Problem(at, "value_out_of_range", f"'{validation.comparison.text}' exceeds 1e26"))
