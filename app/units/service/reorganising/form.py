"""What is wrong with one change by itself: how many units it names, their shares, and what its kind means."""

from collections.abc import Iterator
from decimal import Decimal

from app.kernel.errors import FieldError
from app.units.reorganisation import Change, ReorganisationCreate
from app.units.service.reorganising.tree import DatedTree

_MANY = 5_000
_NAMES, _PAIRS = 10_000, 20_000
# Least and most predecessors, least and most successors.
_COUNTS = {
    "merge": (2, _MANY, 1, 1),
    "split": (1, 1, 2, _MANY),
    "rename": (1, 1, 1, 1),
    "move": (1, 1, 1, 1),
    "abolish": (1, _MANY, 1, _MANY),
}


def check_size(document: ReorganisationCreate) -> list[FieldError]:
    """Refuse what is larger than any decision: several units to several make as many successions as there are pairs."""
    names = sum(len(change.predecessors) + len(change.successors) for change in document.changes)
    pairs = sum(len(change.predecessors) * len(change.successors) for change in document.changes)
    if names <= _NAMES and pairs <= _PAIRS:
        return []
    detail = f"A document names at most {_NAMES} units, and makes at most {_PAIRS} pairs of them. Send several."
    return [FieldError("/changes", "too_many_units", detail)]


def change_problems(at: str, change: Change, tree: DatedTree) -> Iterator[FieldError]:
    """What is wrong with a change whatever the others say."""
    fewest, most, least, last = _COUNTS[change.kind]
    if not fewest <= len(change.predecessors) <= most:
        detail = f"A {change.kind} has {_counted(fewest, most)} predecessors."
        yield FieldError(f"{at}/predecessors", "predecessor_count", detail)
    if not change.successors:
        yield FieldError(f"{at}/successors", "unit_without_successor", "Somebody must succeed what ends.")
    elif not least <= len(change.successors) <= last:
        detail = f"A {change.kind} has {_counted(least, last)} successors."
        yield FieldError(f"{at}/successors", "successor_count", detail)
    else:
        yield from _share_problems(at, change)
        yield from _kind_problems(at, change, tree)


def _counted(fewest: int, most: int) -> str:
    return f"{fewest} or more" if most == _MANY else f"exactly {fewest}"


def _share_problems(at: str, change: Change) -> Iterator[FieldError]:
    total = sum((successor.share or Decimal(0) for successor in change.successors), Decimal(0))
    if change.kind == "split":
        missing = [place for place, successor in enumerate(change.successors) if successor.share is None]
        for place in missing:
            yield FieldError(f"{at}/successors/{place}/share", "share_missing", "A split tells every share.")
        if not missing and total != 1:
            yield FieldError(f"{at}/successors", "shares_not_whole", f"The shares add up to {total:f}, not to 1.")
    elif change.kind in ("rename", "move") and change.successors[0].share not in (None, 1):
        detail = f"All of a unit goes on by a {change.kind}."
        yield FieldError(f"{at}/successors/0/share", "shares_not_whole", detail)
    elif total > 1:
        yield FieldError(f"{at}/successors", "shares_above_whole", f"The shares add up to {total:f}, above 1.")


def _kind_problems(at: str, change: Change, tree: DatedTree) -> Iterator[FieldError]:
    """What makes a rename a rename, and a move a move."""
    if change.kind not in ("rename", "move") or len(change.predecessors) != 1:
        return
    before, after = tree.before(change.predecessors[0]), change.successors[0]
    if before is None:
        return
    stays = (before.level, before.parent) == (after.level, after.parent)
    if change.kind == "move" and stays:
        detail = "Neither its parent nor its level is another than before."
        yield FieldError(f"{at}/successors/0", "nothing_changes", detail)
    elif change.kind == "rename" and not stays:
        detail = "By a rename level and parent stay; what gets others is moved, and may be renamed by it."
        yield FieldError(f"{at}/successors/0", "not_a_rename", detail)
    elif change.kind == "rename" and (before.name, before.code) == (after.name, after.code):
        yield FieldError(f"{at}/successors/0", "nothing_changes", "Neither its name nor its code is another.")
