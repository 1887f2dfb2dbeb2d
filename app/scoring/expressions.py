"""Arithmetic and comparisons over the inputs of a leaf, compiled once when the framework is read.

Python's own evaluator is never involved: no attribute, no call but `min` and `max`, no power, no comparison
inside a value. What is refused, and why, is told by `ExpressionError`.
"""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation, Overflow
from operator import itemgetter
from typing import Any

from app.scoring.numbers import ZERO, held
from app.scoring.parsing import Parser, Run
from app.scoring.problems import ValueOutOfRangeError, ZeroDenominatorError

_ORDERS: dict[str, Callable[[Decimal, Decimal], bool]] = {"<=": operator.le, ">=": operator.ge}
_COMPARE: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


@dataclass(frozen=True, slots=True)
class Expression:
    """A compiled value: its text, the inputs it uses, and the closure that computes it."""

    text: str
    names: frozenset[str]
    run: Run = field(repr=False, compare=False)

    def value(self, inputs: Mapping[str, Any]) -> Decimal:
        """Return the value to 24 decimals, for inputs as `check_inputs` returns them.

        Raises ZeroDenominatorError for a division by zero anywhere in it, ValueOutOfRangeError from 1e26 on.
        """
        try:
            return held(self.run(inputs))
        except (Overflow, InvalidOperation) as error:
            raise ValueOutOfRangeError from error


@dataclass(frozen=True, slots=True)
class Comparison:
    """A compiled validation such as `a <= b`: both sides to 24 decimals, then compared."""

    text: str
    names: frozenset[str]
    left: Expression = field(repr=False, compare=False)
    sign: str = field(repr=False, compare=False)
    right: Expression = field(repr=False, compare=False)
    plain: Callable[[Decimal, Decimal], bool] | None = field(repr=False, compare=False)

    def holds(self, inputs: Mapping[str, Any]) -> bool:
        """Say whether the comparison holds.

        A side that divides by zero refuses nothing: what such an answer means is for the rule's
        `on_zero_denominator` to say, which a refusal here would make unreachable.
        """
        # Rounding never turns an order around: two inputs that are in it as they are need not be rounded first.
        if self.plain is not None and self.plain(self.left.run(inputs), self.right.run(inputs)):
            return True
        try:
            return _COMPARE[self.sign](self.left.value(inputs), self.right.value(inputs))
        except ZeroDenominatorError:
            return True


NO_EXPRESSION = Expression("", frozenset(), lambda _: ZERO)


def compile_expression(text: str, names: Collection[str], booleans: Collection[str] = ()) -> Expression:
    """Compile a `value` over the inputs `names`; raise ExpressionError with code, detail and position.

    Codes: `expression_syntax`, `expression_too_long`, `too_many_nodes`, `too_deep`, `unknown_name`,
    `unknown_function`, `boolean_in_arithmetic` (a name in `booleans`), `comparison_in_value`.
    """
    parser = Parser(text, names, booleans)
    run = parser.value()
    return Expression(text, frozenset(parser.used), run)


def compile_comparison(text: str, names: Collection[str], booleans: Collection[str] = ()) -> Comparison:
    """Compile a validation: exactly one comparison of two values. Adds the code `comparison_missing`."""
    parser = Parser(text, names, booleans)
    left, sign, right = parser.comparison()
    names = frozenset(parser.used)
    are_inputs = isinstance(left, itemgetter) and isinstance(right, itemgetter)
    plain = _ORDERS.get(sign) if are_inputs else None
    return Comparison(text, names, Expression(text, names, left), sign, Expression(text, names, right), plain)
