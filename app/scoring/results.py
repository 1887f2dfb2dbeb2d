"""What a rule yields for one answer, with everything that a receipt has to show."""

from collections.abc import Mapping
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NamedTuple

from app.scoring.figures import Figures

_NONE: Mapping[str, Any] = MappingProxyType({})


class Goalpost(NamedTuple):
    """One bound that a value was measured against, and where it came from."""

    value: Decimal
    source: Literal["fixed", "benchmark", "cohort"]


class RuleResult(NamedTuple):
    """The outcome of one rule: `share` in [0, 1] to 24 decimals, or None when it is undetermined.

    `value` is the expression's, `raw_share` the share before clamping. `slot` is the path of a rule that
    looks at the cohort (else None), `figures` what it saw, `goalposts` (`min`, `max` or `best`) the bounds it
    used. `gated`: a false gate made the share 0. `zero_denominator`: `on_zero_denominator` made it what it
    is. A tuple, as all results: hundreds are made for one write.
    """

    share: Decimal | None
    raw_share: Decimal | None = None
    value: Decimal | None = None
    slot: str | None = None
    figures: Figures | None = None
    goalposts: Mapping[str, Goalpost] = _NONE
    parts: Mapping[str, "RuleResult"] = _NONE
    gated: bool = False
    zero_denominator: bool = False


class LeafScore(NamedTuple):
    """The points of one leaf: 6 decimals, `share` = points over the leaf's maximum as the rule gave it.

    `state`: not_reported, reported, undetermined, exempt, rejected, awarded or unscored. `result` is there
    only for reported and undetermined.
    """

    state: str
    points: Decimal
    share: Decimal
    result: RuleResult | None = None
