"""What a comparison of two frameworks looks like. Before is the framework compared against, after is the other."""

from pydantic import Field

from app.kernel.schema import IndicatorCode, Points, Schema, Text

_Parent = IndicatorCode | None


class DiffNode(Schema):
    """A node that only one of the two frameworks has."""

    code: IndicatorCode
    title: Text
    parent: _Parent = Field(description="Null: a pillar")
    max_points: Points


class MatchedNode(Schema):
    """A node that both have, by its code in each, and its title as it is after."""

    code_before: IndicatorCode
    code_after: IndicatorCode
    title: Text


class MovedNode(MatchedNode):
    """A node with another number, or below another node."""

    parent_before: _Parent
    parent_after: _Parent


class PointsChange(MatchedNode):
    """A node with other maximum points."""

    max_points_before: Points
    max_points_after: Points


class RuleChange(MatchedNode):
    """A node whose points follow otherwise from what is answered."""

    formula_changed: bool = Field(
        description="Whether the formula itself differs: its kind, its value, its direction, its gate, what a division "
        "by zero means, or what holds below the full mark, in the leaf or in a part of it. False: only its numbers "
        "(marks, bands, shares), its cases, its inputs and their checks, or the place in the tree"
    )
    words: list[str] = Field(description="Each difference in one sentence; v is the rule's value")


class DetailsChange(MatchedNode):
    """A node of which something else differs than place, points and rule."""

    fields: list[str] = Field(
        description="Which: fields of the indicator; `labels` are those of its inputs, options, items and parts"
    )


class DiffCounts(Schema):
    """How many entries each list has, and what no list tells."""

    matched: int = Field(description="Nodes that both have")
    added: int
    removed: int
    moved: int
    points_changed: int
    rule_changed: int
    formula_changed: int = Field(description="Those of `rule_changed` whose formula itself differs")
    details_changed: int


class FrameworkDiff(Schema):
    """What changed from `against` to `framework`. Lists are in document order."""

    framework: str = Field(description="After: code and version")
    against: str = Field(description="Before: code and version")
    counts: DiffCounts
    framework_changed: list[str] = Field(description="What differs in the set as a whole, each in one sentence")
    added: list[DiffNode]
    removed: list[DiffNode]
    moved: list[MovedNode]
    points_changed: list[PointsChange]
    rule_changed: list[RuleChange]
    details_changed: list[DetailsChange]
