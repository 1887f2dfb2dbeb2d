"""One unit: the points, the coverage and the state of every node."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

from app.scoring.numbers import CONTEXT, ONE, ZERO, ZERO_POINTS, total
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


class Covered(NamedTuple):
    """States and covered points by `Indicator.ordinal`, and the sum over the pillars."""

    states: tuple[str | None, ...]
    points: tuple[Decimal, ...]
    total: Decimal


Known = dict[tuple[str | None, ...], Covered]


def score_unit(framework: Framework, leaf_scores: Mapping[str, LeafScore], known: Known | None = None) -> UnitScore:
    """Add the leaves' points up to every node above them; a leaf that `leaf_scores` lacks is not reported.

    What is covered follows from the states: `known` keeps it for the units of one framework, which are alike.
    """
    points = [ZERO_POINTS] * len(framework.indicators)
    states: list[str | None] = [None] * len(framework.indicators)
    for leaf in framework.leaves:
        score = leaf_scores.get(leaf.code)
        if score is None:
            states[leaf.ordinal] = _unanswered(leaf)
            continue
        states[leaf.ordinal] = score.state
        if score.state not in _MISSING:
            points[leaf.ordinal] = score.points
    total_points = _add_up(framework, points)
    covered = _cover(framework, tuple(states), {} if known is None else known)
    return UnitScore(tuple(points), covered.points, covered.states, total_points, covered.total)


def _cover(framework: Framework, states: tuple[str | None, ...], known: Known) -> Covered:
    found = known.get(states)
    if found is None:
        sums = [ZERO] * len(states)
        for leaf in framework.leaves:
            if states[leaf.ordinal] not in _MISSING:
                sums[leaf.ordinal] = leaf.max_points
        all_covered = _add_up(framework, sums)
        found = known[states] = Covered(states, tuple(sums), all_covered)
    return found


def _unanswered(leaf: Indicator) -> str:
    return "unscored" if leaf.is_unscored else "not_reported"


def _add_up(framework: Framework, sums: list[Decimal]) -> Decimal:
    """Fill in every node above the leaves, and return the sum over the pillars."""
    for ordinal, children in framework.sums:
        sums[ordinal] = total([sums[child] for child in children])
    return total([sums[pillar.ordinal] for pillar in framework.pillars])


def answerable(framework: Framework) -> tuple[Decimal, ...]:
    """Return, by ordinal, the points of the leaves at or below each node that can be answered."""
    sums = [ZERO] * len(framework.indicators)
    for leaf in framework.leaves:
        if not leaf.is_unscored:
            sums[leaf.ordinal] = leaf.max_points
    _add_up(framework, sums)
    return tuple(sums)


def coverage(covered: Decimal, answerable: Decimal) -> Decimal:
    """Return the share of answerable points that is covered, half up to 6 decimals; 1 when nothing is
    answerable.
    """
    if not answerable:
        return ONE
    return CONTEXT.divide(covered, answerable).quantize(_SHARE, rounding=ROUND_HALF_UP, context=CONTEXT)
