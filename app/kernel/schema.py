"""Field types of every request and response: what may pass the door, and how it is written."""

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from math import isfinite
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    JsonValue,
    PlainSerializer,
    PlainValidator,
    Strict,
    StringConstraints,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

T = TypeVar("T")
_EXACT = Context(prec=60)
_DIGITS = 17  # the most that an IEEE double is written with, and so what a JSON parser carries unharmed
_DECIMALS = 20
_POINT_DECIMALS = 6
_BOUND = Decimal(10) ** 15
_ISO_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt]", re.ASCII)
_ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# The same for readers of the document, to whom \r is a line's end: no control characters, and not only white space.
_NO_CONTROL = r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]"
_TEXT = rf"^{_NO_CONTROL}*[^\s\u0000-\u001f\u007f-\u009f]{_NO_CONTROL}*$"


class Schema(BaseModel):
    """Base of every request and response: unknown fields are refused, values do not change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


def _number(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise PydanticCustomError("number_type", "Must be a JSON number")
    if isinstance(value, float) and not isfinite(value):
        raise PydanticCustomError("number_not_finite", "Must be a finite number")
    number = Decimal(repr(value)) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise PydanticCustomError("number_not_finite", "Must be a finite number")
    if abs(number) >= _BOUND:
        raise PydanticCustomError("number_too_large", "Must be between -1e15 and 1e15, both excluded")
    _check_digits(number)
    return number or Decimal(0)


def _distinct(items: list[T]) -> list[T]:
    if len(set(items)) < len(items):
        raise PydanticCustomError("duplicate_item", "Must not hold the same item twice")
    return items


def _integer(value: Any) -> Any:
    # 2.0 is an integer to JSON Schema, as it is to JavaScript.
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise PydanticCustomError("int_type", "Must be a JSON integer")
    return value


def _check_digits(number: Decimal) -> None:
    _, digits, exponent = number.normalize(_EXACT).as_tuple()
    if len(digits) > _DIGITS:
        raise PydanticCustomError("number_too_precise", "Must have at most 17 significant digits")
    _check_decimals(exponent, _DECIMALS)


def _check_decimals(exponent: Any, most: int) -> None:
    if -exponent > most:
        raise PydanticCustomError("too_many_decimals", "Must have at most {most} decimals", {"most": most})


def _points(number: Decimal) -> Decimal:
    if number < 0:
        raise PydanticCustomError("negative_points", "Must not be negative")
    _check_decimals(number.normalize(_EXACT).as_tuple().exponent, _POINT_DECIMALS)
    return number


def _text(limit: int) -> Callable[[str], str]:
    def clean(value: str) -> str:
        # As it is sent, which is what the document bounds, and once more composed: some characters grow.
        if len(value) > limit:
            raise too_long
        value = value.replace("\r\n", "\n").replace("\r", "\n")
        if _CONTROL.search(value):
            raise PydanticCustomError("control_character", "Must not hold control characters")
        value = unicodedata.normalize("NFC", value).strip()
        if not value:
            raise PydanticCustomError("blank", "Must not be empty")
        if len(value) > limit:
            raise too_long
        return value

    too_long = PydanticCustomError("too_long", "Must have at most {limit} characters", {"limit": limit})

    return clean


def _text_schema(limit: int) -> WithJsonSchema:
    return WithJsonSchema({"type": "string", "minLength": 1, "maxLength": limit, "pattern": _TEXT})


def _iso_date(value: Any) -> Any:
    if isinstance(value, str) and _ISO_DATE.fullmatch(value):
        return value
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    raise PydanticCustomError("date_format", "Must be a date such as 2025-07-01")


def _no_unix_time(value: Any) -> Any:
    if isinstance(value, datetime) or (isinstance(value, str) and _ISO_TIME.match(value)):
        return value
    raise PydanticCustomError("timestamp_format", "Must be a time such as 2025-07-01T08:30:00+07:00")


def _utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise PydanticCustomError("timezone_missing", "Must say its offset from UTC")
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("timestamp_out_of_range", "Must lie between the years 1 and 9999") from None


Number = Annotated[
    Decimal,
    PlainValidator(_number),
    PlainSerializer(float, return_type=float, when_used="json"),
    WithJsonSchema({"type": "number", "exclusiveMinimum": -1e15, "exclusiveMaximum": 1e15}),
]
"""A JSON number in and out, Decimal inside: size below 1e15, at most 17 significant digits and 20 decimals."""

Sum = Annotated[
    Decimal, PlainSerializer(float, return_type=float, when_used="json"), WithJsonSchema({"type": "number"})
]
"""A sum of Numbers, which may be larger and have more digits than one; written to the nearest double. Only goes out."""

Points = Annotated[
    Number, AfterValidator(_points), WithJsonSchema({"type": "number", "minimum": 0, "exclusiveMaximum": 1e15})
]
"""Points: a Number of at least 0 with at most 6 decimals."""

Whole = BeforeValidator(_integer)
"""Makes an int one of JSON: 2.0 is taken, text and booleans are not. It stands after the bounds."""

Distinct = Annotated[list[T], AfterValidator(_distinct), Field(json_schema_extra={"uniqueItems": True})]
"""A list of hashable items that holds none twice."""

Text = Annotated[str, AfterValidator(_text(4000)), _text_schema(4000)]
"""Text of 1 to 4000 characters: trimmed, in NFC, without control characters but newline and tab."""

LongText = Annotated[str, AfterValidator(_text(20000)), _text_schema(20000)]
Name = Annotated[str, AfterValidator(_text(300)), _text_schema(300)]

Key = Annotated[str, AfterValidator(_text(300))]
"""A Name as the key of an object; the field of the object says so with NAMED."""

NAMED: dict[str, JsonValue] = {"propertyNames": {"minLength": 1, "maxLength": 300, "pattern": _TEXT}}

Flag = Annotated[bool, Strict()]
"""true or false, and no text or number in their place."""

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""Code of a framework, a period or a level."""

UnitCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z.]{1,35}$")]
"""Mã định danh điện tử of a body (QĐ 20/2020/QĐ-TTg), such as `H21.17`."""

IndicatorCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z][0-9A-Za-z.\-]{0,31}$")]
"""Code of an indicator as its framework numbers it, such as `1.1`."""

Date = Annotated[date, BeforeValidator(_iso_date)]
"""A calendar day, `YYYY-MM-DD`."""

Timestamp = Annotated[datetime, BeforeValidator(_no_unix_time), AfterValidator(_utc)]
"""A moment (RFC 3339, with its offset), kept and written in UTC."""
