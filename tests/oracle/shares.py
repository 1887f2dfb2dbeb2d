"""The share that a rule gives an answer, in exact fractions, written from SCORING.md alone."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from tests.oracle.expressions import evaluate
from tests.oracle.numbers import Json, half_even, number

SHARE_DECIMALS = 24


@dataclass(frozen=True)
class Figures:
    """Of one compared value over the cohort."""

    n: int
    min: Fraction | None
    max: Fraction | None


@dataclass(frozen=True)
class Surroundings:
    """What a rule looks at beside the answer: the cohort by path of parts, and the period's benchmark."""

    figures: Mapping[str, Figures] = field(default_factory=dict)
    benchmark: Mapping[str, Any] = field(default_factory=dict)


def is_gated(rule: Json, inputs: Json) -> bool:
    return rule.get("gate") is not None and inputs[rule["gate"]] is False


def value_of(rule: Json, inputs: Json) -> Fraction | None:
    """The expression's value to 24 decimals; None where it divides by zero."""
    named = {name: number(given) for name, given in inputs.items() if _is_number(given)}
    try:
        return half_even(evaluate(rule["value"], named), SHARE_DECIMALS)
    except ZeroDivisionError:
        return None


def share_of(rule: Json, inputs: Json, max_points: Fraction, around: Surroundings, at: str = "") -> Fraction | None:
    """The rule's share in [0, 1]; None: undetermined. `at` is the path of parts that leads to the rule."""
    if is_gated(rule, inputs):
        return Fraction(0)
    if rule["type"] == "parts":
        raw = _parts(rule, inputs, max_points, around, at)
    elif "value" in rule:
        value = value_of(rule, inputs)
        if value is None:
            meanings = {"zero": Fraction(0), "full": Fraction(1), "undetermined": None}
            return meanings[rule.get("on_zero_denominator") or "undetermined"]
        raw = _of_value(rule, value, max_points, around, at)
    else:
        raw = _ENTERED[rule["type"]](rule, inputs, max_points)
    return None if raw is None else min(max(half_even(raw, SHARE_DECIMALS), Fraction(0)), Fraction(1))


def _choice(rule: Json, inputs: Json, max_points: Fraction) -> Fraction:
    return next(number(option["share"]) for option in rule["options"] if option["code"] == inputs["choice"])


def _checklist(rule: Json, inputs: Json, max_points: Fraction) -> Fraction:
    return sum((number(item["share"]) for item in rule["items"] if item["code"] in inputs["checked"]), Fraction(0))


def _direct(rule: Json, inputs: Json, max_points: Fraction) -> Fraction:
    return number(inputs["points"]) / max_points if max_points else Fraction(0)


_ENTERED: Mapping[str, Callable[[Json, Json, Fraction], Fraction]] = {
    "choice": _choice,
    "checklist": _checklist,
    "direct": _direct,
}


def _parts(rule: Json, inputs: Json, max_points: Fraction, around: Surroundings, at: str) -> Fraction | None:
    total = Fraction(0)
    for part in rule["parts"]:
        weight, path = number(part["share"]), f"{at}/{part['code']}".lstrip("/")
        share = share_of(part["rule"], inputs.get(part["code"], {}), weight * max_points, around, path)
        if share is None:
            return None
        total += weight * share
    return total


def _of_value(rule: Json, value: Fraction, max_points: Fraction, around: Surroundings, at: str) -> Fraction | None:
    kind = rule["type"]
    if kind == "proportional":
        return _proportional(rule, value)
    if kind == "bands":
        reached = [band for band in rule["bands"] if number(band["from"]) <= value]
        return number(max(reached, key=lambda band: number(band["from"]))["share"]) if reached else Fraction(0)
    if kind == "per_item":
        return value * number(rule["points_each"]) / max_points
    if kind == "min_max":
        return _min_max(rule, value, around, at)
    assert kind == "relative_to_best", kind
    return _relative_to_best(rule, value, around, at)


def _proportional(rule: Json, value: Fraction) -> Fraction:
    full_at = number(_or(rule.get("full_at"), 1))
    if value >= full_at:
        return Fraction(1)
    if rule.get("floor") is not None and value < number(rule["floor"]):
        return Fraction(0)
    return value if rule.get("below") == "unscaled" else value / full_at


def goalpost(side: str, fixed: Json, around: Surroundings, at: str) -> tuple[Fraction, str] | None:
    """One bound and where it comes from: the rule, else the period, else the cohort."""
    if fixed.get(side) is not None:
        return number(fixed[side]), "fixed"
    if around.benchmark.get(side) is not None:
        return number(around.benchmark[side]), "benchmark"
    figures = around.figures.get(at)
    found = None if figures is None else figures.min if side == "min" else figures.max
    return None if found is None else (found, "cohort")


def _compared(sides: list[tuple[Fraction, str] | None], around: Surroundings, at: str) -> list[Fraction] | None:
    """The bounds, or None: fewer than two values and no fixed bound."""
    known = [side for side in sides if side is not None]
    alone = at not in around.figures or around.figures[at].n < 2
    if len(known) < len(sides) or (alone and all(source == "cohort" for _, source in known)):
        return None
    return [value for value, _ in known]


def _min_max(rule: Json, value: Fraction, around: Surroundings, at: str) -> Fraction | None:
    fixed = rule.get("bounds") or {}
    found = _compared([goalpost(side, fixed, around, at) for side in ("min", "max")], around, at)
    if found is None:
        return None
    low, high = found
    higher = rule["direction"] == "higher"
    if high > low:
        return (value - low if higher else high - value) / (high - low)
    if high == low == value:
        return Fraction(value != 0)
    return Fraction(value >= low if higher else value <= high)


def _relative_to_best(rule: Json, value: Fraction, around: Surroundings, at: str) -> Fraction | None:
    found = _compared([goalpost("best", rule, around, at)], around, at)
    if found is None:
        return None
    best = found[0]
    if best > 0:
        return value / best
    return Fraction(value >= best and not value == best == 0)


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Fraction) and not isinstance(value, bool)


def _or(value: Any, default: Any) -> Any:
    return default if value is None else value
