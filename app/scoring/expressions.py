"""Arithmetic and comparisons over the inputs of a leaf, compiled once when the framework is read.

Python's own evaluator is never involved: no attribute, no call but `min` and `max`, no power, no comparison
inside a value. What is refused, and why, is told by `ExpressionError`.
"""

import operator
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation, Overflow
from typing import Any

from app.scoring.numbers import ZERO, fits, held
from app.scoring.parsing import Parser, Run
from app.scoring.problems import ValueOutOfRangeError, ZeroDenominatorError

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
        return _value(self.run, inputs)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A compiled validation such as `a <= b`: both sides to 24 decimals, then compared."""

    text: str
    names: frozenset[str]
    left: Run = field(repr=False, compare=False)
    sign: str = field(repr=False, compare=False)
    right: Run = field(repr=False, compare=False)

    def holds(self, inputs: Mapping[str, Any]) -> bool:
        """Say whether the comparison holds.

        A side that divides by zero refuses nothing: what such an answer means is for the rule's
        `on_zero_denominator` to say, which a refusal here would make unreachable.
        """
        try:
            return _COMPARE[self.sign](_value(self.left, inputs), _value(self.right, inputs))
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
    return Comparison(text, frozenset(parser.used), left, sign, right)


def _value(run: Run, inputs: Mapping[str, Any]) -> Decimal:
    try:
        value = run(inputs)
    except (Overflow, InvalidOperation) as error:
        raise ValueOutOfRangeError from error
    if not fits(value):
        raise ValueOutOfRangeError
    return held(value)
