"""Values as they come in: each is read on its own, so that one that cannot be read hides no other."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from pydantic import ValidationError

from app.kernel.pointers import field_errors
from app.pushes.schemas import PushedValue, PushError


class Given(NamedTuple):
    """One readable value. A tuple: there may be hundreds of thousands."""

    position: int
    unit: str
    indicator: str
    inputs: Mapping[str, Any] | None
    points: Decimal | None
    sequence: int | None
    observed_at: datetime | None

    @property
    def at(self) -> str:
        """Its pointer."""
        return f"/values/{self.position}"


def read_values(raw: list[Any]) -> tuple[list[Given], list[PushError]]:
    """Every value that can be read, and what is wrong with the others. Takes the values out of `raw` as it goes.

    Codes: those of a schema (`missing`, `unknown_field`, …), and `inputs_or_points`.
    """
    given: list[Given] = []
    errors: list[PushError] = []
    for index in range(len(raw)):
        value, raw[index] = raw[index], None
        try:
            read = PushedValue.model_validate(value)
        except ValidationError as error:
            errors.extend(told(index, error, value))
            continue
        if (read.inputs is None) == (read.points is None):
            detail = "A value has either inputs or points."
            errors.append(PushError(index=index, pointer=f"/values/{index}", code="inputs_or_points", detail=detail))
            continue
        stamp = (read.sequence, read.observed_at)
        given.append(Given(index, read.unit, read.indicator, read.inputs, read.points, *stamp))
    return given, errors


def told(index: int, error: ValidationError, value: Any) -> Iterator[PushError]:
    """What a schema has against one value."""
    problems = [{**problem, "loc": ("body", *problem["loc"])} for problem in error.errors()]
    for found in field_errors(problems, value):
        yield PushError(index=index, pointer=f"/values/{index}{found.pointer}", code=found.code, detail=found.detail)
