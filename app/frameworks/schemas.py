"""What frameworks and indicators look like in requests and answers, beside the document itself."""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, JsonValue

from app.frameworks.document import (
    FrameworkDocument,
    Indicator,
    IndicatorFields,
    Provenance,
    Validation,
    Version,
)
from app.frameworks.models import FrameworkRow
from app.frameworks.repository import Hit, Summary
from app.frameworks.rules import InputDeclaration, Rule
from app.kernel.errors import FieldError
from app.kernel.schema import Code, IndicatorCode, LongText, Number, Points, Schema, Text, Timestamp, Whole

FrameworkStatus = Literal["draft", "published", "retired"]
FrameworkReference = Annotated[
    str,
    Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,63}/[1-9][0-9]{0,5}$",
        description="Code and version of a framework",
        examples=["vinh-long-commune/1"],
    ),
]
ContentHash = Annotated[
    str | None,
    Field(description="SHA-256 over the document's canonical JSON (RFC 8785), the status fields left out; null: draft"),
]


class Framework(FrameworkDocument):
    """An index set as it stands: the document, and the five status fields."""

    status: FrameworkStatus = Field(description="A draft can change; what was published never does")
    content_hash: ContentHash
    published_at: Timestamp | None
    retired_at: Timestamp | None
    revision: int

    @classmethod
    def of(cls, row: FrameworkRow) -> Self:
        """The framework that a row holds."""
        return cls.model_validate({**row.document, **_status(row)})


class FrameworkReplacement(FrameworkDocument):
    """A draft's new document. The status fields may come back as they were read; they change nothing."""

    status: FrameworkStatus | None = None
    content_hash: str | None = None
    published_at: Timestamp | None = None
    retired_at: Timestamp | None = None
    revision: Annotated[int, Field(ge=1), Whole] | None = Field(
        default=None,
        description="As it was read: binds like If-Match, 412 when it is no longer the current one",
    )


class FrameworkSummary(Schema):
    """An index set without its tree."""

    code: Code
    version: Version
    title: Text
    level: Code
    max_points: Points
    provenance: Provenance
    provenance_note: LongText | None = Field(description="Where it was taken from, and how")
    status: FrameworkStatus
    content_hash: ContentHash
    published_at: Timestamp | None
    retired_at: Timestamp | None
    revision: int

    @classmethod
    def of(cls, summary: Summary) -> Self:
        """The summary that the repository found."""
        return cls.model_validate(summary._asdict())


class IndicatorNode(IndicatorFields):
    """A node in the flat list of a framework; `parent` is null for a pillar."""

    parent: IndicatorCode | None
    is_leaf: bool = Field(description="Only leaves are answered; every other node is the sum of its children")


class PlacedIndicator(Indicator):
    """A node with all below it, and the node it stands below."""

    parent: IndicatorCode | None = Field(default=None, description="Null: a pillar")


class FoundIndicator(Schema):
    """An indicator of a published framework."""

    framework: FrameworkReference
    level: Code
    code: IndicatorCode
    parent: IndicatorCode | None
    title: Text
    max_points: Points
    is_leaf: bool
    lead_agency: str | None = Field(description="Of the indicator, and of its inputs where they name one; by `; `")

    @classmethod
    def of(cls, hit: Hit) -> Self:
        """The indicator that a search found."""
        row = hit.indicator
        return cls(
            framework=f"{hit.code}/{hit.version}",
            level=hit.level,
            code=row.code,
            parent=row.parent,
            title=row.title,
            max_points=row.max_points,
            is_leaf=row.is_leaf,
            lead_agency=row.lead_agency,
        )


class RuleCheck(Schema):
    """A leaf to try out: nothing is stored."""

    rule: Rule
    inputs: list[InputDeclaration] = Field(default=[], max_length=100)
    max_points: Points
    validations: list[Validation] = Field(default=[], max_length=100)
    answer: dict[str, JsonValue] | None = Field(
        default=None,
        max_length=200,
        description="Inputs by name, and by rule `choice`, `checked`, `points`; those of a part under its code",
        examples=[{"a": 12, "b": 20}],
    )


class RuleReport(Schema):
    """What the engine makes of the leaf."""

    valid: bool = Field(description="No errors, in the leaf or in the answer")
    errors: list[FieldError] = Field(description="Pointers go into the request")
    variables: list[str] = Field(
        description="Inputs that the rule or a validation uses; a part's as `part/input`. Empty while the rule is wrong"
    )
    share: Number | None = Field(
        default=None,
        description="To 9 decimals. Null without an answer, and where the cohort or a reviewer has to decide",
    )
    points: Points | None = Field(default=None, description="share x max_points, half up to 6 decimals")


def _status(row: FrameworkRow) -> dict[str, Any]:
    names = ("status", "content_hash", "published_at", "retired_at", "revision")
    return {name: getattr(row, name) for name in names}
