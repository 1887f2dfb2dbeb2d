"""Answers made up for any leaf, within what it declares and validates."""

import random
import re
from fractions import Fraction
from typing import Any

from tests.oracle.expressions import evaluate
from tests.oracle.numbers import Json, number

_COMPARISON = re.compile(r"(.+?)(<=|>=|==|!=|<|>)(.+)")


def answer(leaf: Json, chance: random.Random) -> Json:
    """Inputs for a leaf's rule, drawn again until every validation holds."""
    for _ in range(1000):
        found = _inputs(leaf["rule"], leaf["inputs"], number(leaf["max_points"]), chance)
        if all(_holds(validation["expression"], found) for validation in leaf.get("validations", [])):
            return found
    message = f"nothing satisfies the validations of {leaf['code']}"
    raise AssertionError(message)


def _inputs(rule: Json, declared: list[Json], max_points: Fraction, chance: random.Random) -> Json:
    found: Json = {each["name"]: _input(each, chance) for each in declared}
    if rule["type"] == "choice":
        found["choice"] = chance.choice(rule["options"])["code"]
    if rule["type"] == "checklist":
        found["checked"] = [item["code"] for item in rule["items"] if chance.random() < 0.5]
    if rule["type"] == "direct":
        found["points"] = float(round(max_points * chance.randint(0, 1000) / 1000, 6))
    for part in rule.get("parts", []):
        found[part["code"]] = _inputs(part["rule"], part["inputs"], number(part["share"]) * max_points, chance)
    return found


def _input(declared: Json, chance: random.Random) -> Any:
    if declared["type"] == "boolean":
        return chance.random() < 0.8
    low, high = (float(declared.get(side, other)) for side, other in (("min", 0), ("max", 60)))
    if declared["type"] == "integer" or chance.random() < 0.5:
        return chance.randint(int(low), int(high))
    return round(chance.uniform(low, high), 3)


def _holds(expression: str, inputs: Json) -> bool:
    match = _COMPARISON.fullmatch(expression)
    assert match is not None, expression
    named = {name: number(value) for name, value in inputs.items() if isinstance(value, int | float)}
    left, right = evaluate(match[1], named), evaluate(match[3], named)
    holds = {"<": left < right, ">": left > right, "==": left == right, "<=": left <= right, ">=": left >= right}
    return holds.get(match[2], left != right)
