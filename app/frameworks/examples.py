"""The inputs of worked examples: whatever an answer can hold, before its leaf is asked."""

from decimal import Decimal
from typing import Annotated, Any

from pydantic import Discriminator, Field, Tag, WithJsonSchema
from typing_extensions import TypeAliasType

from app.kernel.schema import NAMED, Flag, Key, Name, Number


def _kind(value: Any) -> str | None:
    if isinstance(value, bool):  # before the numbers: Python's booleans are integers too
        return "(flag)"
    if isinstance(value, int | float | Decimal):
        return "(number)"
    if isinstance(value, str):
        return "(text)"
    if isinstance(value, list):
        return "(codes)"
    return "(part)" if isinstance(value, dict) else None


_Codes = Annotated[list[Name], Field(max_length=200)]
# Said without what stands in it: a type that holds itself is beyond generators of clients.
_Part = Annotated[
    dict[Key, "ExampleInput"],
    Field(max_length=200),
    WithJsonSchema({"type": "object", "additionalProperties": True, "maxProperties": 200}),
]

ExampleInput = TypeAliasType(
    "ExampleInput",
    Annotated[
        Annotated[Flag, Tag("(flag)")]
        | Annotated[Number, Tag("(number)")]
        | Annotated[Name, Tag("(text)")]
        | Annotated[_Codes, Tag("(codes)")]
        | Annotated[_Part, Tag("(part)")],
        Discriminator(
            _kind,
            custom_error_type="input_type",
            custom_error_message="Must be a number, true or false, a text, a list of texts or an object",
        ),
    ],
)

ExampleInputs = Annotated[dict[Key, ExampleInput], Field(max_length=200, json_schema_extra=NAMED)]
"""Inputs by name, and by rule `choice`, `checked`, `points`; those of a part under its code."""
