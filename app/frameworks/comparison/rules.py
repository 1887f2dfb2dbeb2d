"""What changed in the rule of a leaf, in words."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.frameworks.comparison.inputs import input_changes
from app.frameworks.comparison.wording import Json, bands, below, described, figure, goalpost, named


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference in a sentence; `formula`: it is the formula itself that differs, not its numbers or cases."""

    words: str
    formula: bool = False


def rule_changes(before: Json | None, after: Json | None) -> list[Difference]:
    """Every difference between two rules as documents have them; None is a node that has children instead.

    Words do not count (labels), nor does another way to write the same (blanks in a value, a default given).
    """
    if before is None or after is None:
        return [] if before is after else [Difference(f"{described(before)} becomes {described(after)}")]
    if before["type"] != after["type"]:
        return [Difference(f"{described(before)} becomes {described(after)}", formula=True)]
    return [*_common(before, after), *_OF_TYPE.get(before["type"], _nothing)(before, after)]


def _common(before: Json, after: Json) -> Iterator[Difference]:
    if _written(before) != _written(after):
        yield Difference(f"the value v: {before['value']} becomes {after['value']}", formula=True)
    if before.get("gate") != after.get("gate"):
        words = f"the input without which there are no points: {_or_none(before, 'gate')}"
        yield Difference(f"{words} becomes {_or_none(after, 'gate')}", formula=True)
    zero = [rule.get("on_zero_denominator") or "undetermined" for rule in (before, after)]
    if zero[0] != zero[1]:
        yield Difference(f"a division by zero: {zero[0]} becomes {zero[1]}", formula=True)


def _written(rule: Json) -> str:
    return "".join(str(rule.get("value", "")).split())


def _or_none(rule: Json, key: str) -> str:
    found = rule.get(key)
    if found is None:
        return "none"
    return found if isinstance(found, str) else figure(found)


def _became(what: str, before: str, after: str, *, formula: bool = False) -> Iterator[Difference]:
    if before != after:
        yield Difference(f"{what}: {before} becomes {after}", formula=formula)


def _nothing(_before: Json, _after: Json) -> Iterator[Difference]:
    return iter(())


def _proportional(before: Json, after: Json) -> Iterator[Difference]:
    marks = [figure(rule.get("full_at") or 1) for rule in (before, after)]
    yield from _became("the full mark", *marks)
    # At a full mark of 1 both ways of scoring below it are one.
    ways = {rule["below"] for rule, mark in zip((before, after), marks, strict=True) if mark != "1"}
    if len(ways) > 1:
        mark = f" of {marks[0]}" if marks[0] == marks[1] else ""
        yield from _became(f"below the full mark{mark}", below(before), below(after), formula=True)
    yield from _became("the floor, below which there are no points", *(_or_none(r, "floor") for r in (before, after)))


def _bands(before: Json, after: Json) -> Iterator[Difference]:
    yield from _became("the bands", bands(before), bands(after))


def _per_item(before: Json, after: Json) -> Iterator[Difference]:
    yield from _became("points for each", figure(before["points_each"]), figure(after["points_each"]))


def _min_max(before: Json, after: Json) -> Iterator[Difference]:
    yield from _became("which values are better", before["direction"], after["direction"], formula=True)
    for side, name in (("min", "the lowest value"), ("max", "the highest value")):
        yield from _became(f"{name} to compare with", goalpost(before, side), goalpost(after, side))


def _to_best(before: Json, after: Json) -> Iterator[Difference]:
    best = ["the cohort's" if rule.get("best") is None else figure(rule["best"]) for rule in (before, after)]
    yield from _became("the best to compare with", *best)


def _cases(name: str, key: str) -> Callable[[Json, Json], Iterator[Difference]]:
    def changes(before: Json, after: Json) -> Iterator[Difference]:
        old, new = _by_code(before[key]), _by_code(after[key])
        for code, case in old.items():
            if code not in new:
                yield Difference(f"the {name} {named(case)} ({figure(case['share'])}) is gone")
        for code, case in new.items():
            share = figure(case["share"])
            if code not in old:
                yield Difference(f"the {name} {named(case)} ({share}) is new")
            else:
                yield from _became(f"the share of the {name} {named(case)}", figure(old[code]["share"]), share)

    return changes


def _parts(before: Json, after: Json) -> Iterator[Difference]:
    yield from _cases("part", "parts")(before, after)
    old = _by_code(before["parts"])
    for code, part in _by_code(after["parts"]).items():
        if code not in old:
            continue
        inner = [*rule_changes(old[code]["rule"], part["rule"])]
        inner += [Difference(words) for words in input_changes(old[code].get("inputs", []), part.get("inputs", []))]
        for change in inner:
            yield Difference(f"in the part {named(part)}, {change.words}", change.formula)


def _by_code(things: list[Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    return {thing["code"]: thing for thing in things}


_OF_TYPE: dict[str, Callable[[Json, Json], Iterator[Difference]]] = {
    "choice": _cases("case", "options"),
    "checklist": _cases("item", "items"),
    "proportional": _proportional,
    "bands": _bands,
    "per_item": _per_item,
    "min_max": _min_max,
    "relative_to_best": _to_best,
    "parts": _parts,
}
