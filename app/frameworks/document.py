"""The framework document: what is sent, stored, hashed and given back, in one schema for all four."""

from typing import Annotated, Any, Literal

from pydantic import Field

from app.frameworks.examples import ExampleInputs
from app.frameworks.rules import ExpressionText, InputDeclaration, Maybe, Rule, Share
from app.kernel.schema import Code, Date, IndicatorCode, LongText, Name, Points, Schema, Text, Whole

Provenance = Annotated[
    Literal["official", "reconstructed", "example"],
    Field(
        description="`official`: as issued; `reconstructed`: the criteria are not the decision's own but put together "
        "from other sources, as the framework's `provenance_note` says; `example`: made up"
    ),
]
Version = Annotated[int, Field(ge=1, le=999_999), Whole]


class Validation(Schema):
    """A comparison over a leaf's inputs. An answer that breaks it is refused."""

    expression: ExpressionText = Field(examples=["a <= b"])
    message: Text = Field(description="What the person whose answer is refused reads")


class Example(Schema):
    """A worked example of a leaf: publishing refuses a document whose examples do not hold."""

    inputs: ExampleInputs = Field(description="As in an answer")
    cohort: Maybe[Annotated[list[ExampleInputs], Field(max_length=1000)]] = Field(
        default=None,
        description="Inputs of other units, for a rule that looks at the cohort: its figures are those of these "
        "and of `inputs` together",
    )
    points: Points = Field(description="What must come out, to 6 decimals; 0 where the rule gives no result")


class IndicatorFields(Schema):
    """One node of the tree without what stands below it."""

    code: IndicatorCode = Field(description="Number of the criterion as printed", examples=["5.12.1"])
    title: Text
    max_points: Points = Field(description="An inner node's are the sum of its children's")
    method: LongText | None = Field(default=None, description="How it is scored: the source's text, verbatim")
    inputs: list[InputDeclaration] = Field(default=[], max_length=100, description="What an answer gives; leaves only")
    rule: Rule | None = Field(default=None, description="Every leaf has one, an inner node none")
    validations: list[Validation] = Field(default=[], max_length=100, description="Leaves only")
    examples: Maybe[Annotated[list[Example], Field(max_length=100)]] = Field(
        default=None, description="Worked examples, checked when the framework is published; leaves only"
    )
    tags: list[Name] = Field(
        default=[],
        max_length=50,
        description="Marks that exemptions name, such as `online-services`; leaves only",
    )
    lead_agency: Text | None = Field(default=None, description="Cơ quan chủ trì")
    coordinating_agencies: list[Text] = Field(default=[], max_length=100, description="Cơ quan phối hợp")
    solution: LongText | None = Field(default=None, description="Giải pháp, as printed")
    due: Text | None = Field(default=None, description="Thời hạn hoàn thành, as printed")
    frequency: Text | None = Field(default=None, description="How often it is measured, as printed")
    notes: Maybe[LongText] = Field(default=None, description="How the source was read, where it needed reading")
    erratum: Maybe[LongText] = Field(default=None, description="Printed → meant, where the source is in error")


class Indicator(IndicatorFields):
    """A node and all below it: a pillar (chỉ số chính), a criterion (chỉ số thành phần) or a
    sub-criterion.
    """

    children: list["Indicator"] = Field(
        default=[], description="In the order of the document; at most 12 nodes stand one below the other"
    )


class FrameworkDecision(Schema):
    """The decision that issued the set."""

    number: Name = Field(examples=["2554/QĐ-UBND"])
    date: Date
    issuer: Name


class Grade(Schema):
    """A grade, reached from a share of the framework's points on."""

    code: Code
    label: Name
    from_share: Share


class ExemptionPolicy(Schema):
    """How units are treated that a criterion does not fit (QĐ 2554, VII.2-4)."""

    code: Code
    trait: Maybe[Name] = Field(
        default=None,
        description="Units with this trait are exempt; left out: a reviewer grants it, with a reason",
    )
    tag: Maybe[Name] = Field(default=None, description="The leaves it is for: those that bear this tag")
    policy: Literal["cohort_best", "full"] = Field(
        description="`cohort_best`: the most points a unit that is not exempt got there; `full`: the maximum"
    )
    citation: Text = Field(description="Clause of the decision")


class FrameworkDocument(Schema):
    """An index set (bộ chỉ số) of one level, whole.

    Points are exact: the children's add up to their parent's, and the pillars' to the framework's.
    At most 5 000 nodes, 12 deep.
    """

    code: Code
    version: Version = Field(description="1, 2, …; a published version never changes, its successor has another")
    title: Text
    level: Code = Field(description="The level of administration it assesses")
    max_points: Points
    decimals: Annotated[int, Field(ge=0, le=6), Whole] = Field(
        default=2, description="Decimals of the points shown; ranks follow what is shown"
    )
    decision: FrameworkDecision | None = Field(default=None, description="Needed for all but `provenance: example`")
    provenance: Provenance
    provenance_note: Maybe[LongText] = Field(default=None, description="Where it was taken from, and how")
    grades: list[Grade] = Field(default=[], max_length=50)
    exemptions: list[ExemptionPolicy] = Field(default=[], max_length=100)
    indicators: list[Indicator] = Field(description="The pillars; what stands below is in their `children`")

    def stored(self) -> dict[str, Any]:
        """The document in its normal form, numbers as Decimal: what is stored, hashed and given back.

        Lists are always there; what API and SCORING call optional is left out where it is not given.
        """
        document = self.model_dump(by_alias=True, include=set(FrameworkDocument.model_fields))
        if self.decision is not None:
            document["decision"]["date"] = self.decision.date.isoformat()
        return document
