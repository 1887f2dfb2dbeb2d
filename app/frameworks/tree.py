"""The tree of a stored framework document: walking it, and changing one node of a draft. Nothing is read
from rules.
"""

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A node where it stands: `siblings[index]` is it; `pointer` is RFC 6901, `depth` 1 for a pillar."""

    siblings: list[Node]
    index: int
    parent: str | None
    pointer: str
    depth: int

    @property
    def node(self) -> Node:
        return self.siblings[self.index]


def walk(document: Mapping[str, Any]) -> Iterator[Place]:
    """Every node in document order, parents first."""
    pending = _places(document["indicators"], None, "/indicators", 1)
    while pending:
        place = pending.pop()
        yield place
        node = place.node
        pending += _places(node["children"], node["code"], f"{place.pointer}/children", place.depth + 1)


def _places(siblings: list[Node], parent: str | None, pointer: str, depth: int) -> list[Place]:
    """The places of one list, the first of them last: a stack is popped from its end."""
    return [Place(siblings, index, parent, f"{pointer}/{index}", depth) for index in reversed(range(len(siblings)))]


def find(document: Mapping[str, Any], code: str) -> Place | None:
    """The node of this code, or None."""
    return next((place for place in walk(document) if place.node["code"] == code), None)


def replaced(document: Mapping[str, Any], code: str, node: Node) -> tuple[dict[str, Any], str]:
    """A copy with the node of this code, which is there, replaced; and where the new one stands."""
    changed, place = _copied(document, code)
    place.siblings[place.index] = node
    return changed, place.pointer


def without(document: Mapping[str, Any], code: str) -> dict[str, Any]:
    """A copy without the node of this code, which is there, and all below it."""
    changed, place = _copied(document, code)
    del place.siblings[place.index]
    return changed


def extended(document: Mapping[str, Any], parent: str | None, node: Node) -> tuple[dict[str, Any], str]:
    """A copy with `node` as last child of `parent`, which is there, or as last pillar; and where it
    stands.
    """
    if parent is None:
        changed = copy.deepcopy(dict(document))
        siblings, pointer = changed["indicators"], "/indicators"
    else:
        changed, place = _copied(document, parent)
        siblings, pointer = place.node["children"], f"{place.pointer}/children"
    siblings.append(node)
    return changed, f"{pointer}/{len(siblings) - 1}"


def _copied(document: Mapping[str, Any], code: str) -> tuple[dict[str, Any], Place]:
    changed = copy.deepcopy(dict(document))
    place = find(changed, code)
    if place is None:
        raise LookupError(code)
    return changed, place
