"""What periods and rosters look like over HTTP."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from app.kernel.schema import Code, Date, Flag, Name, Schema, Timestamp, UnitCode

FrameworkRef = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}/[1-9][0-9]{0,5}$",
        description="Code and version of a framework.",
        examples=["vinh-long-commune/1"],
    ),
]
Kind = Literal["year", "half", "quarter", "ad_hoc"]
PeriodStatus = Literal["draft", "open", "closed", "published"]


class PeriodLevel(Schema):
    """A level that is assessed in the period, and the framework it is assessed by."""

    level: Code
    framework: FrameworkRef


class RosterEntry(Schema):
    """What holds for one unit otherwise than by default."""

    unit: UnitCode
    group: Code | None = Field(default=None, description="Units can be ranked within their group.")
    ranked: Flag = Field(default=True, description="False: takes part in the assessment but is not ranked.")
    excluded: Flag = Field(default=False, description="True: does not take part.")


class PeriodCreate(Schema):
    """A period to be drafted. Its roster is frozen when it opens (QĐ 2554/QĐ-UBND, VI.2)."""

    code: Code
    title: Name
    kind: Kind
    authority: UnitCode = Field(description="The body that runs the assessment; its subtree takes part.")
    starts_on: Date
    ends_on: Date
    opens_at: Timestamp | None = None
    closes_at: Timestamp | None = None
    review_closes_at: Timestamp | None = None
    levels: list[PeriodLevel] = Field(min_length=1, max_length=20)
    roster: list[RosterEntry] = Field(default=[], max_length=20_000)

    @model_validator(mode="after")
    def dates_in_order(self) -> Self:
        """Refuse a period that ends before it starts, or whose windows are out of order."""
        if self.ends_on < self.starts_on:
            message = "ends_on must not be before starts_on"
            raise ValueError(message)
        moments = [moment for moment in (self.opens_at, self.closes_at, self.review_closes_at) if moment is not None]
        if moments != sorted(moments):
            message = "opens_at, closes_at and review_closes_at must be in this order"
            raise ValueError(message)
        return self


class Period(PeriodCreate):
    """A period as it stands."""

    status: PeriodStatus
    revision: int


class ParticipantUnit(Schema):
    """A unit as it stood when the roster was frozen."""

    code: str
    name: str
    parent: str | None


class Participant(Schema):
    """A unit that takes part, as valid on the period's `starts_on`; later reorganisations do not change it."""

    unit: ParticipantUnit
    level: str
    traits: list[str]
    group: str | None
    ranked: bool
