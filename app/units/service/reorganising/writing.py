"""Writing what a plan says: identities, versions, identifiers and successions."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.bare import bare
from app.kernel.errors import ConflictError, FieldError
from app.units import repository
from app.units.reorganisation import ReorganisationCreate
from app.units.service.identifiers import borne
from app.units.service.reorganising.plan import Plan, Start, known_share
from app.units.service.reorganising.tree import DatedTree
from app.units.sort_key import sort_key


async def write_units(session: AsyncSession, tree: DatedTree, planned: Plan) -> dict[str, int]:
    """Write identities and versions; return the ids of all units that the document names, the new ones too."""
    ids = dict(tree.ids)
    for code in sorted(planned.starts.keys() - ids.keys()):
        unit_id = await repository.insert_unit(session, code)
        if unit_id is None:  # somebody has added it since
            error = FieldError(f"{planned.starts[code].pointer}/code", "unit_exists", f"There is a unit '{code}'.")
            raise ConflictError("unit_exists", error.detail, [error])
        ids[code] = unit_id
    closing = [ids[code] for code in {*planned.ends, *planned.starts}]
    await repository.end_versions(session, closing, tree.day)
    await repository.insert_versions(session, [_version(start, tree, ids) for start in planned.starts.values()])
    for code, start in planned.starts.items():
        if start.heir_of is not None and start.heir_of != code:
            await repository.hand_on_identifiers(session, ids[start.heir_of], ids[code])
    return ids


async def refuse_borne_again(session: AsyncSession, tree: DatedTree, planned: Plan, ids: dict[str, int]) -> None:
    """ConflictError `identifier_in_use` where others bear what a new unit does, or one that comes back.

    To be asked under the lock of the chain: whoever gives an identifier away holds it.
    """
    errors = [
        FieldError(f"{start.pointer}/code", "identifier_in_use", borne(taken.scheme, taken.value, None))
        for code, start in planned.starts.items()
        if tree.on(code) is None and (code in tree.ids or start.heir_of is not None)
        for taken in await repository.other_bearers(session, ids[code])
    ]
    if errors:
        raise ConflictError("identifier_in_use", errors[0].detail, errors)


def _version(start: Start, tree: DatedTree, ids: dict[str, int]) -> dict[str, Any]:
    unit = start.successor
    return {
        "unit_id": ids[unit.code],
        "valid_from": tree.day,
        "valid_to": start.valid_to,
        "name": unit.name,
        "sort_key": sort_key(unit.name),
        "search_text": bare(unit.name),
        "level_id": tree.levels[unit.level].id,
        "parent_id": None if unit.parent is None else ids[unit.parent],
        "traits": list(start.traits),
    }


def successions(
    body: ReorganisationCreate, tree: DatedTree, ids: dict[str, int], reorganisation_id: int
) -> Iterator[dict[str, Any]]:
    """The rows of who succeeds whom."""
    for change in body.changes:
        for code in change.predecessors:
            before = tree.before(code)
            assert before is not None  # noqa: S101 - or it would have been refused
            for successor in change.successors:
                yield {
                    "reorganisation_id": reorganisation_id,
                    "predecessor_id": ids[code],
                    "successor_id": ids[successor.code],
                    "kind": change.kind,
                    "effective_on": body.effective_on,
                    "share": known_share(change, successor),
                    "predecessor_level_id": tree.levels[before.level].id,
                    "successor_level_id": tree.levels[successor.level].id,
                }
