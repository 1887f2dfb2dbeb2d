"""What reorganisations and histories of units look like over HTTP."""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema
from pydantic_core import PydanticCustomError

from app.kernel.schema import Code, Date, Name, Number, Points, Schema, Timestamp, UnitCode
from app.units.schemas import Trait, UnitKey, ValidTo


def _share(value: Number) -> Number:
    if not 0 < value <= 1:
        raise PydanticCustomError("share_out_of_range", "Must be above 0 and at most 1")
    return value


Share = Annotated[
    Points,
    AfterValidator(_share),
    WithJsonSchema({"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
]
Kind = Literal["merge", "split", "rename", "move", "abolish"]
Effect = Literal["created", "changed", "ended", "unchanged"]


class ReorganisationDecision(Schema):
    """The decision that orders the reorganisation."""

    number: Name = Field(examples=["1687/NQ-UBTVQH15"])
    date: Date
    issuer: Name = Field(examples=["Ủy ban Thường vụ Quốc hội"])


class Successor(Schema):
    """A unit as it is from `effective_on` on. A predecessor that is named here goes on under its code."""

    code: UnitCode
    name: Name
    level: Code
    parent: UnitCode | None = Field(description="Code of the unit right above from then on; null: none is")
    share: Share | None = Field(
        None,
        description="Part of each predecessor of the change that goes to this successor. Left out: 1 for a change's "
        "only successor; of several in an `abolish`, not known",
    )


class Change(Schema):
    """What happens to some units.

    `merge`: two or more become one. `split`: one becomes two or more, all shares given, adding up to 1. `rename`: one
    gets another name, or another code with it, at the same level and parent. `move`: one gets another parent or level,
    and perhaps another name. `abolish`: units end and others, already there or new, take over.
    """

    kind: Kind
    predecessors: list[UnitKey] = Field(
        max_length=5_000,
        description="Codes, or under `unit_scheme` identifiers of the day before, of units that are valid then",
    )
    successors: list[Successor] = Field(max_length=5_000)


class ReorganisationCreate(Schema):
    """A reorganisation to be recorded, all of it or nothing."""

    effective_on: Date = Field(
        gt=date.min, description="The first day on which it holds; what ends has it as its `valid_to`"
    )
    decision: ReorganisationDecision
    changes: list[Change] = Field(min_length=1, max_length=5_000)


class Affected(Schema):
    """A unit that the reorganisation names. `unchanged`: it takes over, and is otherwise as before."""

    code: UnitCode
    effect: Effect
    revision: int
    history: str = Field(description="Path of the unit's history")


class Reorganisation(ReorganisationCreate):
    """A reorganisation as recorded, every known share told."""

    id: int
    recorded_by: str = Field(description="Id of the client")
    recorded_at: Timestamp
    units: list[Affected] = Field(description="By code")
    ended_levels: list[Code] = Field(description="Levels whose last units it abolished, and that ended with them")


class UnitVersion(Schema):
    """A unit from `valid_from` until `valid_to`."""

    name: Name
    level: Code
    parent: UnitCode | None
    traits: list[Trait]
    valid_from: Date
    valid_to: ValidTo


class Succession(Schema):
    """One step from unit to unit. A unit that went on is its own predecessor and successor."""

    unit: UnitCode
    name: Name = Field(description="A predecessor's the day before, a successor's on the day")
    kind: Kind
    effective_on: Date
    share: Share | None = Field(description="Part of the predecessor that went to the successor; null: not known")
    decision: ReorganisationDecision
    reorganisation: int = Field(description="Id of the reorganisation")


class UnitHistory(Schema):
    """A unit through time."""

    code: UnitCode
    versions: list[UnitVersion] = Field(description="The earliest first")
    predecessors: list[Succession] = Field(description="By date, then code")
    successors: list[Succession] = Field(description="By date, then code")
