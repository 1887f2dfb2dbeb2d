"""Writes that nothing has to see yet, sent together: a round trip costs as much as the write itself."""

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import fetch

_PLACEHOLDER = re.compile(r"\$(\d+)")


class Statement(NamedTuple):
    """An INSERT, UPDATE or DELETE without a WITH of its own, its parameters written `$1`, `$2` and so on."""

    sql: str
    values: tuple[Any, ...]


class Pending:
    """The writes of one transaction that wait to be sent. Whoever has to see them sends them first.

    Those that are sent together see one snapshot, none what another writes; foreign keys are held at the end.
    """

    def __init__(self) -> None:
        self._statements: list[Statement] = []

    def add(self, *statements: Statement) -> None:
        """Let these wait."""
        self._statements += statements

    async def send(self, session: AsyncSession, *last: Statement) -> Sequence[Any]:
        """Send what waits, together with these; the rows that the last one returns."""
        statements = [*self._statements, *last]
        self._statements.clear()
        if not statements:
            return []
        sql = _together(tuple(statement.sql for statement in statements))
        return await fetch(session, sql, *(value for statement in statements for value in statement.values))


@lru_cache(64)
def _together(texts: tuple[str, ...]) -> str:
    """One statement of several: all but the last are queries of a WITH, their parameters numbered on."""
    shifted, taken = [], 0
    for text in texts:
        numbers = [int(number) for number in _PLACEHOLDER.findall(text)]
        shifted.append(_PLACEHOLDER.sub(lambda found, by=taken: f"${int(found[1]) + by}", text))  # type: ignore[misc]
        taken += max(numbers, default=0)
    *first, last = shifted
    if not first:
        return last
    queries = ", ".join(f"w{place} AS ({text})" for place, text in enumerate(first, 1))
    return f"WITH {queries} {last}"
