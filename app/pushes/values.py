"""Values as they come in: each is read on its own, so that one that cannot be read hides no other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

import msgspec
from msgspec import UNSET, UnsetType
from pydantic import TypeAdapter, ValidationError

from app.kernel.errors import BadRequestError
from app.kernel.pointers import field_errors
from app.kernel.schema import IndicatorCode, Number, Timestamp
from app.kernel.strictness import is_suspect, parse
from app.pushes.reading import UNREADABLE, Raw, UnusualError, colons
from app.pushes.schemas import SAFE_INTEGER, PushedValue, PushError
from app.units.schemas import UnitKey


class Given(NamedTuple):
    """One readable value, its inputs still JSON unless it was read with care. A tuple: there may be 250 000."""

    position: int
    unit: str
    indicator: str
    inputs: bytes | Mapping[str, Any] | None
    points: Decimal | None
    sequence: int | None
    observed_at: datetime | None

    @property
    def at(self) -> str:
        """Its pointer."""
        return f"/values/{self.position}"


class _Value(msgspec.Struct, forbid_unknown_fields=True, gc=False):
    unit: str
    indicator: str
    inputs: msgspec.Raw = msgspec.Raw()
    points: int | float | UnsetType | None = UNSET
    sequence: int | float | UnsetType | None = UNSET
    observed_at: str | UnsetType | None = UNSET


_VALUE = msgspec.json.Decoder(_Value)
_NO_INPUTS = (b"", b"null")


class _Checked(dict[Any, Any]):
    """Texts and numbers as a schema's type makes them, each checked once. KeyError for one that it refuses."""

    def __init__(self, kind: Any) -> None:
        self._check = TypeAdapter(kind).validate_python

    def __missing__(self, given: Any) -> Any:
        try:
            found = self[given] = self._check(given)
        except ValidationError:
            raise KeyError(given) from None
        return found


def read_values(raw: Sequence[Any]) -> tuple[list[Given], list[PushError]]:
    """Every value that can be read, and what is wrong with the others. UnusualError as `reading` says.

    Codes: those of a schema (`missing`, `unknown_field`, …), and `inputs_or_points`.
    """
    given: list[Given] = []
    errors: list[PushError] = []
    checked = tuple(map(_Checked, (UnitKey, IndicatorCode, Number, Timestamp)))
    for index, value in enumerate(raw):
        read = read_quickly(index, value, *checked) if type(value) is Raw else None
        if read is None:
            read = read_carefully(index, value, errors)
        if read is not None:
            given.append(read)
    return given, errors


def read_quickly(
    index: int, raw: msgspec.Raw, units: _Checked, indicators: _Checked, numbers: _Checked, times: _Checked
) -> Given | None:
    """A value in which nothing is wrong, None for any other: what is wrong is told by `read_carefully`."""
    try:
        value = _VALUE.decode(raw)
        unit, indicator = units[value.unit], indicators[value.indicator]
        points = numbers[value.points] if isinstance(value.points, int | float) else None
        observed_at = times[value.observed_at] if isinstance(value.observed_at, str) else None
    except (*UNREADABLE, KeyError):
        return None
    inputs, sequence = bytes(value.inputs), None if value.sequence is UNSET else value.sequence
    if has_twice(raw, value, inputs):
        return None
    if sequence is not None and (type(sequence) is not int or not 0 <= sequence <= SAFE_INTEGER):
        return None
    if inputs.startswith(b"{"):
        return None if points is not None else Given(index, unit, indicator, inputs, None, sequence, observed_at)
    if points is None or inputs not in _NO_INPUTS:
        return None
    return Given(index, unit, indicator, None, points, sequence, observed_at)


def has_twice(raw: msgspec.Raw, value: _Value, inputs: bytes) -> bool:
    """Whether a member comes twice, of which the quick parser took the last: it has a colon more than there should be.

    Those of the inputs are looked at with the leaf.
    """
    optional = (value.points, value.sequence, value.observed_at)
    members = 2 + bool(inputs) + sum(field is not UNSET for field in optional)
    told = value.unit.count(":") + value.indicator.count(":")
    told += value.observed_at.count(":") if isinstance(value.observed_at, str) else 0
    return colons(raw) != members + told + inputs.count(b":")


def read_carefully(index: int, value: Any, errors: list[PushError]) -> Given | None:
    """A value by the schema; what is wrong with it goes to `errors`."""
    document = value if type(value) is not Raw else parsed(bytes(value))
    try:
        read = PushedValue.model_validate(document)
    except ValidationError as error:
        errors.extend(told(index, error, document))
        return None
    if (read.inputs is None) == (read.points is None):
        detail = "A value has either inputs or points."
        errors.append(PushError(index=index, pointer=f"/values/{index}", code="inputs_or_points", detail=detail))
        return None
    return Given(index, read.unit, read.indicator, read.inputs, read.points, read.sequence, read.observed_at)


def parsed(text: bytes) -> Any:
    """One value or part of it by the careful parser. UnusualError where that has to see the whole body."""
    try:
        document = parse(text)
    except BadRequestError:
        raise UnusualError from None
    if is_suspect(text):
        raise UnusualError
    return document


def told(index: int, error: ValidationError, value: Any) -> Iterator[PushError]:
    """What a schema has against one value."""
    problems = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
    for found in field_errors(problems, value):
        yield PushError(index=index, pointer=f"/values/{index}{found.pointer}", code=found.code, detail=found.detail)
