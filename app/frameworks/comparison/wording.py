"""Rules and their pieces in words."""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

Json = Mapping[str, Any]


def figure(number: Any) -> str:
    """A number of a document without zeros at its end: 0.2, 10."""
    exact = number if isinstance(number, Decimal) else Decimal(str(number))
    return f"{exact.normalize():f}"


def named(thing: Json) -> str:
    """An option, an item, a part or an input: its label in quotes, else its code or name."""
    label = thing.get("label")
    return f"“{label}”" if label else str(thing.get("code") or thing.get("name"))


def below(rule: Json) -> str:
    """What holds below the full mark of a `proportional`: v / 0.2, or v."""
    full_at = figure(rule.get("full_at") or 1)
    return "v" if full_at == "1" or rule.get("below") == "unscaled" else f"v / {full_at}"


def bands(rule: Json) -> str:
    """All steps of a `bands`, the highest first: `from 20: 1; from 10: 0.5`."""
    steps = sorted(rule["bands"], key=lambda step: step["from"], reverse=True)
    return "; ".join(f"from {figure(step['from'])}: {figure(step['share'])}" for step in steps)


def shares(things: list[Json]) -> str:
    """Options, items or parts with their shares: `“Có”: 1; “Không”: 0`."""
    return "; ".join(f"{named(thing)}: {figure(thing['share'])}" for thing in things)


def goalpost(rule: Json, side: str) -> str:
    """A fixed goalpost of a `min_max`, else whose it is."""
    fixed = (rule.get("bounds") or {}).get(side)
    return "the cohort's" if fixed is None else figure(fixed)


def described(rule: Json | None) -> str:
    """A whole rule in one phrase; a node without one is the sum of its children."""
    if rule is None:
        return "the sum of its children"
    kind = rule["type"]
    value = f"v = {rule['value']}, " if "value" in rule else ""
    return value + _PHRASES[kind](rule)


def _points(number: Any) -> str:
    return f"{figure(number)} {'point' if number == 1 else 'points'}"


def _proportional(rule: Json) -> str:
    return f"full from {figure(rule.get('full_at') or 1)} on, below it {below(rule)}{_floor(rule)}"


def _floor(rule: Json) -> str:
    return "" if rule.get("floor") is None else f", nothing below {figure(rule['floor'])}"


def _min_max(rule: Json) -> str:
    low, high = goalpost(rule, "min"), goalpost(rule, "max")
    return f"between {low} lowest and {high} highest value, {rule['direction']} is better"


def _to_best(rule: Json) -> str:
    best = rule.get("best")
    return f"against {'the best of the cohort' if best is None else figure(best)}"


_PHRASES: dict[str, Callable[[Json], str]] = {
    "choice": lambda rule: f"by the case chosen ({shares(rule['options'])})",
    "checklist": lambda rule: f"the items checked added up ({shares(rule['items'])})",
    "proportional": _proportional,
    "bands": lambda rule: f"by bands ({bands(rule)})",
    "per_item": lambda rule: f"{_points(rule['points_each'])} for each",
    "min_max": _min_max,
    "relative_to_best": _to_best,
    "parts": lambda rule: f"the sum of its parts ({shares(rule['parts'])})",
    "direct": lambda _: "points entered by an assessor",
    "unscored": lambda _: "not scored",
}
