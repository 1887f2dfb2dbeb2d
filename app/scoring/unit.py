"""One unit: the points, the coverage and the state of every node."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from app.scoring.numbers import CONTEXT, ONE, ZERO, ZERO_POINTS
from app.scoring.results import LeafScore
from app.scoring.tree import Framework, Indicator

_SHARE = Decimal("1e-6")
_MISSING = ("not_reported", "unscored")


@dataclass(frozen=True, slots=True)
class UnitScore:
    """Points, covered points and states by `Indicator.ordinal`; inner nodes have the state None.

    `covered` are the maximum points of the leaves (unscored ones aside) that are reported, undetermined,
    rejected, awarded or exempt. `total` and `total_covered` are the sums over the pillars.
    """

    points: tuple[Decimal, ...]
    covered: tuple[Decimal, ...]
    states: tuple[str | None, ...]
    total: Decimal
    total_covered: Decimal


def score_unit(framework: Framework, leaf_scores: Mapping[str, LeafScore]) -> UnitScore:
    """Add the leaves' points up to every node above them; a leaf that `leaf_scores` lacks is not reported."""
    size = len(framework.indicators)
    points, covered = [ZERO_POINTS] * size, [ZERO] * size
    states: list[str | None] = [None] * size
    for leaf in framework.leaves:
        score = leaf_scores.get(leaf.code)
        state = score.state if score else _unanswered(leaf)
        states[leaf.ordinal] = state
        if score is None or state in _MISSING:
            continue
        _add(points, leaf, score.points)
        _add(covered, leaf, leaf.max_points)
    return UnitScore(
        tuple(points),
        tuple(covered),
        tuple(states),
        _over_pillars(framework, points),
        _over_pillars(framework, covered),
    )


def _unanswered(leaf: Indicator) -> str:
    return "unscored" if leaf.is_unscored else "not_reported"


def _add(sums: list[Decimal], leaf: Indicator, amount: Decimal) -> None:
    sums[leaf.ordinal] = amount
    for ordinal in leaf.path:
        sums[ordinal] = CONTEXT.add(sums[ordinal], amount)


def _over_pillars(framework: Framework, sums: list[Decimal]) -> Decimal:
    result = ZERO
    for pillar in framework.pillars:
        result = CONTEXT.add(result, sums[pillar.ordinal])
    return result


def answerable(framework: Framework) -> tuple[Decimal, ...]:
    """Return, by ordinal, the points of the leaves at or below each node that can be answered."""
    sums = [ZERO] * len(framework.indicators)
    for leaf in framework.leaves:
        if not leaf.is_unscored:
            _add(sums, leaf, leaf.max_points)
    return tuple(sums)


def coverage(covered: Decimal, answerable: Decimal) -> Decimal:
    """Return the share of answerable points that is covered, half up to 6 decimals; 1 when nothing is
    answerable.
    """
    if not answerable:
        return ONE
    return CONTEXT.divide(covered, answerable).quantize(_SHARE, rounding=ROUND_HALF_UP, context=CONTEXT)
