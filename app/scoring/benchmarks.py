"""Whether a period's benchmark means something for a leaf."""

from collections.abc import Iterator
from decimal import Decimal

from app.scoring.figures import Benchmark
from app.scoring.numbers import ZERO
from app.scoring.problems import AnswerError, Problem
from app.scoring.rules import Rule
from app.scoring.rules.comparisons import ComparedRule
from app.scoring.rules.parts import Parts
from app.scoring.tree import Indicator


def check_benchmark(leaf: Indicator, benchmark: Benchmark) -> None:
    """Raise AnswerError with everything that is wrong, by pointer into `{min, max, best}`.

    Codes: `not_compared` for a leaf no rule of which looks at the cohort, `compared_twice` for one with several such
    rules in its parts, as their values are not of one kind; `no_goalpost` when none is given; `goalpost_unused` for
    one that the rule does not have; `goalpost_fixed` for one that the framework prints; `minimum_not_below_maximum`,
    also against a printed one; `best_not_positive`.
    """
    if len(leaf.slots) != 1 or leaf.rule is None:
        raise AnswerError([_unusable(leaf)])
    problems = list(_problems(_compared(leaf.rule, leaf.slots[0]), benchmark))
    if problems:
        raise AnswerError(problems)


def _unusable(leaf: Indicator) -> Problem:
    if leaf.slots:
        return Problem("", "compared_twice", f"'{leaf.code}' has several parts that look at the cohort")
    return Problem("", "not_compared", f"'{leaf.code}' is not measured against others, or against printed bounds only")


def _compared(rule: Rule, slot: str) -> ComparedRule:
    for code in filter(None, slot.split("/")):
        assert isinstance(rule, Parts)  # noqa: S101  a slot's path leads through parts
        rule = rule.parts[code].rule
    assert isinstance(rule, ComparedRule)  # noqa: S101  and ends at a rule that looks at the cohort
    return rule


def _problems(rule: ComparedRule, benchmark: Benchmark) -> Iterator[Problem]:
    given = {"min": benchmark.min, "max": benchmark.max, "best": benchmark.best}
    fixed = rule.fixed()
    if all(value is None for value in given.values()):
        yield Problem("", "no_goalpost", f"one of {', '.join(name for name in fixed if fixed[name] is None)} is needed")
    for name, value in given.items():
        if value is None:
            continue
        if name not in fixed:
            yield Problem(f"/{name}", "goalpost_unused", f"a rule '{rule.type}' has no '{name}'")
        elif fixed[name] is not None:
            yield Problem(f"/{name}", "goalpost_fixed", f"the framework fixes '{name}' at {fixed[name]}")
    yield from _out_of_order(given | {name: value for name, value in fixed.items() if value is not None}, given)


def _out_of_order(meant: dict[str, Decimal | None], given: dict[str, Decimal | None]) -> Iterator[Problem]:
    low, high, best = meant["min"], meant["max"], given["best"]
    if low is not None and high is not None and low >= high:
        at = "/min" if given["min"] is not None else "/max"
        yield Problem(at, "minimum_not_below_maximum", f"{low} is not below {high}")
    if best is not None and best <= ZERO:
        yield Problem("/best", "best_not_positive", f"{best} is not above 0")
