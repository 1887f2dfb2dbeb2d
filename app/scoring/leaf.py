"""One leaf of one unit: check what is handed in, and score what is known."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.scoring.answers import Answer, Awarded, Exempt, Inputs, Rejected, Reported
from app.scoring.figures import Benchmark, Figures
from app.scoring.inputs import check_validations
from app.scoring.numbers import ZERO, ZERO_POINTS, points_of, to_points
from app.scoring.problems import AnswerError, Problem, ValueOutOfRangeError, ZeroDenominatorError
from app.scoring.results import LeafScore
from app.scoring.rules import Rule
from app.scoring.rules.base import Reference
from app.scoring.rules.entered import check_points, share_of
from app.scoring.tree import Indicator

_UNSCORED = LeafScore("unscored", ZERO_POINTS, ZERO)
_NOT_REPORTED = LeafScore("not_reported", ZERO_POINTS, ZERO)
_REJECTED = LeafScore("rejected", ZERO_POINTS, ZERO)


def check_inputs(leaf: Indicator, inputs: Mapping[str, Any], at: str = "") -> Inputs:
    """Return the inputs of an answer in normal form, or raise AnswerError as `read_inputs` does."""
    return read_inputs(leaf, inputs, at)[0]


def read_inputs(leaf: Indicator, inputs: Mapping[str, Any], at: str = "") -> tuple[Inputs, tuple[Decimal | None, ...]]:
    """Return the inputs of an answer in normal form, and the `cohort_values` of a unit that reports them; or
    raise AnswerError with every problem, by pointer below `at`.

    Normal form: numbers as Decimal, whole ones without a fraction, checked items in document order, one
    nested dict per part. Codes: those of `check_named`, and `unknown_input`, `unknown_choice`, `not_a_list`,
    `unknown_item`, `repeated_item`, `negative_points`, `points_above_maximum`, `too_many_decimals`,
    `not_an_object`, `validation_failed`, `value_out_of_range`; `not_answerable` for an inner node or an
    unscored leaf.
    """
    rule = _answerable_rule(leaf, at)
    problems: list[Problem] = []
    checked = rule.check(inputs, at, problems)
    values: tuple[Decimal | None, ...] = ()
    if not problems:
        check_validations(leaf.validations, checked, at, problems)
        try:
            values = rule.compared(checked)
        except (ZeroDenominatorError, ValueOutOfRangeError):
            values = (None,) * len(leaf.slots)
            rule.check_range(checked, at, problems)
    if problems:
        raise AnswerError(problems)
    return checked, values


def check_award(leaf: Indicator, points: object, at: str = "") -> Decimal:
    """Return awarded points as Decimal, or raise AnswerError.

    Codes: `negative_points`, `points_above_maximum`, `too_many_decimals` (6 at most), `not_a_number`,
    `not_finite`, `number_out_of_range`, `not_answerable`.
    """
    _answerable_rule(leaf, at)
    problems: list[Problem] = []
    checked = check_points(points, leaf.max_points, at, problems)
    if problems:
        raise AnswerError(problems)
    return checked


def _answerable_rule(leaf: Indicator, at: str) -> Rule:
    rule = leaf.rule
    if rule is None:
        raise AnswerError([Problem(at, "not_answerable", f"'{leaf.code}' is the sum of its children")])
    if leaf.is_unscored:
        raise AnswerError([Problem(at, "not_answerable", f"'{leaf.code}' is not scored")])
    return rule


def cohort_values(leaf: Indicator, answer: Answer) -> tuple[Decimal | None, ...]:
    """Return this answer's value for each of `leaf.slots`; None keeps it out of that slot's figures.

    None for whatever is not Reported, behind a closed gate, or without a value because of a zero denominator;
    all of a leaf's values are None where the answer is undetermined whatever the cohort.
    """
    if leaf.rule is None or not leaf.slots:
        return ()
    absent = (None,) * len(leaf.slots)
    if not isinstance(answer, Reported):
        return absent
    try:
        return leaf.rule.compared(answer.inputs)
    except ZeroDenominatorError:
        return absent
    except ValueOutOfRangeError as error:
        raise _out_of_range(leaf) from error


def score_leaf(
    leaf: Indicator,
    answer: Answer,
    figures: Mapping[str, Figures],
    benchmark: Benchmark | None = None,
    best_points: Decimal | None = None,
) -> LeafScore:
    """Return state and points of one leaf. Inputs are those `check_inputs` returned.

    `figures` (by slot) are the cohort's, the scored unit included. A `benchmark` sets goalposts that the rule
    leaves open; a leaf with several cohort rules in its parts takes none, as their values are not of one
    kind. `best_points` is the cohort's best on this leaf, for an exemption by `cohort_best`; None: nobody to
    compare with, 0 points.
    """
    return score_against(leaf, answer, reference_of(leaf, figures, benchmark), best_points)


def score_against(
    leaf: Indicator, answer: Answer, reference: Reference, best_points: Decimal | None = None
) -> LeafScore:
    """Return the same for a `reference` that many answers of one leaf are measured against."""
    rule = leaf.rule
    if rule is None:
        msg = f"'{leaf.code}' is the sum of its children"
        raise ValueError(msg)
    if leaf.is_unscored:
        return _UNSCORED
    match answer:
        case Reported():
            return _score_reported(leaf, rule, answer.inputs, reference)
        case None:
            return _NOT_REPORTED
        case Awarded():
            return _granted("awarded", answer.points, leaf)
        case Exempt():
            full = answer.policy.policy == "full"
            return _granted("exempt", leaf.max_points if full else best_points or ZERO, leaf)
        case Rejected():
            return _REJECTED


def reference_of(leaf: Indicator, figures: Mapping[str, Figures], benchmark: Benchmark | None) -> Reference:
    """Return what the rules of a leaf may look at."""
    return Reference(figures, usable(leaf, benchmark))


def usable(leaf: Indicator, benchmark: Benchmark | None) -> Benchmark | None:
    """Return the benchmark where it can mean only one thing: the leaf has exactly one rule that looks at the
    cohort.
    """
    return benchmark if len(leaf.slots) == 1 else None


def _score_reported(leaf: Indicator, rule: Rule, inputs: Mapping[str, Any], reference: Reference) -> LeafScore:
    try:
        result = rule.score(inputs, reference)
    except ValueOutOfRangeError as error:
        raise _out_of_range(leaf) from error
    if result.share is None:
        return LeafScore("undetermined", ZERO_POINTS, ZERO, result)
    return LeafScore("reported", points_of(result.share, leaf.max_points), result.share, result)


def _granted(state: str, points: Decimal, leaf: Indicator) -> LeafScore:
    return LeafScore(state, to_points(points), share_of(points, leaf.max_points))


def _out_of_range(leaf: Indicator) -> AnswerError:
    return AnswerError([Problem("", "value_out_of_range", f"the value of '{leaf.code}' is 1e26 or more")])
