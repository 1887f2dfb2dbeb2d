"""What a push, its report and a reconciliation look like over HTTP."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, GetJsonSchemaHandler
from pydantic.json_schema import SkipJsonSchema
from pydantic_core import CoreSchema, core_schema

from app.kernel.errors import Problem
from app.kernel.schema import Code, IndicatorCode, Name, Number, Schema, Sum, Timestamp, Whole
from app.submissions.schemas import Inputs
from app.units.schemas import Scheme, UnitKey

MOST_VALUES = 250_000
SAFE_INTEGER = 2**53 - 1
Sequence = Annotated[int, Field(ge=0, le=SAFE_INTEGER), Whole]


class PushedValue(Schema):
    """One leaf of one unit, as another system holds it: `inputs` as the unit reports them, or awarded `points`.

    Of two values for one leaf the one with the lower `sequence` is older; where one of them has none, or both are
    the same, the one with the earlier `observed_at`.
    """

    unit: UnitKey = Field(description="Code of a unit, or its identifier under `unit_scheme`")
    indicator: IndicatorCode
    inputs: Inputs | None = None
    points: Number | None = Field(None, description="Awarded points, whatever the leaf's rule; takes scope `review`")
    observed_at: Timestamp | None = Field(None, description="When the sending system had this value")
    sequence: Sequence | None = Field(None, description="Rises with every change of the value in the sending system")


@dataclass(frozen=True, slots=True)
class _ToldAs:
    """Any JSON value, which the OpenAPI document describes as `model`: each is checked, and refused, on its own."""

    model: type[BaseModel]

    def __get_pydantic_json_schema__(self, _schema: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        # Items of a list with a reference, so that the document has them by their name.
        described = cast("CoreSchema", {**self.model.__pydantic_core_schema__, "ref": f"{self.model.__qualname__}:0"})
        items: dict[str, Any] = handler(core_schema.list_schema(described))["items"]
        return items


class PushWrite(Schema):
    """Values of one period, of as many units and levels as there are. `source` names the sending system."""

    period: Code
    source: Name | None = Field(None, description="Obligatory for awarded points: it is their reason")
    values: list[Annotated[Any, _ToldAs(PushedValue)]] = Field(max_length=MOST_VALUES)


class PushQuery(BaseModel):
    """How a push is to be carried out."""

    model_config = ConfigDict(frozen=True)

    dry_run: bool = Field(default=False, description="Do everything, report it, and keep nothing")
    atomic: bool = Field(default=True, description="All values or none; false: the good ones")
    unit_scheme: Scheme = None


class PushCounts(Schema):
    """What became of the values; the others add up to `received`.

    `unchanged`: the leaf says so already. A refused atomic push has rejected all of its values.
    """

    received: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    stale: int = 0
    rejected: int = 0


class PushError(Schema):
    """One thing wrong with the value at `index`."""

    index: int
    pointer: str
    code: str
    detail: str


class PushEffect(Schema):
    """A unit whose place in its cohort's ranking (assessed basis) moved: shown points and rank, null if not ranked."""

    unit: str
    points_before: Number
    points_after: Number
    rank_before: int | None
    rank_after: int | None
    cause: Literal["own", "cohort"] = Field(description="`own`: a value of the unit itself was written")


class PushReport(Schema):
    """What a push did, or would do. `versions` are those of the cohorts that it named units of, by level."""

    status: Literal["success", "partial", "rejected"]
    dry_run: bool
    atomic: bool
    versions: dict[str, int]
    counts: PushCounts
    errors: list[PushError]
    effects: list[PushEffect]


class PushProblem(Problem):
    """A refused push: the problem has the report's members, unless the body could not be read as one.

    `errors` then also have the `index` of their value.
    """

    dry_run: bool | SkipJsonSchema[None] = None
    atomic: bool | SkipJsonSchema[None] = None
    versions: dict[str, int] | SkipJsonSchema[None] = None
    counts: PushCounts | SkipJsonSchema[None] = None
    effects: list[PushEffect] | SkipJsonSchema[None] = None


class ReconciliationQuery(BaseModel):
    """Which stored values are summed up."""

    model_config = ConfigDict(frozen=True)

    period: Code
    source: Name | None = None
    level: Code | None = None


class ReconciledUnit(Schema):
    """What is stored of one unit, to be held against what was sent.

    The hash is over the canonical JSON (RFC 8785) of a list, in order of indicator codes, by code points: for each
    reported leaf `{"indicator", "inputs"}`, for each one with awarded points `{"indicator", "points"}` after it.
    """

    unit: str
    level: str
    count: int = Field(description="Entries of the list")
    sum: Sum = Field(description="Of all numbers in their inputs and points, exact, then the nearest double")
    hash: str = Field(description="SHA-256, 64 hexadecimal digits")
