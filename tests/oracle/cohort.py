"""A cohort scored anew from what was sent, in exact fractions, written from SCORING.md alone."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from types import MappingProxyType
from typing import Any

from tests.oracle.numbers import Json, number
from tests.oracle.receipts import points_of
from tests.oracle.shares import Figures, Surroundings, is_gated, share_of, value_of

Scores = dict[str, tuple[Fraction, str | None]]
"""Points and state by node; an inner node has no state."""


@dataclass(frozen=True)
class Entry:
    """What was sent for one leaf of one unit: the report, and the review's body."""

    reported: Json | None = None
    review: Json | None = None


@dataclass(frozen=True)
class Held:
    """What counts on one basis."""

    state: str
    inputs: Json | None = None
    points: Fraction = Fraction(0)
    policy: str | None = None


def score(
    document: Json,
    traits: Mapping[str, list[str]],
    entries: Mapping[str, Mapping[str, Entry]],
    basis: str,
    benchmarks: Mapping[str, Json] = MappingProxyType({}),
) -> dict[str, Scores]:
    """Everybody's nodes by unit; `traits` has who takes part, `benchmarks` the period's by leaf."""
    leaves = {node["code"]: node for node in nodes(document["indicators"]) if not node.get("children")}
    held = {
        unit: {
            code: _held(document, leaf, traits[unit], entries[unit].get(code), basis) for code, leaf in leaves.items()
        }
        for unit in traits
    }
    scores: dict[str, Scores] = {unit: {} for unit in traits}
    for code, leaf in leaves.items():
        _score_leaf(leaf, {unit: held[unit][code] for unit in traits}, scores, benchmarks.get(code, {}))
    for found in scores.values():
        for root in document["indicators"]:
            _add_up(root, found)
    return scores


def total(document: Json, scores: Scores) -> Fraction:
    """The framework's points."""
    return sum((scores[pillar["code"]][0] for pillar in document["indicators"]), Fraction(0))


def nodes(roots: list[Json]) -> Iterator[Json]:
    """Every node below, in document order."""
    for node in roots:
        yield node
        yield from nodes(node.get("children", []))


def _held(document: Json, leaf: Json, traits: list[str], entry: Entry | None, basis: str) -> Held:
    reported = entry.reported if entry else None
    review = entry.review if entry and basis == "assessed" else None
    if review is not None and review["verdict"] != "agree":
        if review["verdict"] == "exempt":
            return Held("exempt", policy=_policy(document, review["exemption"]))
        if "points" in review:
            return Held("awarded", points=number(review["points"]))
        if "inputs" in review:
            return Held("reported", review["inputs"])
        if reported is not None:
            return Held("rejected")
    for policy in document["exemptions"]:
        if policy.get("trait") in traits and policy["tag"] in leaf.get("tags", []):
            return Held("exempt", policy=policy["policy"])
    return Held("not_reported") if reported is None else Held("reported", reported)


def _policy(document: Json, code: str) -> str:
    return next(str(policy["policy"]) for policy in document["exemptions"] if policy["code"] == code)


def _score_leaf(leaf: Json, held: Mapping[str, Held], scores: Mapping[str, Scores], benchmark: Json) -> None:
    max_points = number(leaf["max_points"])
    figures = dict(_figures(leaf["rule"], [h.inputs for h in held.values() if h.inputs is not None]))
    around = Surroundings(figures, benchmark)
    got: dict[str, tuple[Fraction, str]] = {}
    for unit, holding in held.items():
        if holding.state == "reported":
            share = share_of(leaf["rule"], holding.inputs or {}, max_points, around)
            got[unit] = (Fraction(0), "undetermined") if share is None else (points_of(share, max_points), "reported")
        elif leaf["rule"]["type"] == "unscored":
            got[unit] = Fraction(0), "unscored"
        elif holding.state != "exempt":
            got[unit] = holding.points, holding.state
    best = max((points for points, _ in got.values()), default=Fraction(0))
    for unit, holding in held.items():
        exempt = max_points if holding.policy == "full" else best
        scores[unit][leaf["code"]] = got.get(unit, (exempt, "exempt"))


def _figures(rule: Json, answers: list[Any], at: str = "") -> Iterator[tuple[str, Figures]]:
    """The figures of a rule and of its parts, over the answers that count."""
    open_ = [inputs for inputs in answers if not is_gated(rule, inputs)]
    for part in rule.get("parts", []):
        path = f"{at}/{part['code']}".lstrip("/")
        yield from _figures(part["rule"], [inputs.get(part["code"], {}) for inputs in open_], path)
    if rule["type"] in {"min_max", "relative_to_best"}:
        values = [value for value in (value_of(rule, inputs) for inputs in open_) if value is not None]
        yield at, Figures(len(values), min(values, default=None), max(values, default=None))


def _add_up(node: Json, scores: Scores) -> Fraction:
    if node.get("children"):
        scores[node["code"]] = sum((_add_up(child, scores) for child in node["children"]), Fraction(0)), None
    return scores[node["code"]][0]
