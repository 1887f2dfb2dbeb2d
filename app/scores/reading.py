"""Scorecards and receipts as they are shown; each is read in one statement, so at one version."""

from decimal import Decimal
from typing import Any, cast

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.frameworks.document import Provenance
from app.frameworks.service import CompiledFramework
from app.kernel.canonical import dumps
from app.kernel.errors import NotFoundError
from app.periods.participants import Participant
from app.scores.cohort import ScoredCohort
from app.scores.schemas import (
    Aggregates,
    AggregatesQuery,
    NodeAggregate,
    NodeScore,
    Scorecard,
    ScoredFramework,
    ScoredUnit,
)
from app.scores.shares import share_of
from app.scores.stored import Basis, StoredAnswer, answer_on
from app.scoring import Benchmark, Figures, Indicator, answerable, coverage, exempted_by, receipt, score_leaf

# The rank is counted on the shown points, as the ranking does it: competition ranking, ranked units only.
CARD = text("""
    SELECT c.version, s.points, s.covered, s.node_points, s.states,
           (SELECT count(*) + 1 FROM scorecards o
              JOIN participants po ON po.period_id = o.period_id AND po.unit_id = o.unit_id AND po.ranked
             WHERE o.period_id = s.period_id AND o.level_id = s.level_id AND o.basis = s.basis
               AND round(o.points, :decimals) > round(s.points, :decimals)) AS rank
      FROM scorecards s
      JOIN cohorts c ON c.period_id = s.period_id AND c.level_id = s.level_id
     WHERE s.period_id = :period_id AND s.unit_id = :unit_id AND s.basis = :basis
""")
EXPLAINED = text("""
    SELECT c.version, s.node_points, s.states, b.points AS best_points,
           a.reported, a.verdict, a.assessed, a.awarded, a.exemption, a.reason,
           m.min AS benchmark_min, m.max AS benchmark_max, m.best AS benchmark_best, m.source AS benchmark_source,
           (SELECT jsonb_agg(jsonb_build_array(f.slot, f.n, CAST(f.min AS text), CAST(f.max AS text)))
              FROM cohort_figures f
             WHERE f.period_id = s.period_id AND f.level_id = s.level_id AND f.basis = s.basis
               AND f.indicator_id = :indicator_id) AS figures
      FROM scorecards s
      JOIN cohorts c ON c.period_id = s.period_id AND c.level_id = s.level_id
      LEFT JOIN answers a
        ON a.period_id = s.period_id AND a.unit_id = s.unit_id AND a.indicator_id = :indicator_id
      LEFT JOIN cohort_bests b
        ON b.period_id = s.period_id AND b.level_id = s.level_id AND b.basis = s.basis
       AND b.indicator_id = :indicator_id
      LEFT JOIN benchmarks m
        ON m.period_id = s.period_id AND m.level_id = s.level_id AND m.indicator_id = :indicator_id
     WHERE s.period_id = :period_id AND s.unit_id = :unit_id AND s.basis = :basis
""")


def shown_framework(compiled: CompiledFramework) -> ScoredFramework:
    """The framework as scores name it."""
    return ScoredFramework(
        code=compiled.code,
        version=compiled.version,
        max_points=compiled.framework.max_points,
        provenance=cast("Provenance", compiled.provenance),
    )


async def get_scorecard(
    session: AsyncSession, participant: Participant, scored: ScoredCohort, basis: Basis
) -> Scorecard:
    """One unit's scorecard at the cohort's current version."""
    framework = scored.framework
    key = {"period_id": participant.cohort.period_id, "unit_id": participant.unit_id, "basis": basis}
    row = (await session.execute(CARD, key | {"decimals": framework.decimals})).one()
    totals = answerable(framework)
    return Scorecard(
        period=participant.cohort.period,
        unit=ScoredUnit(code=participant.code, name=participant.name, parent=participant.parent),
        level=participant.cohort.level,
        basis=basis,
        framework=shown_framework(scored.compiled),
        version=row.version,
        points=row.points,
        max_points=framework.max_points,
        share=share_of(row.points, framework.max_points),
        coverage=coverage(row.covered, sum((totals[at] for at in scored.pillars), Decimal(0))),
        rank=row.rank if participant.ranked else None,
        indicators=[node_score(node, row) for node in framework.indicators],
    )


def node_score(node: Indicator, row: Any) -> NodeScore:
    """One node of a scorecard."""
    points = row.node_points[node.ordinal]
    return NodeScore(
        code=node.code,
        parent=node.parent,
        title=node.title,
        points=points,
        max_points=node.max_points,
        share=share_of(points, node.max_points),
        state=row.states[node.ordinal],
    )


async def get_receipt(
    session: AsyncSession, participant: Participant, scored: ScoredCohort, basis: Basis, code: str
) -> dict[str, Any]:
    """The receipt of one node. NotFoundError `indicator_not_found`."""
    node = scored.framework.by_code.get(code)
    if node is None:
        raise NotFoundError("indicator_not_found", f"The framework has no indicator '{code}'.")
    key = {"period_id": participant.cohort.period_id, "unit_id": participant.unit_id, "basis": basis}
    row = (await session.execute(EXPLAINED, key | {"indicator_id": scored.indicator_id(code)})).one()
    facts = receipt_facts(participant, scored, basis)
    if not node.is_leaf:
        return sum_receipt(facts, scored, node, row)
    explained = leaf_receipt(facts, participant, scored, basis, node, row)
    return {**explained, "sum_of": None, "share": share_of(explained["points"], node.max_points)}


def receipt_facts(participant: Participant, scored: ScoredCohort, basis: Basis) -> dict[str, Any]:
    """What every receipt says first: whose points, in which cohort, by which framework."""
    compiled = scored.compiled
    return {
        "period": participant.cohort.period,
        "unit": participant.code,
        "level": participant.cohort.level,
        "basis": basis,
        "framework": {
            "code": compiled.code,
            "version": compiled.version,
            "content_hash": compiled.content_hash,
        },
    }


def leaf_receipt(
    facts: dict[str, Any],
    participant: Participant,
    scored: ScoredCohort,
    basis: Basis,
    leaf: Indicator,
    row: Any,
) -> dict[str, Any]:
    """A leaf's points explained by the engine itself, from what is stored."""
    stored = StoredAnswer.read(row.reported, row.verdict, row.assessed, row.awarded, row.exemption, row.reason)
    by_trait = exempted_by(scored.framework, leaf, participant.traits)
    answer = answer_on(basis, scored.framework, stored, by_trait)
    figures = {slot: Figures(0, None, None) for slot in leaf.slots}
    for slot, n, least, greatest in row.figures or ():
        figures[slot] = Figures(n, decimal_or_none(least), decimal_or_none(greatest))
    benchmark = benchmark_of(row)
    score = score_leaf(leaf, answer, figures, benchmark, row.best_points)
    return receipt(
        facts,
        leaf,
        answer,
        score,
        cohort_version=row.version,
        benchmark=benchmark,
        best_points=row.best_points,
    )


def benchmark_of(row: Any) -> Benchmark | None:
    """The period's benchmark for the leaf, where it has one."""
    if row.benchmark_source is None:
        return None
    return Benchmark(row.benchmark_min, row.benchmark_max, row.benchmark_best, row.benchmark_source)


def decimal_or_none(value: str | None) -> Decimal | None:
    """A figure read as text, digit for digit."""
    return None if value is None else Decimal(value)


def sum_receipt(facts: dict[str, Any], scored: ScoredCohort, node: Indicator, row: Any) -> dict[str, Any]:
    """An inner node's points: its children's, added up."""
    children = [scored.framework.by_code[code] for code in node.children]
    points = row.node_points[node.ordinal]
    nothing = ("rule", "state", "inputs", "evaluation", "benchmark", "exemption", "award", "rejection")
    return {
        **facts,
        **dict.fromkeys(nothing),
        "cohort_version": row.version,
        "indicator": {
            "code": node.code,
            "title": node.title,
            "max_points": node.max_points,
            "method": node.method,
        },
        "scope": "unit",
        "declared_inputs": [],
        "sum_of": [
            {"code": child.code, "title": child.title, "points": row.node_points[child.ordinal]} for child in children
        ],
        "share": share_of(points, node.max_points),
        "points": points,
    }


def present_aggregates(
    query: AggregatesQuery, within: str | None, scored: ScoredCohort, version: int, nodes: list[dict[str, Any]]
) -> Aggregates:
    """Aggregates as API.md shows them; the first of `nodes` is the framework's total."""
    figures = [NodeAggregate(**{name: node[name] for name in NodeAggregate.model_fields}) for node in nodes]
    return Aggregates(
        period=query.period,
        level=query.level,
        basis=query.basis,
        within=within,
        framework=shown_framework(scored.compiled),
        version=version,
        units=nodes[0]["units"] if nodes else 0,
        total=figures[0] if figures else None,
        nodes=figures[1:],
    )


def digit_for_digit(value: Any) -> str:
    """JSON with every digit of a Decimal: whoever recomputes a receipt compares values of 24 decimals."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, dict):
        return f"{{{','.join(f'{dumps(key)}:{digit_for_digit(item)}' for key, item in value.items())}}}"
    if isinstance(value, list | tuple):
        return f"[{','.join(map(digit_for_digit, value))}]"
    return dumps(value)
