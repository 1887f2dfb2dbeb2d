"""One JSON text per value: what is hashed, chained and stored."""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from hashlib import sha256
from math import isfinite
from typing import Any

import orjson
import rfc8785

_SAFE_INTEGER = 2**53 - 1
# Made once: a row of answers is read a column at a time.
_DECODER = json.JSONDecoder(parse_float=Decimal)
# Without any of these there is no number that would become a Decimal, or that orjson would round.
_EXACT = re.compile(r"\d[.eE]|\d{16}")
# Between these, Python and ECMAScript write a double the same way.
_PLAIN_FROM, _PLAIN_BELOW = 1e-4, 2**53


class _UnusualError(Exception):
    """The value holds something on which the C encoder and RFC 8785 could differ."""


def canonical(value: Any) -> bytes:
    """The RFC 8785 text of `value` in UTF-8.

    Numbers are IEEE doubles there: 15 significant digits survive exactly. Raises ValueError for NaN,
    infinity, an integer beyond 2**53 - 1 and text that is not Unicode; TypeError for what JSON has not.
    """
    try:
        plain = _ordinary(value)
    except _UnusualError:
        return rfc8785.dumps(_plain(value))
    # Many times as fast as rfc8785, and this runs while the cohort is locked; a test holds the two together.
    try:
        return orjson.dumps(plain, option=orjson.OPT_SORT_KEYS)
    except orjson.JSONEncodeError as error:
        raise ValueError(str(error)) from error


def digest(value: Any) -> str:
    """SHA-256 of the canonical text, as 64 lower-case hex digits."""
    return sha256(canonical(value)).hexdigest()


def dumps(value: Any) -> str:
    """Compact JSON in the order given, Decimals as numbers. Raises ValueError for a Decimal that is not finite."""
    try:
        return orjson.dumps(value, default=_number).decode()
    except orjson.JSONEncodeError:
        # What orjson does not take (lone surrogates, integers beyond 64 bits), or nobody does: this one tells.
        return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_number)


def loads(text: str | bytes) -> Any:
    """JSON back to values; a number with a fraction or an exponent becomes a Decimal, digit for digit."""
    text = text if isinstance(text, str) else text.decode()
    return _DECODER.decode(text) if _EXACT.search(text) else orjson.loads(text)


def _number(value: Any) -> int | float:
    if not isinstance(value, Decimal):
        raise TypeError(f"{type(value).__name__} is not JSON")
    if not value.is_finite():
        raise ValueError("Out of range float values are not JSON compliant")
    number = float(value)
    return int(number) if number.is_integer() and abs(number) <= _SAFE_INTEGER else number


def _ordinary(value: Any) -> Any:
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is Decimal or kind is float:
        return _ordinary_number(float(value))
    if kind is dict:
        if not all(key.isascii() for key in value):
            raise _UnusualError  # RFC 8785 sorts by UTF-16 units, Python by code points
        return {key: _ordinary(item) for key, item in value.items()}
    if kind is list or kind is tuple:
        return [_ordinary(item) for item in value]
    if kind is int:
        return _safe_integer(value)
    raise _UnusualError


def _ordinary_number(value: float) -> int | float:
    if value.is_integer() and abs(value) <= _SAFE_INTEGER:
        return int(value)
    if not _PLAIN_FROM <= abs(value) < _PLAIN_BELOW:
        raise _UnusualError
    return value


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return _safe_integer(value)
    if isinstance(value, float | Decimal):
        return _plain_float(float(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    raise TypeError(f"{type(value).__name__} is not JSON")


def _safe_integer(value: int) -> int:
    if abs(value) > _SAFE_INTEGER:
        raise ValueError("an integer beyond 2**53 - 1 has no canonical form")
    return value


def _plain_float(value: float) -> int | float:
    if not isfinite(value):
        raise ValueError("NaN and infinity have no canonical form")
    return int(value) if value.is_integer() and abs(value) <= _SAFE_INTEGER else value
