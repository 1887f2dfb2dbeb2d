"""The worked examples of the seeded sets: every threshold has one at it, one just below and one just above, and all
hold.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.scoring import AnswerError, Framework, Indicator, Rule, check_examples, check_inputs, read_framework
from app.scoring.rules.base import ValueRule
from app.scoring.rules.comparisons import MinMax, RelativeToBest
from app.scoring.rules.parts import Parts
from app.scoring.rules.scales import Bands, PerItem, Proportional

SEED = Path(__file__).parents[2] / "seed" / "frameworks"
SETS = ("gia-lai-province", *(f"vinh-long-{level}" for level in ("province", "department", "district", "commune")))
Inputs = Mapping[str, Any]
# "Just" below or above: no further than the smallest step of seven, a count of platforms, is.
JUST = Decimal("0.15")


@cache
def framework(name: str) -> Framework:
    return read_framework(yaml.safe_load((SEED / f"{name}-1.yaml").read_text(encoding="utf-8")))


def value_rules(rule: Rule | None, part: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], ValueRule]]:
    """The rules over a value, with the part of the answer that each looks at."""
    if isinstance(rule, Parts):
        for code, inner in rule.parts.items():
            yield from value_rules(inner.rule, (*part, code))
    elif isinstance(rule, ValueRule):
        yield part, rule


RULES = [
    pytest.param(leaf, part, rule, id=f"{name} {'/'.join((leaf.code, *part))}")
    for name in SETS
    for leaf in framework(name).leaves
    for part, rule in value_rules(leaf.rule)
]
COMPARED = [each for each in RULES if isinstance(each.values[2], MinMax | RelativeToBest)]
ALONE = [each for each in RULES if each not in COMPARED]


def thresholds(rule: ValueRule) -> list[Decimal]:
    """The values at which a formula changes."""
    if isinstance(rule, Proportional):
        return [rule.full_at] if rule.floor is None else [rule.full_at, rule.floor]
    if isinstance(rule, Bands):
        return [start for start, _ in rule.bands]
    assert isinstance(rule, PerItem)
    return [rule.max_points / rule.points_each]


def value(leaf: Indicator, part: tuple[str, ...], rule: ValueRule, inputs: Inputs) -> Decimal | None:
    """What the rule measures in an answer, None behind a closed gate."""
    checked = check_inputs(leaf, inputs)
    for code in part:
        checked = checked[code]
    return None if rule.is_closed(checked) else rule.value.value(checked)


def nudged(inputs: Inputs, part: tuple[str, ...], rule: ValueRule) -> Iterator[Inputs]:
    """The answer with each of the rule's figures one step higher and one lower."""
    for name, declared in rule.declared.items():
        if declared.type == "boolean":
            continue
        for step in (1, -1) if declared.type == "integer" else (0.01, -0.01):
            changed = deepcopy(dict(inputs))
            own = changed
            for code in part:
                own = own[code]
            own[name] += step
            yield changed


def can_reach(
    leaf: Indicator, part: tuple[str, ...], rule: ValueRule, at: Inputs, threshold: Decimal
) -> tuple[bool, bool]:
    """Whether an answer next to the one at the threshold may lie below it, and above it."""
    below: set[bool] = set()
    for inputs in nudged(at, part, rule):
        try:
            reached = value(leaf, part, rule, inputs)
        except AnswerError:
            continue
        if reached is not None and reached != threshold:
            below.add(reached < threshold)
    return True in below, False in below


def surrounded(values: list[Decimal], threshold: Decimal) -> tuple[bool, bool]:
    """Whether there is a value just below, and one just above."""
    near = [each for each in values if abs(each - threshold) <= max(threshold * JUST, Decimal(1) * (not threshold))]
    return any(each < threshold for each in near), any(each > threshold for each in near)


@pytest.mark.parametrize("name", SETS)
def test_all_examples_hold(name: str) -> None:
    assert check_examples(framework(name)) == []


@pytest.mark.parametrize("name", SETS)
def test_the_leaves_with_examples_are_those_with_a_threshold(name: str) -> None:
    with_examples = {leaf.code for leaf in framework(name).leaves if leaf.examples}
    assert with_examples == {leaf.code for leaf in framework(name).leaves if list(value_rules(leaf.rule))}


@pytest.mark.parametrize(("leaf", "part", "rule"), ALONE)
def test_every_threshold_has_examples_at_just_below_and_just_above_it(
    leaf: Indicator, part: tuple[str, ...], rule: ValueRule
) -> None:
    measured = [(value(leaf, part, rule, example.inputs), example.inputs) for example in leaf.examples]
    values = [each for each, _ in measured if each is not None]
    for threshold in thresholds(rule):
        at = next((inputs for each, inputs in measured if each == threshold), None)
        assert at is not None, f"no example at {threshold}"
        found, possible = surrounded(values, threshold), can_reach(leaf, part, rule, at, threshold)
        assert [side for side, asked in zip(found, possible, strict=True) if asked and not side] == [], threshold


@pytest.mark.parametrize(("leaf", "part", "rule"), COMPARED)
def test_a_comparison_has_examples_at_just_below_and_just_above_the_best_of_the_others(
    leaf: Indicator, part: tuple[str, ...], rule: MinMax | RelativeToBest
) -> None:
    sign = -1 if isinstance(rule, MinMax) and rule.direction == "lower" else 1
    found = set()
    for example in leaf.examples:
        own = value(leaf, part, rule, example.inputs)
        others = [value(leaf, part, rule, inputs) for inputs in example.cohort]
        assert own is not None
        assert len(others) >= 2
        best = max((other for other in others if other is not None), key=lambda other: sign * other)
        if abs(own - best) <= best * JUST:
            better = sign * ((own > best) - (own < best))
            found.add(better)
            assert (example.points == leaf.max_points) == (better >= 0)
    assert found == {-1, 0, 1}


@pytest.mark.parametrize(("leaf", "part", "rule"), [each for each in COMPARED if isinstance(each.values[2], MinMax)])
def test_between_the_best_and_the_worst_there_is_an_example_of_the_worst(
    leaf: Indicator, part: tuple[str, ...], rule: MinMax
) -> None:
    sign = -1 if rule.direction == "lower" else 1
    worst = [
        example.points
        for example in leaf.examples
        if value(leaf, part, rule, example.inputs)
        == min(
            (other for inputs in example.cohort if (other := value(leaf, part, rule, inputs)) is not None),
            key=lambda other: sign * other,
        )
    ]
    assert len(worst) == 1
    assert worst == [0] or "bounds" in rule.document
