"""What is wrong with a framework document, an answer or an expression, said all at once."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: where (RFC 6901 pointer), which kind (snake_case, stable), and why."""

    pointer: str
    code: str
    detail: str


class _ProblemsError(ValueError):
    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{p.pointer or '/'}: {p.code}: {p.detail}" for p in self.problems))


class DocumentError(_ProblemsError):
    """A framework document that cannot be read; `problems` has every reason, pointing into the document."""


class AnswerError(_ProblemsError):
    """Inputs or awarded points that a leaf does not take; `problems` has every reason, pointing into them."""


class ExpressionError(ValueError):
    """An expression that is refused. `position` is the number of the character, counted from 1."""

    def __init__(self, code: str, detail: str, position: int) -> None:
        self.code = code
        self.detail = f"{detail} (at character {position})"
        self.position = position
        super().__init__(self.detail)


class ZeroDenominatorError(ArithmeticError):
    """A division by zero inside a `value`; the rule's `on_zero_denominator` decides what it means."""


class ValueOutOfRangeError(ArithmeticError):
    """A value of 1e26 or more, either side of zero: it cannot be held to 24 decimals."""


def child(pointer: str, key: str | int) -> str:
    """Return the pointer of `key` below `pointer`, escaped as RFC 6901 asks."""
    return f"{pointer}/{str(key).replace('~', '~0').replace('/', '~1')}"
