"""What submissions, answers and reviews look like over HTTP."""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema
from typing_extensions import TypeAliasType

from app.kernel.schema import (
    Code,
    IndicatorCode,
    Name,
    Number,
    Points,
    Schema,
    Text,
    Timestamp,
)
from app.units.schemas import Scheme, Within

SubmissionStatus = Literal["draft", "submitted", "returned", "verified"]
Verdict = Literal["agree", "disagree", "adjust", "exempt"]

Inputs = TypeAliasType(
    "Inputs",
    Annotated[
        dict[str, Any],
        WithJsonSchema(
            {
                "type": "object",
                "additionalProperties": True,
                "description": "Inputs by name, as the indicator declares them; by rule also `choice`, `checked` or "
                "`points`; for a rule of `parts` one object per part.",
                "examples": [{"a": 12, "b": 15}],
            }
        ),
    ],
)
"""A named type: one schema in the OpenAPI document, and so one class in generated clients."""


class AnswerWrite(Schema):
    """One leaf's answer."""

    indicator: IndicatorCode
    inputs: Inputs | None = Field(description="Null withdraws the answer.")
    note: Text | None = None
    evidence: tuple[str, ...] = Field(default=(), max_length=0, description="Evidence comes with its own resource.")


class SubmissionWrite(Schema):
    """Answers of one unit in one period."""

    answers: list[AnswerWrite] = Field(max_length=5000)


class TransitionWrite(Schema):
    """Why a submission changes its state; obligatory for `return`."""

    reason: Text | None = None


class ReviewWrite(Schema):
    """A reviewer's verdict on one leaf, with its reason.

    `adjust` takes either `inputs` (scored by the rule) or `points` (awarded, whatever the rule; the reason names the
    source). `exempt` takes the code of one of the framework's exemptions that are granted one by one.
    """

    verdict: Verdict
    inputs: Inputs | None = None
    points: Points | None = None
    exemption: Name | None = None
    reason: Text


class SubmissionsQuery(BaseModel):
    """Which submissions of a period are wanted."""

    model_config = ConfigDict(frozen=True)

    period: Code
    level: Code | None = None
    status: SubmissionStatus | None = None
    unit_scheme: Scheme = None
    within: Within = None


class Review(Schema):
    """A verdict as it stands. `outdated`: the unit has reported another value since."""

    verdict: Verdict
    inputs: Inputs | None
    points: Number | None
    exemption: str | None
    reason: str
    reviewed_by: str
    reviewed_at: Timestamp
    outdated: bool


class Answer(Schema):
    """What the unit reported for one leaf, and what the reviewer said of it."""

    indicator: str
    inputs: Inputs | None
    note: str | None
    source: str | None
    sequence: int | None
    observed_at: Timestamp | None
    reported_by: str | None
    reported_at: Timestamp | None
    review: Review | None


class SubmittingUnit(Schema):
    """The unit as the roster froze it."""

    code: str
    name: str
    parent: str | None


class Totals(Schema):
    """A unit's points on one basis, and the share of answerable points that it covers."""

    points: Number
    coverage: Number


class SubmissionSummary(Schema):
    """Where a unit's submission stands."""

    period: str
    unit: SubmittingUnit
    level: str
    status: SubmissionStatus
    revision: int
    submitted_at: Timestamp | None
    updated_at: Timestamp | None


class Submission(SubmissionSummary):
    """A unit's submission with its answers: all of it is of the `revision` that the ETag names."""

    answers: list[Answer]


class WrittenSubmission(Submission):
    """A submission as a write has left it, with what that did to the unit's points at the cohort's `version`."""

    version: int
    totals: dict[Literal["self", "assessed"], Totals]
