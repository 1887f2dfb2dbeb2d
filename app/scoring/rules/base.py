"""What all rules have in common: a gate, declared inputs, and the way an answer's inputs are checked."""

# ruff: noqa: ARG002 - a method takes what its sisters in other rules need

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from app.scoring.expressions import Expression
from app.scoring.fields import Section
from app.scoring.figures import Benchmark, Figures
from app.scoring.inputs import InputDecl, check_named
from app.scoring.numbers import ONE, ZERO, clamped
from app.scoring.problems import Problem, ValueOutOfRangeError, ZeroDenominatorError, child
from app.scoring.results import Goalpost, RuleResult

OnZero = Literal["undetermined", "zero", "full"]
COMMON_FIELDS = ("type", "gate", "on_zero_denominator")


@dataclass(frozen=True, slots=True)
class Reference:
    """What the cohort rules of one leaf may look at: figures by slot, and the period's benchmark.

    `found` keeps by path the goalposts that a rule has made of them: they are the same for every answer.
    """

    figures: Mapping[str, Figures]
    benchmark: Benchmark | None
    found: dict[str, dict[str, Goalpost] | None] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """How one leaf, or one part of it, turns an answer into a share of `max_points`.

    `document` is the rule as stored. `declared` are the inputs the rule may use. A part's `max_points` are
    its share of the leaf's.
    """

    type: str
    document: Mapping[str, Any] = field(repr=False)
    declared: Mapping[str, InputDecl] = field(repr=False)
    max_points: Decimal
    gate: str | None
    on_zero_denominator: OnZero

    def slot_paths(self) -> tuple[str, ...]:
        """Return the paths of the rules in here that look at the cohort; "" is this rule itself."""
        return ()

    def own_inputs(self) -> tuple[str, ...]:
        """Return the keys an answer has besides the declared inputs."""
        return ()

    def is_closed(self, inputs: Mapping[str, Any]) -> bool:
        """Say whether the gate is answered with false."""
        return self.gate is not None and inputs.get(self.gate) is False

    def check(self, inputs: object, at: str, problems: list[Problem]) -> dict[str, Any]:
        """Return the inputs in normal form; note everything that is wrong, by pointer below `at`.

        Behind a closed gate only the gate is needed; what is given besides is checked all the same.
        """
        if type(inputs) is not dict and not isinstance(inputs, Mapping):
            problems.append(Problem(at, "not_an_object", "the inputs are an object of names and values"))
            return {}
        own, declared = self.own_inputs(), self.declared
        problems += [
            Problem(child(at, str(key)), "unknown_input", f"'{key}' is not declared")
            for key in inputs
            if key not in declared and key not in own
        ]
        closed = self.is_closed(inputs)
        needed = (self.gate,) if closed and self.gate else declared
        checked = check_named(declared, inputs, needed, at, problems)
        for key in own:
            if key in inputs:
                checked[key] = self.check_own(key, inputs[key], child(at, key), problems)
            elif not closed:
                problems.append(Problem(child(at, key), "missing_input", f"'{key}' is needed"))
        return checked

    def check_own(self, key: str, given: object, at: str, problems: list[Problem]) -> object:
        """Return the normal form of one of `own_inputs`."""
        raise NotImplementedError

    def check_range(self, inputs: Mapping[str, Any], at: str, problems: list[Problem]) -> None:
        """Note a value too large to be held; inputs are in normal form."""

    def score(self, inputs: Mapping[str, Any], reference: Reference, path: str = "") -> RuleResult:
        """Return the share of inputs in normal form, a closed gate first."""
        if self.is_closed(inputs):
            return RuleResult(ZERO, ZERO, gated=True)
        return self.measure(inputs, reference, path)

    def measure(self, inputs: Mapping[str, Any], reference: Reference, path: str) -> RuleResult:
        """Return the share where no gate is closed; `path` is the slot of this rule."""
        raise NotImplementedError

    def compared(self, inputs: Mapping[str, Any]) -> tuple[Decimal | None, ...]:
        """Return the value of each slot for the cohort's figures, None for one that is out of them.

        Raises ZeroDenominatorError where the rule, whatever the cohort, gives no result: an undetermined
        answer is out of every figure.
        """
        if self.is_closed(inputs):
            return (None,) * len(self.slot_paths())
        return self.compare(inputs)

    def compare(self, inputs: Mapping[str, Any]) -> tuple[Decimal | None, ...]:
        """Return the values of the slots where no gate is closed."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ValueRule(Rule):
    """A rule over the value of an expression."""

    value: Expression

    def check_range(self, inputs: Mapping[str, Any], at: str, problems: list[Problem]) -> None:
        """Note a value of 1e26 or more."""
        if self.is_closed(inputs):
            return
        try:
            self.value.value(inputs)
        except ZeroDenominatorError:
            return
        except ValueOutOfRangeError:
            problems.append(Problem(at, "value_out_of_range", f"'{self.value.text}' is 1e26 or more"))

    def measure(self, inputs: Mapping[str, Any], reference: Reference, path: str) -> RuleResult:
        """Evaluate the expression and measure its value."""
        try:
            value = self.value.value(inputs)
        except ZeroDenominatorError:
            share = {"undetermined": None, "zero": ZERO, "full": ONE}[self.on_zero_denominator]
            return RuleResult(share, share, zero_denominator=True)
        return self.measure_value(value, reference, path)

    def measure_value(self, value: Decimal, reference: Reference, path: str) -> RuleResult:
        """Return the share of a value that needs no cohort."""
        raw = self.raw_share(value)
        return RuleResult(clamped(raw), raw, value)

    def raw_share(self, value: Decimal) -> Decimal:
        """Return the share of a value before it is clamped."""
        raise NotImplementedError

    def compare(self, inputs: Mapping[str, Any]) -> tuple[Decimal | None, ...]:
        """Return no value, but raise where the answer is undetermined."""
        self.comparable(inputs)
        return ()

    def comparable(self, inputs: Mapping[str, Any]) -> Decimal | None:
        """Return the value, None for a zero denominator that the rule settles as `zero` or `full`."""
        try:
            return self.value.value(inputs)
        except ZeroDenominatorError:
            if self.on_zero_denominator == "undetermined":
                raise
            return None


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a rule is being read: its section, the inputs it may use, its points, and how many parts stand
    above.
    """

    section: Section
    declared: Mapping[str, InputDecl]
    max_points: Decimal
    depth: int = 0


Read = Callable[[Setting], Rule]
