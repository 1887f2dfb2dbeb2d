"""Checking answers against the framework, before any lock is taken; every problem is told at once."""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from app.clients.client import Client
from app.kernel.errors import FieldError, InvalidError, NotFoundError
from app.scoring import AnswerError, Framework, Indicator, Problem, check_award, check_inputs
from app.submissions.schemas import AnswerWrite, ReviewWrite


class Change(NamedTuple):
    """One leaf's answer as the unit now reports it; inputs of None withdraw it."""

    leaf: Indicator
    inputs: Mapping[str, Any] | None
    note: str | None


def field_error(problem: Problem) -> FieldError:
    """An engine's problem as a field error."""
    return FieldError(problem.pointer, problem.code, problem.detail)


def check_changes(framework: Framework, client: Client, answers: list[AnswerWrite]) -> list[Change]:
    """Answers with their inputs in normal form. InvalidError `invalid_answers` with every problem by pointer."""
    changes: list[Change] = []
    errors: list[FieldError] = []
    seen: set[str] = set()
    for index, answer in enumerate(answers):
        at = f"/answers/{index}"
        leaf = find_leaf(framework, client, answer.indicator)
        if leaf is None:
            detail = f"The framework has no leaf '{answer.indicator}'."
            errors.append(FieldError(f"{at}/indicator", "unknown_indicator", detail))
        elif leaf.code in seen:
            errors.append(FieldError(f"{at}/indicator", "duplicate_answer", f"'{leaf.code}' is answered twice."))
        else:
            seen.add(leaf.code)
            try:
                inputs = None if answer.inputs is None else check_inputs(leaf, answer.inputs, f"{at}/inputs")
                changes.append(Change(leaf, inputs, answer.note if inputs is not None else None))
            except AnswerError as error:
                errors.extend(map(field_error, error.problems))
    if errors:
        raise InvalidError("invalid_answers", "Nothing was written; every problem is listed.", errors)
    return changes


def find_leaf(framework: Framework, client: Client, code: str) -> Indicator | None:
    """The leaf of that code within the client's bounds, or None."""
    leaf = framework.by_code.get(code)
    if leaf is None or not leaf.is_leaf or (client.indicators is not None and code not in client.indicators):
        return None
    return leaf


def get_leaf(framework: Framework, client: Client, code: str) -> Indicator:
    """The leaf of that code. NotFoundError `indicator_not_found`."""
    leaf = find_leaf(framework, client, code)
    if leaf is None:
        raise NotFoundError("indicator_not_found", f"The framework has no leaf '{code}'.")
    return leaf


def check_review(framework: Framework, leaf: Indicator, review: ReviewWrite) -> dict[str, Any]:
    """The verdict as it is stored. InvalidError `invalid_review` with every problem by pointer."""
    errors = list(shape_problems(framework, leaf, review))
    inputs, points = None, None
    try:
        if review.inputs is not None:
            inputs = check_inputs(leaf, review.inputs, "/inputs")
        if review.points is not None:
            points = check_award(leaf, review.points, "/points")
    except AnswerError as error:
        errors.extend(map(field_error, error.problems))
    if errors:
        raise InvalidError("invalid_review", "Nothing was written; every problem is listed.", errors)
    return {
        "verdict": review.verdict,
        "assessed": inputs,
        "awarded": points,
        "exemption": review.exemption,
        "reason": review.reason,
    }


def shape_problems(framework: Framework, leaf: Indicator, review: ReviewWrite) -> Iterator[FieldError]:
    """What does not belong to the verdict, or is missing from it."""
    given = [name for name in ("inputs", "points", "exemption") if getattr(review, name) is not None]
    allowed = {"adjust": {"inputs", "points"}, "exempt": {"exemption"}}.get(review.verdict, set())
    for name in given:
        if name not in allowed:
            yield FieldError(f"/{name}", "not_with_this_verdict", f"'{review.verdict}' takes no {name}.")
    if review.verdict == "adjust" and len(given) != 1:
        yield FieldError("/inputs", "inputs_or_points", "'adjust' takes either inputs or points.")
    if review.verdict == "exempt":
        yield from exemption_problems(framework, leaf, review.exemption)


def exemption_problems(framework: Framework, leaf: Indicator, code: str | None) -> Iterator[FieldError]:
    """Whether an exemption of that code can be granted on that leaf (QĐ 2554/QĐ-UBND, VII.4)."""
    granted = {policy.code: policy for policy in framework.exemptions if policy.trait is None}
    if code is None:
        yield FieldError("/exemption", "missing_exemption", "'exempt' names one of the framework's exemptions.")
    elif code not in granted:
        detail = f"The framework grants no exemption '{code}'; it grants: {', '.join(granted) or 'none'}."
        yield FieldError("/exemption", "unknown_exemption", detail)
    elif granted[code].tag is not None and granted[code].tag not in leaf.tags:
        detail = f"Exemption '{code}' is for leaves tagged '{granted[code].tag}'."
        yield FieldError("/exemption", "exemption_does_not_apply", detail)
    if leaf.is_unscored:
        yield FieldError("/verdict", "not_answerable", f"'{leaf.code}' is not scored.")
