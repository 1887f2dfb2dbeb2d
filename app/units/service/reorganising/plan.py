"""What is to be written: which units end, and which begin a new version."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from app.units.reorganisation import Change, ReorganisationCreate, Successor
from app.units.service.reorganising.tree import DatedTree


@dataclass(frozen=True, slots=True)
class Start:
    """A version that begins on the day. `valid_to` is exclusive.

    `pointer` is where the document says so; `heir_of` is whose traits and identifiers it has: its own where the unit
    goes on, those of the one predecessor of a rename or move, else nobody's.
    """

    pointer: str
    successor: Successor
    heir_of: str | None
    traits: Sequence[str]
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class Plan:
    """What a document does, by unit code.

    `predecessors` and `ends` map to the pointer that names the unit; `ends` are the predecessors that no change names
    as successor. `starts`: successors that need a version of their own, new units among them. `named`: every successor.
    """

    predecessors: Mapping[str, str]
    ends: Mapping[str, str]
    starts: Mapping[str, Start]
    named: frozenset[str]


def plan(document: ReorganisationCreate, tree: DatedTree) -> Plan:
    """Work a document out, right or wrong: the first naming of a unit counts."""
    predecessors: dict[str, str] = {}
    for index, change in enumerate(document.changes):
        for place, code in enumerate(change.predecessors):
            predecessors.setdefault(code, f"/changes/{index}/predecessors/{place}")
    named = frozenset(successor.code for _, _, successor in successors(document))
    ends = {code: pointer for code, pointer in predecessors.items() if code not in named}
    going_on = {successor.code for _, change, successor in successors(document) if goes_on(change, successor.code)}
    starts: dict[str, Start] = {}
    for pointer, change, successor in successors(document):
        is_same = successor.code in going_on or successor.code not in predecessors
        if not (is_same and is_unchanged(tree, successor)):
            heir = successor.code if is_same and tree.before(successor.code) else _only_predecessor(change)
            starts.setdefault(successor.code, _start(pointer, successor, heir, tree))
    return Plan(predecessors, ends, starts, named)


def goes_on(change: Change, code: str) -> bool:
    """Whether the change names the unit on both sides."""
    return code in change.predecessors and any(successor.code == code for successor in change.successors)


def _only_predecessor(change: Change) -> str | None:
    """Whom a new code stands for, where nothing but its place or its name has changed."""
    return change.predecessors[0] if change.kind in ("rename", "move") and change.predecessors else None


def _start(pointer: str, successor: Successor, heir: str | None, tree: DatedTree) -> Start:
    before = None if heir is None else tree.before(heir)
    on = tree.on(successor.code)
    return Start(pointer, successor, heir, () if before is None else before.traits, None if on is None else on.valid_to)


def successors(document: ReorganisationCreate) -> Iterator[tuple[str, Change, Successor]]:
    """Every successor with its pointer and its change."""
    for index, change in enumerate(document.changes):
        for place, successor in enumerate(change.successors):
            yield f"/changes/{index}/successors/{place}", change, successor


def is_unchanged(tree: DatedTree, successor: Successor) -> bool:
    """Whether the unit is on the day just what the document wants it to be."""
    on = tree.on(successor.code)
    return on is not None and values_of(on) == values_of(successor)


def values_of(unit: object) -> tuple[object, ...]:
    """What a reorganisation can change of a unit."""
    return tuple(getattr(unit, field) for field in ("name", "level", "parent"))


def known_share(change: Change, successor: Successor) -> Decimal | None:
    """The part of each predecessor that goes to the successor: all of it where there is no other; None: not told."""
    if successor.share is None and len(change.successors) == 1:
        return Decimal(1)
    return successor.share
