"""Aggregates over scorecards, by Python's statistics."""

import statistics
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from tests.oracle.numbers import Json, half_up

FIGURES = ("mean", "min", "q1", "median", "q3", "max", "stdev")
_NOT_COVERED = {"not_reported", "unscored"}


def distributions(cards: Sequence[Json], decimals: int = 2) -> list[Json]:
    """The total's distribution and every node's, as `/v1/aggregates` shows them."""
    codes = [node["code"] for node in cards[0]["indicators"]]
    below = {code: _leaves_below(cards[0], code) for code in codes}
    whole = _distribution(
        "", cards, [card["points"] for card in cards], {leaf for code in codes for leaf in below[code]}
    )
    return [
        {name: _shown(name, value, decimals) for name, value in found.items()}
        for found in [
            whole,
            *(
                _distribution(code, cards, [card["indicators"][at]["points"] for card in cards], below[code])
                for at, code in enumerate(codes)
            ),
        ]
    ]


def _leaves_below(card: Json, code: str) -> set[str]:
    children = [node["code"] for node in card["indicators"] if node["parent"] == code]
    return {leaf for child in children for leaf in _leaves_below(card, child)} if children else {code}


def _distribution(code: str, cards: Sequence[Json], points: list[Any], leaves: set[str]) -> Json:
    covered = [
        sum((_covered(node) for node in card["indicators"] if node["code"] in leaves), Fraction(0)) for card in cards
    ]
    answerable = sum(
        (Fraction(n["max_points"]) for n in cards[0]["indicators"] if n["code"] in leaves and n["state"] != "unscored"),
        Fraction(0),
    )
    counted = [Fraction(value) for value, share in zip(points, covered, strict=True) if share > 0]
    share = sum(covered, Fraction(0)) / (answerable * len(cards)) if answerable else Fraction(1)
    return {"code": code, "n": len(counted), **_figures(counted), "coverage": share}


def _covered(node: Json) -> Fraction:
    return Fraction(0) if node["state"] in _NOT_COVERED else Fraction(node["max_points"])


def _figures(points: list[Fraction]) -> Json:
    if not points:
        return dict.fromkeys(FIGURES)
    quartiles = statistics.quantiles(points, n=4, method="inclusive") if len(points) > 1 else points * 3
    spread = statistics.pstdev([Decimal(p.numerator) / p.denominator for p in points])
    values = (statistics.mean(points), min(points), *quartiles, max(points), Fraction(spread))
    return dict(zip(FIGURES, values, strict=True))


def _shown(name: str, value: Any, decimals: int) -> Any:
    if value is None or name in {"code", "n"}:
        return value
    return half_up(Fraction(value), 6 if name == "coverage" else decimals)
