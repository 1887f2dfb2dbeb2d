"""Leaves without a formula: points that somebody enters, and criteria that are not scored."""

# ruff: noqa: ARG002 - a method takes what its sisters in other rules need

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.scoring.numbers import (
    POINT_DECIMALS,
    ZERO,
    NotANumberError,
    has_more_decimals,
    ratio,
    to_decimal,
)
from app.scoring.problems import Problem
from app.scoring.results import RuleResult
from app.scoring.rules.base import Reference, Rule, Setting
from app.scoring.rules.reading import read_common


@dataclass(frozen=True, slots=True, kw_only=True)
class Direct(Rule):
    """Points entered by an assessor, a survey or a ministry's published table, 0 to `max_points`."""

    def own_inputs(self) -> tuple[str, ...]:
        """`points`: a number."""
        return ("points",)

    def check_own(self, key: str, given: object, at: str, problems: list[Problem]) -> object:
        """Take points within the maximum."""
        return check_points(given, self.max_points, at, problems)

    def measure(self, inputs: Mapping[str, Any], reference: Reference, path: str) -> RuleResult:
        """Return the points over the maximum."""
        share = share_of(inputs["points"], self.max_points)
        return RuleResult(share, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unscored(Rule):
    """No points and nothing to answer (9.x: "Bộ TT&TT chưa chấm điểm")."""

    def measure(self, inputs: Mapping[str, Any], reference: Reference, path: str) -> RuleResult:
        """Return nothing."""
        return RuleResult(ZERO, ZERO)


def check_points(given: object, max_points: Decimal, at: str, problems: list[Problem]) -> Decimal:
    """Return points as Decimal; note `negative_points`, `points_above_maximum`, `too_many_decimals`, no
    numbers.
    """
    try:
        points = to_decimal(given)
    except NotANumberError as error:
        problems.append(Problem(at, error.code, error.detail))
        return ZERO
    if points < ZERO:
        problems.append(Problem(at, "negative_points", "points are 0 or more"))
    if points > max_points:
        problems.append(Problem(at, "points_above_maximum", f"{points} is above {max_points}"))
    if has_more_decimals(points, POINT_DECIMALS):
        problems.append(Problem(at, "too_many_decimals", f"points have at most {POINT_DECIMALS} decimals"))
    return points


def share_of(points: Decimal, max_points: Decimal) -> Decimal:
    """Return points over the maximum to 24 decimals, 0 where there is nothing to get."""
    return ratio(points, max_points) if max_points else ZERO


def read_direct(setting: Setting) -> Direct:
    """Read a `direct`."""
    return Direct(**read_common(setting))


def read_unscored(setting: Setting) -> Unscored:
    """Read an `unscored`: a leaf of 0 points, and never a part of one that has some."""
    if setting.depth:
        setting.section.problem("type", "unscored_part", "a part has a share of the points")
    elif setting.max_points != ZERO:
        detail = f"a leaf that is not scored has 0 points, not {setting.max_points}"
        setting.section.problem("type", "unscored_with_points", detail)
    return Unscored(**read_common(setting))
