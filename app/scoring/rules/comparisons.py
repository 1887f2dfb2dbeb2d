"""Rules that measure a value against goalposts: fixed by the framework, set by the period, or seen in the
cohort.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal, cast

from app.scoring.figures import NO_FIGURES, Benchmark, Figures
from app.scoring.numbers import CONTEXT, ONE, ZERO, clamped, ratio
from app.scoring.results import Goalpost, RuleResult
from app.scoring.rules.base import Reference, Setting, ValueRule
from app.scoring.rules.reading import read_common, read_value

_DIRECTIONS = ("higher", "lower")


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparedRule(ValueRule):
    """A value rule whose goalposts may come from the cohort."""

    def slot_paths(self) -> tuple[str, ...]:
        """Return this rule's own slot, unless the framework fixes every goalpost."""
        return () if self.is_fixed() else ("",)

    def is_fixed(self) -> bool:
        """Say whether the framework fixes every goalpost."""
        raise NotImplementedError

    def fixed(self) -> dict[str, Decimal | None]:
        """Return this rule's goalposts by name, None for one that the framework leaves open."""
        raise NotImplementedError

    def compare(self, inputs: Mapping[str, Any]) -> tuple[Decimal | None, ...]:
        """Return the value for the cohort's figures, where they are looked at."""
        value = self.comparable(inputs)
        return () if self.is_fixed() else (value,)

    def measure_value(self, value: Decimal, reference: Reference, path: str) -> RuleResult:
        """Find the goalposts and measure the value against them; None among them: undetermined."""
        fixed = self.is_fixed()
        figures = NO_FIGURES if fixed else reference.figures.get(path, NO_FIGURES)
        if path not in reference.found:
            reference.found[path] = self.goalposts(figures, reference.benchmark)
        goalposts = reference.found[path]
        raw = None if goalposts is None else self.share_between(value, goalposts)
        share = None if raw is None else clamped(raw)
        if fixed:
            return RuleResult(share, raw, value, goalposts=goalposts or {})
        return RuleResult(share, raw, value, path, figures, goalposts or {})

    def goalposts(self, figures: Figures, benchmark: Benchmark | None) -> dict[str, Goalpost] | None:
        """Return the goalposts by name, or None where there is nothing to compare with."""
        raise NotImplementedError

    def share_between(self, value: Decimal, goalposts: Mapping[str, Goalpost]) -> Decimal:
        """Return the share before clamping."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True, kw_only=True)
class MinMax(ComparedRule):
    """(v - min)/(max - min), mirrored for `lower` (4.5, 4.6, 4.11, 5.1, 5.9, 5.10, 8.6, 8.7)."""

    direction: Literal["higher", "lower"]
    min: Decimal | None
    max: Decimal | None

    def is_fixed(self) -> bool:
        """Both goalposts are printed."""
        return self.min is not None and self.max is not None

    def fixed(self) -> dict[str, Decimal | None]:
        """Return both sides."""
        return {"min": self.min, "max": self.max}

    def goalposts(self, figures: Figures, benchmark: Benchmark | None) -> dict[str, Goalpost] | None:
        """Resolve each side alone; fewer than two values and no given side are nothing to compare with."""
        low = _given(self.min, benchmark.min if benchmark else None)
        high = _given(self.max, benchmark.max if benchmark else None)
        if low is None and high is None and figures.n < 2:
            return None
        low, high = low or _seen(figures.min), high or _seen(figures.max)
        return {"min": low, "max": high} if low and high else None

    def share_between(self, value: Decimal, goalposts: Mapping[str, Goalpost]) -> Decimal:
        """Return the share between two goalposts, also where they coincide or have crossed."""
        low, high = goalposts["min"].value, goalposts["max"].value
        if high > low:
            distance = CONTEXT.subtract(value, low) if self.direction == "higher" else CONTEXT.subtract(high, value)
            return ratio(distance, CONTEXT.subtract(high, low))
        if high == low == value:
            return ONE if value else ZERO
        # A given goalpost lies beyond the whole cohort or on its edge. The other is the cohort's own end,
        # so reaching it says on which side of the given one this value lies.
        better = value >= low if self.direction == "higher" else value <= high
        return ONE if better else ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class RelativeToBest(ComparedRule):
    """v / best of the cohort (7.10)."""

    best: Decimal | None

    def is_fixed(self) -> bool:
        """The best is printed."""
        return self.best is not None

    def fixed(self) -> dict[str, Decimal | None]:
        """Return the best."""
        return {"best": self.best}

    def goalposts(self, figures: Figures, benchmark: Benchmark | None) -> dict[str, Goalpost] | None:
        """Resolve the best; fewer than two values and none given are nothing to compare with."""
        best = _given(self.best, benchmark.best if benchmark else None)
        if best is None and figures.n >= 2:
            best = _seen(figures.max)
        return {"best": best} if best else None

    def share_between(self, value: Decimal, goalposts: Mapping[str, Goalpost]) -> Decimal:
        """Return v / best; a best of 0 or less has no proportion: full at it (but 0 at 0) or above, else
        nothing.
        """
        best = goalposts["best"].value
        if best > ZERO:
            return ratio(value, best)
        if value == best == ZERO:
            return ZERO
        return ONE if value >= best else ZERO


def _given(fixed: Decimal | None, benchmark: Decimal | None) -> Goalpost | None:
    if fixed is not None:
        return Goalpost(fixed, "fixed")
    return None if benchmark is None else Goalpost(benchmark, "benchmark")


def _seen(value: Decimal | None) -> Goalpost | None:
    return None if value is None else Goalpost(value, "cohort")


def read_min_max(setting: Setting) -> MinMax:
    """Read a `min_max`; of fixed goalposts the lower stands below the upper."""
    section = setting.section
    common = read_common(setting, "value", "direction", "bounds")
    direction = cast("Literal['higher', 'lower']", section.one_of("direction", _DIRECTIONS))
    low = high = None
    bounds = section.section("bounds")
    if bounds is not None:
        bounds.only(("min", "max"))
        low, high = bounds.optional_number("min"), bounds.optional_number("max")
        if low is not None and high is not None and low >= high:
            bounds.problem("min", "minimum_not_below_maximum", f"{low} is not below {high}")
    return MinMax(**common, value=read_value(setting), direction=direction, min=low, max=high)


def read_relative_to_best(setting: Setting) -> RelativeToBest:
    """Read a `relative_to_best`; a fixed best is above 0."""
    common = read_common(setting, "value", "best")
    best = setting.section.positive("best") if setting.section.has("best") else None
    return RelativeToBest(**common, value=read_value(setting), best=best)
