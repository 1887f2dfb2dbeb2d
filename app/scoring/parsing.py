"""Read the text of an expression into nested closures: a tokenizer and a parser by precedence.

    comparison := sum ("<" | "<=" | ">" | ">=" | "==" | "!=") sum
    sum        := product (("+" | "-") product)*
    product    := factor (("*" | "/") factor)*
    factor     := "-" factor | numeral | name | ("min" | "max") "(" sum ("," sum)* ")" | "(" sum ")"

Every opening (parenthesis, call, sign) is counted against a depth, so a hostile text cannot exhaust the
stack.
"""

from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from operator import itemgetter
from typing import Any

from app.scoring.numbers import CONTEXT
from app.scoring.problems import ExpressionError, ZeroDenominatorError
from app.scoring.tokens import Token, tokens_of

_divide = CONTEXT.divide

MAX_NODES = 100
MAX_DEPTH = 20
COMPARISONS = ("<", "<=", ">", ">=", "==", "!=")
FUNCTIONS = ("min", "max")

Run = Callable[[Mapping[str, Any]], Decimal]


class Parser:
    """Reads one text once. `names` may be used; `booleans` are known inputs that are no numbers."""

    def __init__(self, text: str, names: Collection[str], booleans: Collection[str] = ()) -> None:
        self.used: set[str] = set()
        self._tokens = tokens_of(text)
        self._names = names
        self._booleans = booleans
        self._next = 0
        self._nodes = 0
        self._depth = 0

    def value(self) -> Run:
        """Read the whole text as one value."""
        run = self._sum()
        self._refuse_comparison()
        self._end()
        return run

    def comparison(self) -> tuple[Run, str, Run]:
        """Read the whole text as one comparison of two values."""
        left = self._sum()
        sign = self._take()
        if sign.text not in COMPARISONS:
            raise ExpressionError("comparison_missing", "a validation compares two values", sign.position)
        right = self._sum()
        self._end()
        return left, sign.text, right

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _take(self) -> Token:
        token = self._token
        self._next += 1
        return token

    def _end(self) -> None:
        if self._token.kind != "end":
            raise self._unexpected()

    def _expect(self, sign: str) -> None:
        self._refuse_comparison()
        if self._token.text != sign:
            raise self._unexpected()
        self._next += 1

    def _refuse_comparison(self) -> None:
        if self._token.text in COMPARISONS:
            raise ExpressionError("comparison_in_value", "a comparison is not a value", self._token.position)

    def _unexpected(self) -> ExpressionError:
        found = repr(self._token.text) if self._token.text else "the end"
        return ExpressionError("expression_syntax", f"{found} is not expected here", self._token.position)

    def _count(self, token: Token) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            raise ExpressionError("too_many_nodes", f"more than {MAX_NODES} terms and signs", token.position)

    def _open(self, token: Token) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            raise ExpressionError("too_deep", f"nested more than {MAX_DEPTH} deep", token.position)

    def _sum(self) -> Run:
        left = self._product()
        while self._token.text in ("+", "-"):
            sign = self._take()
            self._count(sign)
            left = _join(sign.text, left, self._product())
        return left

    def _product(self) -> Run:
        left = self._factor()
        while self._token.text in ("*", "/"):
            sign = self._take()
            self._count(sign)
            left = _join(sign.text, left, self._factor())
        return left

    def _factor(self) -> Run:
        token = self._token
        if token.kind == "number":
            self._count(self._take())
            return _constant(Decimal(token.text))
        if token.kind == "name":
            self._count(self._take())
            return self._call(token) if self._token.text == "(" else self._name(token)
        if token.text not in ("-", "("):
            raise self._unexpected()
        self._open(self._take())
        run = self._negative(token) if token.text == "-" else self._group()
        self._depth -= 1
        return run

    def _negative(self, sign: Token) -> Run:
        self._count(sign)
        operand = self._factor()
        return lambda inputs: CONTEXT.minus(operand(inputs))

    def _group(self) -> Run:
        run = self._sum()
        self._expect(")")
        return run

    def _name(self, token: Token) -> Run:
        if token.text in self._booleans:
            detail = f"'{token.text}' is true or false, not a number"
            raise ExpressionError("boolean_in_arithmetic", detail, token.position)
        if token.text not in self._names:
            raise ExpressionError("unknown_name", f"'{token.text}' is not a declared input", token.position)
        self.used.add(token.text)
        return itemgetter(token.text)

    def _call(self, function: Token) -> Run:
        if function.text not in FUNCTIONS:
            raise ExpressionError("unknown_function", f"'{function.text}' is neither min nor max", function.position)
        self._open(self._take())
        arguments = [self._sum()]
        while self._token.text == ",":
            self._next += 1
            arguments.append(self._sum())
        self._expect(")")
        self._depth -= 1
        pick = min if function.text == "min" else max
        return lambda inputs: pick([argument(inputs) for argument in arguments])


def _constant(number: Decimal) -> Run:
    return lambda _: number


def _join(sign: str, left: Run, right: Run) -> Run:
    if sign == "/":
        return _quotient(left, right)
    combine = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply}[sign]
    return lambda inputs: combine(left(inputs), right(inputs))


def _quotient(left: Run, right: Run) -> Run:
    def divide(inputs: Mapping[str, Any]) -> Decimal:
        numerator, denominator = left(inputs), right(inputs)
        if not denominator:
            raise ZeroDenominatorError
        return _divide(numerator, denominator)

    return divide
