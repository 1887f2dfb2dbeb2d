"""The value of an expression in exact fractions, written from SCORING.md alone."""

import re
from collections.abc import Callable, Mapping
from fractions import Fraction

_TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d*)?|\.\d+)|([A-Za-z_]\w*)|([-+*/(),]))")
_CHOOSERS: Mapping[str, Callable[[list[Fraction]], Fraction]] = {"min": min, "max": max}


def evaluate(text: str, inputs: Mapping[str, Fraction]) -> Fraction:
    """What `text` gives for `inputs`; ZeroDivisionError where it divides by zero, ValueError where it is none."""
    reader = _Reader(text, inputs)
    value = reader.sum()
    if reader.tokens:
        message = f"{reader.tokens} is left of '{text}'"
        raise ValueError(message)
    return value


class _Reader:
    """Recursive descent: a sum of products of signed factors."""

    def __init__(self, text: str, inputs: Mapping[str, Fraction]) -> None:
        self.tokens = _tokens(text)
        self.inputs = inputs

    def sum(self) -> Fraction:
        value = self.product()
        while self.tokens and self.tokens[0] in {"+", "-"}:
            value = value + self.product() if self.take() == "+" else value - self.product()
        return value

    def product(self) -> Fraction:
        value = self.factor()
        while self.tokens and self.tokens[0] in {"*", "/"}:
            value = value * self.factor() if self.take() == "*" else value / self.factor()
        return value

    def factor(self) -> Fraction:
        token = self.take()
        if token == "-":
            return -self.factor()
        if token == "(":
            value = self.sum()
            self.expect(")")
            return value
        if token in _CHOOSERS:
            return _CHOOSERS[token](self.arguments())
        return Fraction(token) if token[0] in "0123456789." else self.inputs[token]

    def arguments(self) -> list[Fraction]:
        self.expect("(")
        values = [self.sum()]
        while self.tokens[0] == ",":
            self.take()
            values.append(self.sum())
        self.expect(")")
        return values

    def take(self) -> str:
        return self.tokens.pop(0)

    def expect(self, token: str) -> None:
        if (found := self.take()) != token:
            message = f"'{found}' where '{token}' is due"
            raise ValueError(message)


def _tokens(text: str) -> list[str]:
    found, at = [], 0
    while text[at:].strip():
        match = _TOKEN.match(text, at)
        if match is None:
            message = f"unreadable from {at} on: '{text}'"
            raise ValueError(message)
        found.append(match[0].strip())
        at = match.end()
    return found
