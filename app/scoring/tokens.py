"""Split the text of an expression into words: numerals, names, signs."""

import re
from dataclasses import dataclass

from app.scoring.problems import ExpressionError

MAX_LENGTH = 500
_TOKEN = re.compile(
    r"(?P<number>[0-9]+(?:\.[0-9]+)?)|(?P<name>[a-z_][a-z0-9_]*)|(?P<sign><=|>=|==|!=|[-+*/(),<>])", re.ASCII
)
_BLANKS = re.compile(r"[ \t\r\n]*")


@dataclass(frozen=True, slots=True)
class Token:
    """One word of an expression; `position` counts characters from 1. The last token is of kind `end`."""

    kind: str
    text: str
    position: int


def tokens_of(text: str) -> list[Token]:
    """Split an expression into tokens; raise ExpressionError for length and for characters outside the
    grammar.
    """
    if len(text) > MAX_LENGTH:
        raise ExpressionError("expression_too_long", f"{len(text)} characters, {MAX_LENGTH} at most", MAX_LENGTH + 1)
    tokens: list[Token] = []
    at = _after_blanks(text, 0)
    while at < len(text):
        found = _TOKEN.match(text, at)
        if found is None:
            raise ExpressionError("expression_syntax", f"{text[at]!r} has no meaning here", at + 1)
        tokens.append(Token(str(found.lastgroup), found.group(), at + 1))
        at = _after_blanks(text, found.end())
    tokens.append(Token("end", "", len(text) + 1))
    return tokens


def _after_blanks(text: str, at: int) -> int:
    blanks = _BLANKS.match(text, at)
    return blanks.end() if blanks else at
