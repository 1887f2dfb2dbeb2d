"""Which node of one framework is which of another.

By code and title; then by title alone, where no other node left has it (renumbered); then by code alone. A code
alone is enough between versions of one set. Between two sets it says nothing by itself (3.2 of a province is not
3.2 of a commune), so there the titles must be related too. What is left was removed or added.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from app.frameworks.tree import Place, walk
from app.kernel.bare import bare

_WORD = re.compile(r"\w+")
_RELATED = 0.5  # of the words of both titles, how many stand in both


@dataclass(frozen=True, slots=True)
class Matches:
    """Pairs (before, after) and what is added in the order of the document after, what is removed in that before."""

    pairs: list[tuple[Place, Place]]
    added: list[Place]
    removed: list[Place]


def match(before: Mapping[str, Any], after: Mapping[str, Any]) -> Matches:
    """Match the nodes of two documents, each with at most one of the other."""
    old, new = list(walk(before)), list(walk(after))
    partners: dict[str, Place] = {}
    _pair(partners, old, new, lambda place: (_code(place), _title(place)))
    _pair(partners, old, new, _title)
    _pair(partners, old, new, _code, same_set=before["code"] == after["code"])
    kept = {_code(place) for place in partners.values()}
    return Matches(
        pairs=[(partners[_code(place)], place) for place in new if _code(place) in partners],
        added=[place for place in new if _code(place) not in partners],
        removed=[place for place in old if _code(place) not in kept],
    )


def _pair(
    partners: dict[str, Place],
    old: Iterable[Place],
    new: Iterable[Place],
    key: Callable[[Place], object],
    *,
    same_set: bool = True,
) -> None:
    """Give each node after that has none the one node before that has its key, where it is the only one to ask."""
    kept = {_code(place) for place in partners.values()}
    asked = _by_key((place for place in old if _code(place) not in kept), key)
    asking = _by_key((place for place in new if _code(place) not in partners), key)
    for shared in asking.keys() & asked.keys():
        if len(asking[shared]) == len(asked[shared]) == 1:
            found, place = asked[shared][0], asking[shared][0]
            if same_set or related(found.node["title"], place.node["title"]):
                partners[_code(place)] = found


def _by_key(places: Iterable[Place], key: Callable[[Place], object]) -> dict[object, list[Place]]:
    found: dict[object, list[Place]] = defaultdict(list)
    for place in places:
        found[key(place)].append(place)
    return found


def related(one: str, other: str) -> bool:
    """Whether at least half of the words of two titles, taken together, stand in both."""
    words, others = set(_WORD.findall(bare(one))), set(_WORD.findall(bare(other)))
    return len(words & others) >= _RELATED * len(words | others)


def _code(place: Place) -> str:
    return str(place.node["code"])


def _title(place: Place) -> str:
    return " ".join(_WORD.findall(bare(place.node["title"])))
