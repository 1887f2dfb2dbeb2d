"""Two framework documents side by side."""

from collections.abc import Iterator, Mapping
from typing import Any

from app.frameworks.comparison.inputs import input_changes, validation_changes
from app.frameworks.comparison.matching import Matches, match
from app.frameworks.comparison.rules import Difference, rule_changes
from app.frameworks.comparison.schemas import (
    DetailsChange,
    DiffCounts,
    DiffNode,
    FrameworkDiff,
    MatchedNode,
    MovedNode,
    PointsChange,
    RuleChange,
)
from app.frameworks.comparison.wording import figure
from app.frameworks.tree import Node, Place

_DETAILS = (
    "title",
    "method",
    "examples",
    "tags",
    "lead_agency",
    "coordinating_agencies",
    "solution",
    "due",
    "frequency",
    "notes",
    "erratum",
)


def compare(before: Mapping[str, Any], after: Mapping[str, Any]) -> FrameworkDiff:
    """What changed from one framework to another; documents in their normal form, see `FrameworkDocument.stored`."""
    matches = match(before, after)
    moved = list(_moved(matches))
    points = list(_points(matches))
    rules = list(_rules(matches))
    details = list(_details(matches))
    return FrameworkDiff(
        framework=f"{after['code']}/{after['version']}",
        against=f"{before['code']}/{before['version']}",
        counts=DiffCounts(
            matched=len(matches.pairs),
            added=len(matches.added),
            removed=len(matches.removed),
            moved=len(moved),
            points_changed=len(points),
            rule_changed=len(rules),
            formula_changed=sum(change.formula_changed for change in rules),
            details_changed=len(details),
        ),
        framework_changed=[_sentence(words) for words in _whole(before, after)],
        added=[_alone(place) for place in matches.added],
        removed=[_alone(place) for place in matches.removed],
        moved=moved,
        points_changed=points,
        rule_changed=rules,
        details_changed=details,
    )


def _sentence(words: str) -> str:
    return f"{words}." if words.startswith("v =") else f"{words[0].upper()}{words[1:]}."


def _whole(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key, name in (("level", "the level"), ("max_points", "the points"), ("decimals", "the decimals shown")):
        if before[key] != after[key]:
            was, now = (each[key] if isinstance(each[key], str) else figure(each[key]) for each in (before, after))
            yield f"{name}: {was} becomes {now}"
    for key, name in (("grades", "grade"), ("exemptions", "exemption")):
        old, new = ({thing["code"]: thing for thing in each[key]} for each in (before, after))
        yield from (f"the {name} {code} is gone" for code in old if code not in new)
        yield from (f"the {name} {code} is new" for code in new if code not in old)
        yield from (f"the {name} {code} is changed" for code in new if code in old and old[code] != new[code])


def _alone(place: Place) -> DiffNode:
    node = place.node
    return DiffNode(code=node["code"], title=node["title"], parent=place.parent, max_points=node["max_points"])


def _names(before: Place, after: Place) -> dict[str, str]:
    codes = {"code_before": before.node["code"], "code_after": after.node["code"]}
    return MatchedNode(**codes, title=after.node["title"]).model_dump()


def _moved(matches: Matches) -> Iterator[MovedNode]:
    renamed = {old.node["code"]: new.node["code"] for old, new in matches.pairs}
    for old, new in matches.pairs:
        # A parent that was replaced under its own code is told as removed and added, not of each of its children too.
        expected = None if old.parent is None else renamed.get(old.parent, old.parent)
        if expected != new.parent or old.node["code"] != new.node["code"]:
            yield MovedNode(**_names(old, new), parent_before=old.parent, parent_after=new.parent)


def _points(matches: Matches) -> Iterator[PointsChange]:
    for old, new in matches.pairs:
        points = old.node["max_points"], new.node["max_points"]
        if points[0] != points[1]:
            yield PointsChange(**_names(old, new), max_points_before=points[0], max_points_after=points[1])


def _rules(matches: Matches) -> Iterator[RuleChange]:
    for old, new in matches.pairs:
        changes = _rule(old.node, new.node)
        if changes:
            formula = any(change.formula for change in changes)
            words = [_sentence(change.words) for change in changes]
            yield RuleChange(**_names(old, new), formula_changed=formula, words=words)


def _rule(old: Node, new: Node) -> list[Difference]:
    changes = rule_changes(old["rule"], new["rule"])
    if old["rule"] is None or new["rule"] is None:
        return changes
    texts = [*input_changes(old["inputs"], new["inputs"])]
    texts += validation_changes(old["validations"], new["validations"])
    return changes + [Difference(text) for text in texts]


def _details(matches: Matches) -> Iterator[DetailsChange]:
    for old, new in matches.pairs:
        fields = [key for key in _DETAILS if old.node.get(key) != new.node.get(key)]
        if list(_labels(old.node)) != list(_labels(new.node)):
            fields.append("labels")
        if fields:
            yield DetailsChange(**_names(old, new), fields=fields)


def _labels(thing: Any) -> Iterator[tuple[str, Any]]:
    """The words of a leaf's inputs, validations and rule, each with the code or name of whose it is."""
    if isinstance(thing, dict):
        whose = str(thing.get("code") or thing.get("name") or thing.get("expression"))
        for key in ("label", "message", "lead_agency", "coordinating_agencies"):
            if key in thing and "title" not in thing:
                yield whose, thing[key]
        for key in ("inputs", "validations", "rule", "options", "items", "parts"):
            yield from _labels(thing.get(key))
    if isinstance(thing, list):
        for each in thing:
            yield from _labels(each)
