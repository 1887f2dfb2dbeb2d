"""The rules of leaves as JSON: a union told apart by `type`. What they mean is the engine's to say."""

from typing import Annotated, Literal, TypeVar

from pydantic import Field, StringConstraints, WithJsonSchema

from app.kernel.schema import Name, Number, Schema, Text

T = TypeVar("T")


def _is_absent(value: object) -> bool:
    return value is None


Maybe = Annotated[T | None, Field(exclude_if=_is_absent)]
"""A field that may be left out; null says the same. It is never written as null, so a rule reads as
printed.
"""

Share = Annotated[Number, WithJsonSchema({"type": "number", "minimum": 0, "maximum": 1})]
"""A share of the points, 0 to 1. The engine checks it, so that all errors of a document come together."""

ItemCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z_][0-9A-Za-z_.\-]{0,63}$")]
"""Code of an option, an item or a part."""

# Neither trimmed nor normalised: the position in an error counts the characters that were sent.
ExpressionText = Annotated[str, StringConstraints(min_length=1, max_length=20_000)]
"""Arithmetic over declared inputs: `+ - * / ( )`, unary minus, numerals, `min`, `max`; at most 500
characters.
"""

OnZeroDenominator = Literal["undetermined", "zero", "full"]


class InputDeclaration(Schema):
    """One input that an answer has to give."""

    name: Name = Field(description="As expressions and answers call it: small letters, digits and _", examples=["a"])
    label: Maybe[Text] = Field(default=None, description="What the figure is, in the source's words")
    type: Literal["number", "integer", "boolean"] = Field(description="`boolean` may only be a gate")
    unit: Maybe[Name] = Field(default=None, description="Unit of measure", examples=["tỷ đồng"])
    min: Maybe[Number] = Field(default=None, description="Least value taken, itself included")
    max: Maybe[Number] = Field(default=None, description="Greatest value taken, itself included")
    lead_agency: Maybe[Text] = Field(
        default=None,
        description="Who provides this figure, where the source names an agency per figure (5.12.1)",
    )
    coordinating_agencies: Maybe[Annotated[list[Text], Field(max_length=100)]] = Field(
        default=None, description="Who helps to provide it"
    )


class _AnyRule(Schema):
    gate: Maybe[Name] = Field(
        default=None, description='A boolean input; false gives the share 0 (1.5 "chưa có chuyên mục: 0")'
    )
    on_zero_denominator: Maybe[OnZeroDenominator] = Field(
        default=None,
        description="What a division by zero means; left out: undetermined, so it waits for a reviewer (5.11)",
    )


class _ValueRule(_AnyRule):
    value: ExpressionText = Field(description="What is measured, over the declared inputs", examples=["a / b"])


class RuleOption(Schema):
    """One printed case, or one item of a list."""

    code: ItemCode
    label: Maybe[Text] = Field(default=None, description="The case in the source's words")
    share: Share = Field(description="Share of the maximum it gives")


class ChoiceRule(_AnyRule):
    """The share of the one option that is chosen (1.1, 1.4, 1.8). The answer has `choice`."""

    type: Literal["choice"]
    options: list[RuleOption] = Field(max_length=200)


class ChecklistRule(_AnyRule):
    """The shares of the items checked, added up, at most 1 (1.2, 6.1, 6.3, 6.17). The answer has
    `checked`.
    """

    type: Literal["checklist"]
    items: list[RuleOption] = Field(max_length=200)


class ProportionalRule(_ValueRule):
    """Full points from `full_at` on; below it in proportion (1.3, 6.12; Vĩnh Long 4.12 and 7.x)."""

    type: Literal["proportional"]
    full_at: Maybe[Number] = Field(
        default=None, description="Value from which the points are full, above 0; left out: 1"
    )
    below: Maybe[Literal["rescaled", "unscaled"]] = Field(
        default=None,
        description="`rescaled`: value / full_at; `unscaled`: the value itself, which jumps at the "
        "threshold. "
        "Needed unless full_at is 1: the two decrees differ in it (7.1)",
    )
    floor: Maybe[Number] = Field(default=None, description="Below this value the share is 0")


class RuleBand(Schema):
    """A step: from a value on, this share."""

    from_: Number = Field(alias="from", description="The least value of the band")
    share: Share


class BandsRule(_ValueRule):
    """The share of the highest `from` that the value reaches, 0 below all (1.5, 5.12.1, 5.12.2, 6.8)."""

    type: Literal["bands"]
    bands: list[RuleBand] = Field(max_length=200)


class PerItemRule(_ValueRule):
    """So many points for each of a count, at most the maximum (6.21; Vĩnh Long 8.8)."""

    type: Literal["per_item"]
    points_each: Number = Field(description="Points for each; above 0")


class RuleBounds(Schema):
    """Fixed goalposts. A side left out is the period's benchmark, else the cohort's."""

    min: Maybe[Number] = None
    max: Maybe[Number] = None


class MinMaxRule(_ValueRule):
    """(v - min) / (max - min) over the cohort, mirrored for `lower` (4.5, 4.6, 4.11, 5.1, 5.9, 5.10, 8.6,
    8.7).
    """

    type: Literal["min_max"]
    direction: Literal["higher", "lower"] = Field(description="Which values are better")
    bounds: Maybe[RuleBounds] = None


class RelativeToBestRule(_ValueRule):
    """v / best of the cohort (7.10)."""

    type: Literal["relative_to_best"]
    best: Maybe[Number] = Field(default=None, description="A fixed best, above 0; left out: the cohort's")


class RulePart(Schema):
    """One part of a leaf, with inputs and a rule of its own."""

    code: ItemCode = Field(description="An answer nests the part's inputs under this code")
    label: Maybe[Text] = Field(default=None, description="What the part measures")
    share: Share = Field(description="Its share of the leaf's points; those of all parts add up to 1")
    rule: "Rule"
    inputs: list[InputDeclaration] = Field(default=[], max_length=100)


class PartsRule(_AnyRule):
    """The sum of part.share x the share of the part's own rule (3.5, 3.6, 6.2)."""

    type: Literal["parts"]
    parts: list[RulePart] = Field(max_length=50)


class DirectRule(_AnyRule):
    """Points entered by an assessor, a survey or a ministry's published table. The answer has `points`."""

    type: Literal["direct"]


class UnscoredRule(_AnyRule):
    """No points and nothing to answer (9.x: "Bộ TT&TT chưa chấm điểm"); `max_points` is 0."""

    type: Literal["unscored"]


Rule = Annotated[
    ChoiceRule
    | ChecklistRule
    | ProportionalRule
    | BandsRule
    | PerItemRule
    | MinMaxRule
    | RelativeToBestRule
    | PartsRule
    | DirectRule
    | UnscoredRule,
    Field(discriminator="type", description="How an answer becomes a share, 0 to 1, of the leaf's points"),
]
RulePart.model_rebuild()
PartsRule.model_rebuild()
