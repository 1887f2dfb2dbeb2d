"""Exact numbers: one explicit context, and the few places where a figure is rounded.

A value and a share are held to 24 decimals before they are compared or multiplied, so that `a/3*3` meets a
threshold of 1 exactly; points are rounded half up to 6. No float gets past `to_decimal`.
"""

from decimal import (
    ROUND_HALF_EVEN,
    ROUND_HALF_UP,
    Context,
    Decimal,
    DivisionByZero,
    InvalidOperation,
    Overflow,
)
from functools import reduce
from math import isfinite

CONTEXT = Context(prec=50, rounding=ROUND_HALF_EVEN, traps=[InvalidOperation, DivisionByZero, Overflow])
ZERO = Decimal(0)
ONE = Decimal(1)
ZERO_POINTS = Decimal("0.000000")
LARGEST = Decimal("1e15")
LARGEST_INTEGER = 10**15 - 1
POINT_DECIMALS = 6

_HALF_UP = Context(prec=50, rounding=ROUND_HALF_UP, traps=[InvalidOperation, DivisionByZero, Overflow])
_quantize = CONTEXT.quantize
_round = _HALF_UP.quantize
_divide = CONTEXT.divide
_multiply = CONTEXT.multiply
_VALUE = Decimal("1e-24")
_GUARD = Decimal("1e-18")
_POINT = Decimal("1e-6")
_LAST_PLACE = [Decimal(1).scaleb(-decimals) for decimals in range(25)]


class NotANumberError(ValueError):
    """Something that the engine does not take as a number; `code` says which way."""

    def __init__(self, code: str, detail: str) -> None:
        self.code = code
        self.detail = detail
        super().__init__(detail)


def to_decimal(number: object) -> Decimal:
    """Return an int, a finite float (by its shortest repr) or a finite Decimal as a Decimal below 1e15.

    Raises NotANumberError: `not_a_number` (text, booleans, null), `not_finite`, `number_out_of_range`.
    """
    if type(number) is int and -LARGEST_INTEGER <= number <= LARGEST_INTEGER:  # most are
        return Decimal(number)
    if isinstance(number, Decimal):
        if not number.is_finite():
            raise NotANumberError("not_finite", "neither NaN nor an infinity is a number here")
        return _in_range(number)
    if isinstance(number, int) and not isinstance(number, bool):
        # Compared before it is converted: converting a huge int costs time quadratic in its digits.
        return Decimal(number) if abs(number) < LARGEST else _in_range(LARGEST)
    if isinstance(number, float):
        if not isfinite(number):
            raise NotANumberError("not_finite", "neither NaN nor an infinity is a number here")
        return _in_range(Decimal(repr(number)))
    raise NotANumberError("not_a_number", "a number is needed here")


def _in_range(number: Decimal) -> Decimal:
    if number.copy_abs() >= LARGEST:
        raise NotANumberError("number_out_of_range", "numbers stay below 1e15, either side of zero")
    return number or ZERO  # -0 becomes 0


def held(value: Decimal) -> Decimal:
    """Return a value to 24 decimals, half even; `-0` becomes 0.

    InvalidOperation from 1e26 on: 50 digits hold no more.
    """
    return _quantize(value, _VALUE) if value else ZERO


def ratio(numerator: Decimal, denominator: Decimal) -> Decimal:
    """Return a quotient to 24 decimals; one too large for that keeps its 50 digits (it is clamped anyhow)."""
    quotient = _divide(numerator, denominator)
    try:
        return held(quotient)
    except InvalidOperation:
        return quotient


def clamped(share: Decimal) -> Decimal:
    """Return the share, moved into [0, 1]."""
    if share >= ONE:
        return ONE
    return max(ZERO, share)


def points_of(share: Decimal, max_points: Decimal) -> Decimal:
    """Return share x max_points, half up to 6 decimals.

    A share such as 1/3 is cut at its 24th decimal; the product is brought to 18 decimals first, so that a
    figure that is exactly half a millionth is seen as one and goes up, as it would in fractions.
    """
    if not share:  # most are this or 1, and both are exact
        return ZERO_POINTS
    if share == ONE:
        return to_points(max_points)
    return to_points(_quantize(_multiply(share, max_points), _GUARD))


def to_points(points: Decimal) -> Decimal:
    """Return points half up to 6 decimals."""
    return _round(points, _POINT)


def round_half_up(number: Decimal, decimals: int) -> Decimal:
    """Return a figure as it is shown, half up to `decimals` places."""
    return _round(number, _LAST_PLACE[decimals])


def has_more_decimals(number: Decimal, decimals: int) -> bool:
    """Say whether a figure has a digit other than 0 beyond `decimals` places."""
    return number != round_half_up(number, decimals)


def total(numbers: "list[Decimal] | tuple[Decimal, ...]") -> Decimal:
    """Return an exact sum (`sum()` would use whatever context the thread has)."""
    return reduce(CONTEXT.add, numbers, ZERO)
