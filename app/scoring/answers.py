"""What can be known about one leaf of one unit, on one basis (`self` or `assessed`)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, NamedTuple, TypeAlias

# As `check_inputs` returns them: Decimal, bool, str, list of str, and one nested dict per part.
Inputs: TypeAlias = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ExemptionPolicy:
    """How a framework treats units that a criterion does not fit (QĐ 2554, VII.2-4).

    With `trait`: every unit that has it is exempt from each leaf bearing `tag`. Without: granted one by one.
    `cohort_best` gives the highest points of the cohort's non-exempt units on that leaf, `full` the leaf's
    maximum.
    """

    code: str
    trait: str | None
    tag: str | None
    policy: Literal["cohort_best", "full"]
    citation: str


class Reported(NamedTuple):
    """Inputs that a unit reported, or a reviewer's in their place; scored by the leaf's rule."""

    inputs: Mapping[str, Any]


class Awarded(NamedTuple):
    """Points from outside the rule: a ministry's published table, a council's decision. `source` names it."""

    points: Decimal
    source: str


class Rejected(NamedTuple):
    """A reviewer's verdict against what was reported: 0 points, for `reason`."""

    inputs: Mapping[str, Any]
    reason: str


class Exempt(NamedTuple):
    """The unit is not measured on this leaf; `policy` says which points it gets instead."""

    policy: ExemptionPolicy


Answer: TypeAlias = Reported | Awarded | Rejected | Exempt | None
