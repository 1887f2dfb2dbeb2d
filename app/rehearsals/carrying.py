"""What becomes of a past answer under another framework. Matched by code; pure.

- What was reported counts where the leaf of that code takes it, as the leaf checks any answer; so do a reviewer's
  inputs in its place. Inputs that it does not take are no data: nobody knows what would have been reported.
- Awarded points count where the leaf has the same maximum: points out of 10 mean nothing out of 20.
- A rejection stays one. A granted exemption counts where this framework grants it too, on a leaf with its tag; else
  the criterion fits the unit again, and what it reported counts.
- Traits exempt as this framework says.
- The period's benchmark of a leaf counts where the leaf of that code takes it.
- A reviewer's word that is not carried does not give way to what the reviewer overruled.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

from app.rehearsals.schemas import Basis, Reason
from app.scores.stored import NOTHING, StoredAnswer, answer_on, granted_exemption
from app.scoring import (
    Answer,
    AnswerError,
    Awarded,
    Benchmark,
    Exempt,
    ExemptionPolicy,
    Framework,
    Indicator,
    Reported,
    check_benchmark,
    check_inputs,
)


@dataclass(frozen=True, slots=True)
class Successor:
    """A leaf of the rehearsed framework. `former` is that of the same code before; `same`: it asks and scores alike."""

    leaf: Indicator
    former: Indicator | None
    same: bool


def successors(before: Framework, after: Framework) -> Mapping[str, Successor]:
    """Every leaf of `after` that can be answered, by code."""
    return {leaf.code: _successor(leaf, before.by_code.get(leaf.code)) for leaf in after.leaves if not leaf.is_unscored}


def _successor(leaf: Indicator, former: Indicator | None) -> Successor:
    if former is None or former.rule is None or former.is_unscored:
        return Successor(leaf, None, same=False)
    return Successor(leaf, former, same=_asks_and_scores(leaf) == _asks_and_scores(former))


def _asks_and_scores(leaf: Indicator) -> tuple[object, ...]:
    return (leaf.rule and leaf.rule.document, leaf.inputs, leaf.validations, leaf.max_points)


def carried_benchmarks(after: Framework, benchmarks: Mapping[str, Benchmark]) -> dict[str, Benchmark]:
    """The benchmarks that leaves of `after` take, by code."""
    return {
        code: benchmark
        for code, benchmark in benchmarks.items()
        if code in after.by_code and _takes(after.by_code[code], benchmark)
    }


def _takes(leaf: Indicator, benchmark: Benchmark) -> bool:
    try:
        check_benchmark(leaf, benchmark)
    except AnswerError:
        return False
    return True


def carried(
    basis: Basis,
    framework: Framework,
    successor: Successor,
    stored: StoredAnswer,
    by_trait: ExemptionPolicy | None,
) -> tuple[Answer, Reason | None]:
    """The answer that the rehearsed framework scores, or None and why there is none."""
    known = stored if stored.exemption is None or _grants(framework, successor.leaf, stored) else _unexempted(stored)
    answer, reason = _fitting(successor, answer_on(basis, framework, known, by_trait))
    if answer is None and by_trait is not None:
        return Exempt(by_trait), None
    return answer, reason


def _grants(framework: Framework, leaf: Indicator, stored: StoredAnswer) -> bool:
    policy = granted_exemption(framework, cast("str", stored.exemption))
    return policy is not None and (policy.tag is None or policy.tag in leaf.tags)


def _unexempted(stored: StoredAnswer) -> StoredAnswer:
    return NOTHING._replace(reported=stored.reported)


def _fitting(successor: Successor, answer: Answer) -> tuple[Answer, Reason | None]:
    if answer is None:
        return None, "not_reported" if successor.former else "new"
    if isinstance(answer, Awarded):
        fits = successor.former is not None and successor.former.max_points == successor.leaf.max_points
        return (answer, None) if fits else (None, "award_not_carried")
    if not isinstance(answer, Reported) or successor.same:
        return answer, None
    try:
        return Reported(check_inputs(successor.leaf, answer.inputs)), None
    except AnswerError:
        return None, "inputs_refused"
