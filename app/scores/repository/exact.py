"""Exact numbers on their way into PostgreSQL."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any


def exactly(value: Any) -> Any:
    """Decimals as text, for `numeric` columns read out of JSON: 24 decimals do not survive a JSON number."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: exactly(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exactly(item) for item in value]
    return value


def array_text(values: Iterable[Decimal | str | None]) -> str:
    """An array of numbers, or of words that need no quotes, as PostgreSQL reads it: faster than as binary numerics."""
    return f"{{{','.join(['NULL' if value is None else str(value) for value in values])}}}"
