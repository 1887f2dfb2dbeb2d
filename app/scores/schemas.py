"""What scorecards, receipts and aggregates look like over HTTP."""

from typing import Any, Literal

from pydantic import Field

from app.frameworks.document import Provenance
from app.kernel.schema import Code, Number, Schema
from app.scores.stored import Basis
from app.units.schemas import Scheme, Within

State = Literal["not_reported", "reported", "undetermined", "exempt", "rejected", "awarded", "unscored"]


class ScoredFramework(Schema):
    """The framework that the cohort is scored by."""

    code: str
    version: int
    max_points: Number
    provenance: Provenance


class ScoredUnit(Schema):
    """The unit as the roster froze it."""

    code: str
    name: str
    parent: str | None


class NodeScore(Schema):
    """One node's points, to 6 decimals. A parent's are exactly the sum of its children's; its `state` is null."""

    code: str
    parent: str | None
    title: str
    points: Number
    max_points: Number
    share: Number
    state: State | None


class Scorecard(Schema):
    """Every node of the framework, in document order, as of the cohort's `version`."""

    period: str
    unit: ScoredUnit
    level: str
    basis: Basis
    framework: ScoredFramework
    version: int
    points: Number
    max_points: Number
    share: Number
    coverage: Number = Field(description="The share of answerable points that is reported or exempt.")
    rank: int | None = Field(description="Null for a unit that takes part but is not ranked.")
    indicators: list[NodeScore]


class ReceiptFramework(Schema):
    """The framework by code, version and content hash."""

    code: str
    version: int
    content_hash: str


class ReceiptIndicator(Schema):
    """The node that the receipt explains; `method` is the source's text."""

    code: str
    title: str
    max_points: Number
    method: str | None


class Addend(Schema):
    """One child of an inner node, with its points."""

    code: str
    title: str
    points: Number


class Receipt(Schema):
    """Why a node has the points it has (QĐ 2554/QĐ-UBND, IV.2); enough to compute them again.

    A leaf's rule, inputs and evaluation; of an inner node the children that are added up. `evaluation` follows the
    rule: `value` is the expression's, `goalposts` say what it was measured against and where that came from, `figures`
    are the cohort's, `raw_share` and `share` stand before and after clamping to [0, 1]; `parts` has the same per part.
    """

    period: str
    unit: str
    level: str
    basis: Basis
    framework: ReceiptFramework
    cohort_version: int
    indicator: ReceiptIndicator
    scope: Literal["unit", "cohort"]
    rule: dict[str, Any] | None
    declared_inputs: list[dict[str, Any]]
    state: State | None
    inputs: dict[str, Any] | None
    evaluation: dict[str, Any] | None
    benchmark: dict[str, Any] | None
    exemption: dict[str, Any] | None
    award: dict[str, Any] | None
    rejection: dict[str, Any] | None
    sum_of: list[Addend] | None
    share: Number
    points: Number


class AggregatesQuery(Schema):
    """One cohort, or the part of it at or below one unit."""

    period: Code
    level: Code
    basis: Basis = "assessed"
    unit_scheme: Scheme = None
    within: Within = None


class NodeAggregate(Schema):
    """The distribution of one node's points, as shown, over the `n` units that reported anything below it.

    Quartiles are interpolated linearly; `stdev` is the population's; `coverage` is over all units of the selection.
    """

    code: str
    n: int
    mean: Number | None
    min: Number | None
    q1: Number | None
    median: Number | None
    q3: Number | None
    max: Number | None
    stdev: Number | None
    coverage: Number


class Aggregates(Schema):
    """The distribution of every node over one cohort, or over the part of it at or below `within`."""

    period: str
    level: str
    basis: Basis
    within: str | None
    framework: ScoredFramework
    version: int
    units: int
    total: NodeAggregate | None
    nodes: list[NodeAggregate]
