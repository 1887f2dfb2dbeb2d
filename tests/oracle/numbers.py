"""JSON read digit for digit, and the roundings that SCORING.md names."""

import json
from fractions import Fraction
from math import floor
from typing import Any

Json = dict[str, Any]


def exact(text: str) -> Any:
    """JSON with its fractions exactly as they are written."""
    return json.loads(text, parse_float=Fraction)


def half_even(value: Fraction, decimals: int) -> Fraction:
    return Fraction(round(value * 10**decimals), 10**decimals)


def half_up(value: Fraction, decimals: int) -> Fraction:
    """Halves go away from zero; nothing here is negative."""
    return Fraction(floor(value * 10**decimals + Fraction(1, 2)), 10**decimals)


def number(value: Any) -> Fraction:
    """A JSON number, or a figure typed as text, as a fraction; never through a float's binary digits."""
    return Fraction(str(value))
