"""The receipt: one document that explains the points of one leaf.

"Công khai phương pháp đánh giá, cách tính điểm" (QĐ 2554, IV.2). Numbers are Decimal, everything else is
JSON, and null stands where something does not apply. Shape:

    …facts             as the caller passes them: `framework` {code, version, content_hash}, and the unit,
                       period, level and basis
    cohort_version     the version of the cohort that figures and best points were read at
    indicator          {code, title, max_points, method}
    scope              "unit" or "cohort"
    rule               as stored in the framework document
    declared_inputs    [{name, type, label, unit, min, max}] of the leaf (a part's stand in the rule)
    state              not_reported, reported, undetermined, exempt, rejected, awarded, unscored
    inputs             in normal form: the reported ones, also behind a rejection
    evaluation         for reported and undetermined, see below
    benchmark          {min, max, best, source} where the period has one that this leaf can use
    exemption          {code, policy, trait, tag, citation, best_points}; best_points is null for `full`, and
                       where nobody in the cohort is there to compare with
    award              {points, source}
    rejection          {reason}
    share, points      of this leaf; points have 6 decimals. An undetermined leaf has share 0 here

An evaluation, for the leaf's rule and in the same shape for the rule of each part:

    type, gate         of the rule
    max_points         the leaf's; of a part: part.share x those of the rule above (used by `per_item` and
                       `direct`)
    gated              true: the gate was answered with false, share 0, nothing else was looked at
    expression, value  the text of `value` and what it gave, to 24 decimals half even
    on_zero_denominator  null, or what the rule made of a division by zero, the value being null:
                       undetermined, zero (share 0), full (share 1)
    slot, figures      of a rule that looks at the cohort: its path, and {n, min, max} of the cohort's values
    goalposts          {min, max} or {best}, each {value, source}: fixed (the rule), benchmark (the period),
                       cohort; {} where none was needed, or where there was nothing to compare with
    raw_share, share   before and after clamping to [0, 1], to 24 decimals half even; null: undetermined
    parts              {code: {share: part.share, evaluation}}

To recompute the share of a rule from `inputs`, v being the value to 24 decimals:

    choice, checklist  the share of the chosen option; the shares of the checked items added up
    proportional       1 from full_at (default 1) on; 0 below floor; else v/full_at (`rescaled`) or v
                       (`unscaled`)
    bands              the share of the highest `from` <= v, 0 below all
    per_item           v x points_each / max_points
    direct             points / max_points, 0 where those are 0
    min_max            max > min: (v - min)/(max - min), for `lower` (max - v)/(max - min);
                       max = min = v: 1, but 0 where v = 0;
                       otherwise 1 where v >= min for `higher`, where v <= max for `lower`, else 0
    relative_to_best   best > 0: v/best; else 0 where v = best = 0, 1 where v >= best, 0 below
    parts              the sum of part.share x the part's share; undetermined as soon as one part is

to 24 decimals half even, then clamped to [0, 1]. Points are share x max_points, to 18 decimals half even,
then half up to 6. By state: reported so; undetermined, not_reported, rejected and unscored 0; awarded
award.points; exempt max_points for `full`, else exemption.best_points, 0 where that is null.
"""

import copy
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.scoring.answers import Answer, Awarded, Exempt, Rejected, Reported
from app.scoring.figures import Benchmark, Figures
from app.scoring.inputs import InputDecl
from app.scoring.leaf import usable
from app.scoring.results import LeafScore, RuleResult
from app.scoring.rules import Rule
from app.scoring.rules.base import ValueRule
from app.scoring.rules.parts import Parts
from app.scoring.tree import Indicator


def receipt(
    framework_facts: Mapping[str, Any],
    leaf: Indicator,
    answer: Answer,
    leaf_score: LeafScore,
    *,
    cohort_version: int | None,
    benchmark: Benchmark | None = None,
    best_points: Decimal | None = None,
) -> dict[str, Any]:
    """Return the receipt of one leaf; see this module for its shape.

    `leaf_score` is what `score_leaf` returned for the same answer, benchmark and best points.
    `framework_facts` stand at the top of the receipt as they are.
    """
    return {
        **framework_facts,
        "cohort_version": cohort_version,
        "indicator": {
            "code": leaf.code,
            "title": leaf.title,
            "max_points": leaf.max_points,
            "method": leaf.method,
        },
        "scope": leaf.scope,
        "rule": copy.deepcopy(leaf.rule.document) if leaf.rule else None,
        "declared_inputs": [_declared(each) for each in leaf.inputs.values()],
        "state": leaf_score.state,
        "inputs": copy.deepcopy(answer.inputs) if isinstance(answer, Reported | Rejected) else None,
        "evaluation": _evaluation(leaf.rule, leaf_score.result) if leaf.rule and leaf_score.result else None,
        "benchmark": _benchmark(usable(leaf, benchmark)),
        "exemption": _exemption(answer, best_points) if isinstance(answer, Exempt) else None,
        "award": {"points": answer.points, "source": answer.source} if isinstance(answer, Awarded) else None,
        "rejection": {"reason": answer.reason} if isinstance(answer, Rejected) else None,
        "share": leaf_score.share,
        "points": leaf_score.points,
    }


def _declared(declaration: InputDecl) -> dict[str, Any]:
    return {
        "name": declaration.name,
        "type": declaration.type,
        "label": declaration.label,
        "unit": declaration.unit,
        "min": declaration.min,
        "max": declaration.max,
    }


def _evaluation(rule: Rule, result: RuleResult) -> dict[str, Any]:
    return {
        "type": rule.type,
        "gate": rule.gate,
        "max_points": rule.max_points,
        "gated": result.gated,
        "expression": rule.value.text if isinstance(rule, ValueRule) else None,
        "value": result.value,
        "on_zero_denominator": rule.on_zero_denominator if result.zero_denominator else None,
        "slot": result.slot,
        "figures": _figures(result.figures),
        "goalposts": {
            name: {"value": goalpost.value, "source": goalpost.source} for name, goalpost in result.goalposts.items()
        },
        "raw_share": result.raw_share,
        "share": result.share,
        "parts": _parts(rule, result),
    }


def _parts(rule: Rule, result: RuleResult) -> dict[str, Any]:
    if not isinstance(rule, Parts):
        return {}
    return {
        code: {"share": rule.parts[code].share, "evaluation": _evaluation(rule.parts[code].rule, part)}
        for code, part in result.parts.items()
    }


def _figures(figures: Figures | None) -> dict[str, Any] | None:
    return None if figures is None else {"n": figures.n, "min": figures.min, "max": figures.max}


def _benchmark(benchmark: Benchmark | None) -> dict[str, Any] | None:
    if benchmark is None:
        return None
    return {"min": benchmark.min, "max": benchmark.max, "best": benchmark.best, "source": benchmark.source}


def _exemption(answer: Exempt, best_points: Decimal | None) -> dict[str, Any]:
    policy = answer.policy
    return {
        "code": policy.code,
        "policy": policy.policy,
        "trait": policy.trait,
        "tag": policy.tag,
        "citation": policy.citation,
        "best_points": best_points if policy.policy == "cohort_best" else None,
    }
