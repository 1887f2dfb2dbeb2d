"""Values as they come in: each is read on its own, so that one that cannot be read hides no other."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from operator import attrgetter
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType
from pydantic import TypeAdapter, ValidationError

from app.kernel.errors import BadRequestError
from app.kernel.pointers import field_errors
from app.kernel.schema import IndicatorCode, Number, Timestamp
from app.kernel.strictness import is_suspect, parse
from app.pushes.reading import UNREADABLE, Raw, UnusualError
from app.pushes.schemas import SAFE_INTEGER, PushedValue, PushError
from app.units.schemas import UnitKey


class Given(msgspec.Struct, gc=False):
    """One readable value, its inputs still JSON unless it was read with care. Small: there may be 250 000."""

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
    inputs: msgspec.Raw | UnsetType = UNSET
    points: int | float | UnsetType | None = UNSET
    sequence: int | float | UnsetType | None = UNSET
    observed_at: str | UnsetType | None = UNSET


_VALUES = msgspec.json.Decoder(list[_Value])
_OPTIONAL = ("inputs", "points", "sequence", "observed_at")
_PART = 5_000
"""So many values are read at once, and anew one by one where anything is wrong with any of them."""


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


class _Kinds:
    """The texts and numbers of a push, as the schema's types make them."""

    def __init__(self) -> None:
        self.units, self.indicators, self.points, self.times = map(
            _Checked, (UnitKey, IndicatorCode, Number, Timestamp)
        )


def read_values(raw: Sequence[Any]) -> tuple[list[Given], list[PushError]]:
    """Every value that can be read, and what is wrong with the others. UnusualError as `reading` says.

    Codes: those of a schema (`missing`, `unknown_field`, …), and `inputs_or_points`.
    """
    given: list[Given] = []
    errors: list[PushError] = []
    kinds = _Kinds()
    for first in range(0, len(raw), _PART):
        part = raw[first : first + _PART]
        read = read_quickly(first, part, kinds)
        given += read_one_by_one(first, part, kinds, errors) if read is None else read
    return given, errors


def read_one_by_one(first: int, raw: Sequence[Any], kinds: _Kinds, errors: list[PushError]) -> Iterator[Given]:
    """Those of some values that can be read; what is wrong with the others goes to `errors`."""
    for position, value in enumerate(raw, first):
        quick = read_quickly(position, [value], kinds)
        read = read_carefully(position, value, errors) if quick is None else quick[0]
        if read is not None:
            yield read


def read_quickly(first: int, raw: Sequence[Any], kinds: _Kinds) -> list[Given] | None:
    """Values in which nothing is wrong, None for any others: what is wrong is told by `read_carefully`."""
    if not all(type(value) is Raw for value in raw):
        return None
    text = b"[%b]" % b",".join(raw)
    try:
        values = _VALUES.decode(text)
        given = [as_given(position, value, kinds) for position, value in enumerate(values, first)]
    except (*UNREADABLE, KeyError):
        return None
    return None if has_twice(text, values, given) else given


def as_given(position: int, value: _Value, kinds: _Kinds) -> Given:
    """A value as the schema's types make it. KeyError for one that it refuses, or that is to be looked at with care."""
    unit, indicator = kinds.units[value.unit], kinds.indicators[value.indicator]
    inputs = b"" if value.inputs is UNSET else bytes(value.inputs)
    sequence = None if value.sequence is UNSET else value.sequence
    if sequence is not None and (type(sequence) is not int or not 0 <= sequence <= SAFE_INTEGER):
        raise KeyError(sequence)
    observed_at = kinds.times[value.observed_at] if isinstance(value.observed_at, str) else None
    if inputs.startswith(b"{") and (value.points is UNSET or value.points is None):
        return Given(position, unit, indicator, inputs, None, sequence, observed_at)
    if inputs not in (b"", b"null") or not isinstance(value.points, int | float):
        raise KeyError(inputs)
    return Given(position, unit, indicator, None, kinds.points[value.points], sequence, observed_at)


def has_twice(text: bytes, values: Sequence[_Value], given: Sequence[Given]) -> bool:
    """Whether a member comes twice, of which the quick parser took the last: there is a colon more than there should.

    Those of the inputs are looked at with the leaf.
    """
    colons = 2 * len(values)
    for name in _OPTIONAL:
        colons += len(values) - list(map(attrgetter(name), values)).count(UNSET)
    colons += b"".join([value.inputs for value in given if isinstance(value.inputs, bytes)]).count(b":")
    # Neither units nor indicators have any.
    colons += sum(value.observed_at.count(":") for value in values if isinstance(value.observed_at, str))
    return text.count(b":") != colons


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
