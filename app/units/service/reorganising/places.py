"""Where the units stand afterwards: at a level and below a parent that are there, nobody left behind, no circle."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date

from app.clients.client import Client
from app.kernel.errors import FieldError
from app.units.reorganisation import Change, ReorganisationCreate, Successor
from app.units.service.reorganising.plan import Plan
from app.units.service.reorganising.tree import DatedTree

_TOLD = 20


def place_problems(
    pointer: str, successor: Successor, change: Change, client: Client, tree: DatedTree, plan: Plan
) -> Iterator[FieldError]:
    """What is wrong with the level and the parent of one successor."""
    level = tree.levels.get(successor.level)
    if level is None:
        yield FieldError(f"{pointer}/level", "unknown_level", f"There is no level '{successor.level}'.")
    elif (level.valid_to is not None and level.valid_to <= tree.day) or (
        level.valid_from is not None and level.valid_from > tree.day
    ):
        yield FieldError(f"{pointer}/level", "level_not_valid", f"'{level.code}' is not valid on {tree.day}.")
    parent = successor.parent
    if parent is None or parent in plan.named:
        return
    if parent not in tree.ids or not (tree.is_inside(client, parent) or stays_below(parent, change, tree)):
        yield FieldError(f"{pointer}/parent", "unknown_unit", f"There is no unit '{parent}'.")
    elif parent in plan.ends or tree.on(parent) is None:
        yield FieldError(f"{pointer}/parent", "parent_not_valid", f"'{parent}' is not valid on {tree.day}.")


def stays_below(parent: str | None, change: Change, tree: DatedTree) -> bool:
    """Whether a predecessor of the change stands below the parent already: a bound does not keep it from staying."""
    before = [tree.before(code) for code in change.predecessors]
    return any(version is not None and version.parent == parent for version in before)


def place_problems_of_all(tree: DatedTree, plan: Plan) -> Iterator[FieldError]:
    """Units that would be left below one that has ended, and units that would stand below themselves."""
    left: dict[str, set[str]] = defaultdict(set)
    for version in tree.lasting():
        stays = version.code not in plan.ends and version.code not in plan.starts
        if stays and version.parent is not None and version.parent in plan.ends:
            left[version.parent].add(version.code)
    for parent, codes in left.items():
        detail = f"Below '{parent}', which ends, these are neither moved nor ended: {_told(codes)}."
        yield FieldError(plan.ends[parent], "unit_without_parent", detail)
    days = tree.turning_days()
    for code, start in plan.starts.items():
        if any(_stands_below_itself(code, day, tree, plan) for day in days):
            yield FieldError(f"{start.pointer}/parent", "unit_under_itself", f"'{code}' would stand below itself.")


def left_behind(document: ReorganisationCreate, tree: DatedTree, plan: Plan) -> Iterator[FieldError]:
    """Units of a level that has ended, left valid beside others below the same parent that are abolished with it."""
    abolished: dict[tuple[str, str | None], str] = {}
    for change in document.changes:
        for code in change.predecessors if change.kind == "abolish" else ():
            before = tree.before(code)
            level = None if before is None else tree.levels[before.level]
            if before is not None and level is not None and level.valid_to is not None and level.valid_to <= tree.day:
                abolished.setdefault((before.level, before.parent), plan.predecessors[code])
    left: dict[str, set[str]] = defaultdict(set)
    for version in tree.lasting():
        pointer = abolished.get((version.level, version.parent))
        start = plan.starts.get(version.code)
        if (
            pointer is not None
            and version.code not in plan.ends
            and (not start or start.successor.level == version.level)
        ):
            left[pointer].add(version.code)
    for pointer, codes in left.items():
        detail = f"Their level has ended, and these are left without a successor beside it: {_told(codes)}."
        yield FieldError(pointer, "unit_without_successor", detail)


def _told(codes: set[str]) -> str:
    return ", ".join(sorted(codes)[:_TOLD]) + (", …" if len(codes) > _TOLD else "")


def _stands_below_itself(code: str, day: date, tree: DatedTree, plan: Plan) -> bool:
    above, seen = _parent(code, day, tree, plan), set[str]()
    while above is not None and above != code and above not in seen:
        seen.add(above)
        above = _parent(above, day, tree, plan)
    return above == code


def _parent(code: str, day: date, tree: DatedTree, plan: Plan) -> str | None:
    """The parent of a unit on the day, once the reorganisation holds."""
    if code in plan.ends:
        return None
    if code in plan.starts:
        return plan.starts[code].successor.parent
    version = tree.at(code, day)
    return None if version is None else version.parent
