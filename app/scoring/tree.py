"""A compiled framework: its indicators in document order, and what the decree says beside them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from app.scoring.answers import ExemptionPolicy
from app.scoring.examples import Example
from app.scoring.inputs import InputDecl, Validation
from app.scoring.rules import Rule


@dataclass(frozen=True, slots=True)
class Grade:
    """A grade, reached from `from_share` (a share of the framework's points, 0 to 1) on."""

    code: str
    label: str
    from_share: Decimal


@dataclass(frozen=True, slots=True)
class Indicator:
    """One node of the tree. A leaf has a rule and is answered; every other node is the sum of its children.

    `ordinal` is the index in `Framework.indicators`, `depth` 0 for a pillar, `pillar` the code of the pillar
    above (a pillar's own), `path` the ordinals of the ancestors, nearest first, `children` the codes of the
    children. `slots` are the paths of the rules in a leaf that look at the cohort: "" is the leaf's own rule,
    "p1" part p1, "p1/p2" part p2 of it. Without any the leaf is `unit`-scoped: other units' answers never
    change its points.
    """

    code: str
    title: str
    ordinal: int
    parent: str | None
    depth: int
    pillar: str
    path: tuple[int, ...]
    children: tuple[str, ...]
    is_leaf: bool
    max_points: Decimal
    method: str | None = field(repr=False)
    rule: Rule | None = field(repr=False)
    inputs: Mapping[str, InputDecl] = field(repr=False)
    validations: tuple[Validation, ...] = field(repr=False)
    tags: frozenset[str]
    examples: tuple[Example, ...] = field(repr=False)
    slots: tuple[str, ...]
    scope: Literal["unit", "cohort"]

    @property
    def is_unscored(self) -> bool:
        """Whether this is a leaf that gives no points and takes no answer."""
        return self.rule is not None and self.rule.type == "unscored"


@dataclass(frozen=True, slots=True)
class Framework:
    """An index set of one level. `indicators` are all nodes in document order (pre-order).

    `sums` are the inner nodes, those below others first: the ordinal of each, and those of its children.
    """

    code: str
    version: int
    title: str
    level: str
    max_points: Decimal
    decimals: int
    grades: tuple[Grade, ...]
    exemptions: tuple[ExemptionPolicy, ...]
    indicators: tuple[Indicator, ...] = field(repr=False)
    by_code: Mapping[str, Indicator] = field(repr=False)
    leaves: tuple[Indicator, ...] = field(repr=False)
    pillars: tuple[Indicator, ...] = field(repr=False)
    sums: tuple[tuple[int, tuple[int, ...]], ...] = field(repr=False)


def exempted_by(framework: Framework, leaf: Indicator, traits: Collection[str]) -> ExemptionPolicy | None:
    """Return the first policy, in document order, that exempts every unit with one of `traits` from this
    leaf.
    """
    for policy in framework.exemptions:
        if policy.trait in traits and policy.tag in leaf.tags:
            return policy
    return None


def grade(framework: Framework, share: Decimal) -> str | None:
    """Return the code of the highest grade that a share of the framework's points reaches, None below all."""
    reached = [each for each in framework.grades if each.from_share <= share]
    return max(reached, key=lambda each: each.from_share).code if reached else None
