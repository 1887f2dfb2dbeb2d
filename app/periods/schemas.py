"""What periods and rosters look like over HTTP."""

from typing import Annotated, Literal

from pydantic import Field

from app.kernel.schema import Code, Date, Flag, Name, Number, Schema, Text, Timestamp, UnitCode
from app.units.schemas import Trait

PLAIN_FIELDS = ("title", "kind", "starts_on", "ends_on", "opens_at", "closes_at", "review_closes_at")

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
    opens_at: Timestamp | None = Field(default=None, description="Units report from here on; null: once it is open.")
    closes_at: Timestamp | None = Field(default=None, description="Units report until before here; after `opens_at`.")
    review_closes_at: Timestamp | None = Field(
        default=None, description="Reviewers judge until before here; not before `closes_at`. Null: until published."
    )
    levels: list[PeriodLevel] = Field(min_length=1, max_length=20)
    roster: list[RosterEntry] = Field(default=[], max_length=20_000)


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
    """A unit that takes part, as valid on the period's `starts_on`; later reorganisations do not change it.

    Group, `ranked` and traits may have been changed since by an administrator, with a reason that the events keep.
    """

    unit: ParticipantUnit
    level: str
    traits: list[str]
    group: str | None
    ranked: bool


class ReopenWrite(Schema):
    """Why a closed period is opened again."""

    reason: Text


class ExtensionWrite(Schema):
    """More time to report, for one unit."""

    until: Timestamp = Field(description="The unit reports until before here; after `closes_at` and after now.")
    reason: Text


class Extension(Schema):
    """More time for one unit to report. It counts while the period is open, and after it was closed."""

    unit: ParticipantUnit
    level: str
    until: Timestamp
    reason: str
    granted_by: str
    granted_at: Timestamp
    revision: int


class BenchmarkWrite(Schema):
    """Goalposts for a leaf whose cohort lives elsewhere (a province among 63), and where they come from.

    `min` and `max` for a rule `min_max`, `best` for `relative_to_best`; at least one of those that the framework leaves
    open. A side that is left out stays the cohort's own.
    """

    min: Number | None = None
    max: Number | None = Field(default=None, description="Above `min`.")
    best: Number | None = Field(default=None, description="Above 0.")
    source: Text


class Benchmark(BenchmarkWrite):
    """A benchmark as it stands."""

    indicator: str
    level: str
    set_by: str
    set_at: Timestamp
    revision: int


class ParticipantWrite(Schema):
    """What shall hold for one unit of an opened period's roster. A field that is left out stays as it is.

    For a unit that is not on the roster yet: no group, ranked, and its traits as valid on the period's `starts_on`.
    """

    group: Code | None = Field(default=None, description="null takes the unit out of its group.")
    ranked: Flag = True
    traits: list[Trait] = Field(
        default=[], max_length=100, description="All of them; they exempt from leaves (QĐ 2554/QĐ-UBND, VII.2, VII.3)."
    )
    reason: Text


class ReasonWrite(Schema):
    """Why something is taken away."""

    reason: Text
