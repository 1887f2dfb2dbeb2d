"""Everything that is wrong with a reorganisation, by pointer."""

from collections.abc import Iterator

from app.clients.client import Client
from app.kernel.errors import FieldError
from app.units.reorganisation import Change, ReorganisationCreate, Successor
from app.units.service.reorganising.form import change_problems
from app.units.service.reorganising.places import left_behind, place_problems, place_problems_of_all
from app.units.service.reorganising.plan import Plan, is_unchanged, successors, values_of
from app.units.service.reorganising.tree import DatedTree


def problems(client: Client, document: ReorganisationCreate, tree: DatedTree, plan: Plan) -> list[FieldError]:
    """All that is wrong, in the document's order; what concerns several changes stands last.

    A client with bounds is told of nothing else while it names units outside them: it would learn about these.
    """
    unknown = list(_unknown(client, document, tree))
    if unknown and (client.unit is not None or client.levels is not None):
        return unknown
    found: list[FieldError] = []
    for index, change in enumerate(document.changes):
        at = f"/changes/{index}"
        found += change_problems(at, change, tree)
        for place, code in enumerate(change.predecessors):
            found += _predecessor_problems(f"{at}/predecessors/{place}", code, change, client, tree, plan)
        for place, successor in enumerate(change.successors):
            pointer = f"{at}/successors/{place}"
            found += _successor_problems(pointer, successor, change, client, tree, plan)
            found += place_problems(pointer, successor, change, client, tree, plan)
    return [*found, *_repeated(document), *place_problems_of_all(tree, plan), *left_behind(document, tree, plan)]


def _unknown(client: Client, document: ReorganisationCreate, tree: DatedTree) -> Iterator[FieldError]:
    for index, change in enumerate(document.changes):
        for place, code in enumerate(change.predecessors):
            if code not in tree.ids or not tree.is_inside(client, code):
                yield _unknown_unit(f"/changes/{index}/predecessors/{place}", code)


def _unknown_unit(pointer: str, code: str) -> FieldError:
    return FieldError(pointer, "unknown_unit", f"There is no unit '{code}'.")


def _predecessor_problems(
    pointer: str, code: str, change: Change, client: Client, tree: DatedTree, plan: Plan
) -> Iterator[FieldError]:
    if code not in tree.ids or not tree.is_inside(client, code):
        yield _unknown_unit(pointer, code)
        return
    if plan.predecessors[code] != pointer:
        detail = f"'{code}' is a predecessor at {plan.predecessors[code]} already."
        yield FieldError(pointer, "predecessor_twice", detail)
    if tree.before(code) is None:
        yield FieldError(pointer, "unit_not_valid", f"'{code}' is not valid the day before {tree.day}.")
    if tree.changes_later(code):
        yield _changes_later(pointer, code, tree)
    elif code in tree.succeeded:
        detail = f"Another reorganisation tells who succeeds '{code}' on {tree.day} or later."
        yield FieldError(pointer, "unit_changes_later", detail)
    if change.kind == "abolish" and any(successor.code == code for successor in change.successors):
        yield FieldError(pointer, "abolished_unit_goes_on", f"'{code}' is abolished and cannot succeed itself.")


def _successor_problems(
    pointer: str, successor: Successor, change: Change, client: Client, tree: DatedTree, plan: Plan
) -> Iterator[FieldError]:
    """What is wrong with naming a unit that is there already and is no predecessor."""
    code = successor.code
    if code not in tree.ids or code in plan.predecessors:
        return
    if not tree.is_inside(client, code):
        yield FieldError(f"{pointer}/code", "unknown_unit", f"There is no unit '{code}' to take over.")
    elif change.kind == "abolish" and tree.on(code) is None:
        yield FieldError(f"{pointer}/code", "unit_not_valid", f"'{code}' is not valid on {tree.day}.")
    elif change.kind == "abolish" and tree.changes_later(code) and not is_unchanged(tree, successor):
        yield _changes_later(f"{pointer}/code", code, tree)
    elif change.kind != "abolish" and tree.on(code) is not None:
        detail = f"There is a unit '{code}' already. If it goes on, name it among the predecessors too."
        yield FieldError(f"{pointer}/code", "unit_exists", detail)
    elif change.kind != "abolish" and tree.changes_later(code):
        yield _changes_later(f"{pointer}/code", code, tree)


def _changes_later(pointer: str, code: str, tree: DatedTree) -> FieldError:
    return FieldError(pointer, "unit_changes_later", f"A version of '{code}' begins on {tree.day} or later already.")


def _repeated(document: ReorganisationCreate) -> Iterator[FieldError]:
    """Units that are named as successor more than once: only by abolishing, and only as the same."""
    first: dict[str, tuple[Change, Successor]] = {}
    for pointer, change, successor in successors(document):
        if successor.code not in first:
            first[successor.code] = (change, successor)
            continue
        other, named = first[successor.code]
        if other is change or "abolish" not in (other.kind, change.kind):
            detail = f"'{successor.code}' is the successor of another unit already; only what is abolished may share."
            yield FieldError(f"{pointer}/code", "successor_twice", detail)
        elif values_of(named) != values_of(successor):
            detail = f"'{successor.code}' has another name, level or parent further up."
            yield FieldError(pointer, "successor_differs", detail)
        elif other.kind == "abolish":
            first[successor.code] = (change, successor)
