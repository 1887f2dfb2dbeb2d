"""Trying out one rule: is it right, which inputs does it use, what does it make of an answer?"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from app.frameworks.schemas import RuleCheck, RuleReport
from app.kernel.errors import FieldError
from app.scoring import (
    AnswerError,
    DocumentError,
    Indicator,
    Reported,
    Rule,
    check_inputs,
    read_indicator,
    score_leaf,
)
from app.scoring.rules.base import ValueRule
from app.scoring.rules.parts import Parts

_SHOWN_DECIMALS = 9


def check_rule(body: RuleCheck) -> RuleReport:
    """What the engine makes of a leaf and, where there is one, of an answer to it."""
    try:
        leaf = read_indicator(body.model_dump(by_alias=True, exclude={"answer"}))
    except DocumentError as error:
        return RuleReport(valid=False, errors=_errors(error), variables=[])
    variables = sorted(_variables(leaf))
    if body.answer is None:
        return RuleReport(valid=True, errors=[], variables=variables)
    try:
        share, points = _score(leaf, body.answer)
    except AnswerError as error:
        return RuleReport(valid=False, errors=_errors(error), variables=variables)
    return RuleReport(valid=True, errors=[], variables=variables, share=share, points=points)


def _score(leaf: Indicator, answer: Mapping[str, Any]) -> tuple[Decimal | None, Decimal | None]:
    """Share and points of an answer; None for both where the rule alone gives no result."""
    inputs = check_inputs(leaf, answer, "/answer")
    score = score_leaf(leaf, Reported(inputs), {})
    if score.state == "undetermined":
        return None, None
    return round(score.share, _SHOWN_DECIMALS), score.points


def _variables(leaf: Indicator) -> set[str]:
    used = {name for validation in leaf.validations for name in validation.comparison.names}
    return used | set(_used(leaf.rule, "")) if leaf.rule else used


def _used(rule: Rule, at: str) -> Iterator[str]:
    if rule.gate is not None:
        yield f"{at}{rule.gate}"
    if isinstance(rule, ValueRule):
        yield from (f"{at}{name}" for name in rule.value.names)
    if isinstance(rule, Parts):
        for code, part in rule.parts.items():
            yield from _used(part.rule, f"{at}{code}/")


def _errors(error: DocumentError | AnswerError) -> list[FieldError]:
    return [FieldError(problem.pointer, problem.code, problem.detail) for problem in error.problems]
