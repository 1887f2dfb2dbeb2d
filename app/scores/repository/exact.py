"""Exact numbers on their way into PostgreSQL."""

from collections.abc import Mapping
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
