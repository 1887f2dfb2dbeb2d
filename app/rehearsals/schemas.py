"""What a rehearsal looks like over HTTP."""

from typing import Literal

from pydantic import Field

from app.frameworks.schemas import FrameworkStatus
from app.kernel.schema import Code, IndicatorCode, Number, Schema
from app.rankings.schemas import RankedUnit

Basis = Literal["self", "assessed"]
Reason = Literal["new", "not_reported", "inputs_refused", "award_not_carried"]


class RehearsalCreate(Schema):
    """Which answers a framework is tried on."""

    period: Code = Field(description="A period that has been opened and assesses the framework's level")
    basis: Basis = "assessed"


class RehearsedFramework(Schema):
    """A framework as far as its points are concerned."""

    code: str
    version: int
    status: FrameworkStatus
    max_points: Number
    decimals: int


class RehearsedUnit(Schema):
    """One unit under both frameworks; points are the shown ones, and ranks follow them. Null: not ranked."""

    unit: RankedUnit
    points_before: Number
    points_after: Number
    share_before: Number = Field(description="Of the points of the framework before, to 6 decimals")
    share_after: Number = Field(description="Of the points of the framework after, to 6 decimals")
    rank_before: int | None
    rank_after: int | None


class WithoutData(Schema):
    """A criterion for which units have no data under the rehearsed framework; exempt units are not counted."""

    indicator: IndicatorCode
    title: str
    reason: Reason = Field(
        description="`new`: the period's framework has no leaf of this code; `not_reported`: nothing was reported; "
        "`inputs_refused`: what was reported, or assessed, is not what this leaf asks for; `award_not_carried`: points "
        "were awarded, out of another maximum"
    )
    units: int = Field(description="How many")


class Rehearsal(Schema):
    """What a period's answers would give under a framework. The best rank after comes first."""

    period: str
    level: str
    basis: Basis
    version: int = Field(description="The version of the cohort whose answers these are")
    before: RehearsedFramework = Field(description="The framework by which the period was scored")
    after: RehearsedFramework = Field(description="The framework that is rehearsed")
    units: list[RehearsedUnit]
    without_data: list[WithoutData] = Field(description="In the order of the rehearsed document")
