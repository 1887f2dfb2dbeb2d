"""The order of steps of recording a reorganisation."""

from datetime import timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global, record_global_all
from app.clients.client import Client
from app.kernel.canonical import digest
from app.kernel.errors import ConflictError, FieldError, ForbiddenError
from app.units import repository
from app.units.models import ReorganisationRow
from app.units.reorganisation import Affected, Effect, Reorganisation, ReorganisationCreate
from app.units.schemas import Unit
from app.units.service.checks import refuse
from app.units.service.levels import end_level
from app.units.service.reorganising import DatedTree, Plan, check_size, known_share, plan, problems
from app.units.service.reorganising.places import stays_below
from app.units.service.reorganising.writing import refuse_borne_again, successions, write_units

_STATE = frozenset({"unit_changes_later", "unit_exists"})


async def reorganise(
    session: AsyncSession, client: Client, body: ReorganisationCreate, scheme: str | None = None
) -> Reorganisation:
    """Record a reorganisation, all of it or nothing. Under a scheme identifiers of the day before name predecessors.

    ConflictError `reorganisation_exists` for a document that was recorded already, and `unit_changes_later` or
    `unit_exists` where nothing else is wrong; ForbiddenError `outside_bounds`; InvalidError with all that is wrong.
    """
    refuse(check_size(body))
    await repository.lock_tree(session)
    body = await _by_codes(session, body, scheme)
    mark = await _new_digest(session, body)
    tree = await _tree(session, body)
    _check_bounds(client, body, tree)
    planned = plan(body, tree)
    _refuse(problems(client, body, tree, planned))
    row = await repository.insert_reorganisation(session, _values(client, body, mark))
    ids = await write_units(session, tree, planned)
    affected = {code: ids[code] for code in {*planned.predecessors, *planned.named}}
    await repository.advance_units(session, [ids[code] for code in affected if code in tree.ids])
    revisions = await repository.list_revisions(session, list(affected.values()))
    await repository.insert_successions(session, list(successions(body, tree, ids, row.id)))
    ended_levels = await _end_levels(session, client, body, tree, planned)
    units = [
        Affected(
            code=code,
            effect=effect_of(code, tree, planned),
            revision=revisions[unit_id],
            history=f"/v1/units/{code}/history",
        )
        for code, unit_id in sorted(affected.items())
    ]
    await _record_units(session, client, units, ids, body)
    await refuse_borne_again(session, tree, planned, ids)
    recorded = _present(body, row, units, ended_levels)
    data = recorded.model_dump(mode="json", exclude={"recorded_at"})
    await record_global(session, actor=client.id, type="reorganisation.recorded", data=data)
    return recorded


async def _by_codes(session: AsyncSession, body: ReorganisationCreate, scheme: str | None) -> ReorganisationCreate:
    """The document with the codes of its predecessors. InvalidError `unknown_unit` with each that names nobody."""
    if scheme is None:
        return body
    names = sorted({name for change in body.changes for name in change.predecessors})
    codes = await repository.list_codes(session, names, scheme, body.effective_on - timedelta(days=1))
    refuse(
        [
            FieldError(
                f"/changes/{index}/predecessors/{place}",
                "unknown_unit",
                f"There is no unit {repository.called(name, scheme)}.",
            )
            for index, change in enumerate(body.changes)
            for place, name in enumerate(change.predecessors)
            if name not in codes
        ]
    )
    changes = [
        change.model_copy(update={"predecessors": [codes[name] for name in change.predecessors]})
        for change in body.changes
    ]
    return body.model_copy(update={"changes": changes})


async def _new_digest(session: AsyncSession, body: ReorganisationCreate) -> str:
    mark = digest(body.model_dump(mode="json"))
    recorded = await repository.find_reorganisation(session, mark)
    if recorded is None:
        return mark
    detail = f"This very document was recorded already, as reorganisation {recorded}."
    raise ConflictError("reorganisation_exists", detail, extensions={"reorganisation": recorded})


async def _tree(session: AsyncSession, body: ReorganisationCreate) -> DatedTree:
    codes = {code for change in body.changes for code in change.predecessors}
    for change in body.changes:
        for successor in change.successors:
            codes |= {successor.code, *([successor.parent] if successor.parent else [])}
    versions = await repository.list_versions(session, since=body.effective_on)
    ids = await repository.list_ids(session, sorted(codes))
    levels = await repository.list_levels(session)
    return DatedTree(
        body.effective_on, versions, ids, levels, await repository.list_succeeded(session, body.effective_on)
    )


def _check_bounds(client: Client, body: ReorganisationCreate, tree: DatedTree) -> None:
    for change in body.changes:
        for successor in change.successors:
            if client.levels is not None and successor.level not in client.levels:
                detail = f"This client may not write units of the level '{successor.level}'."
                raise ForbiddenError("outside_bounds", detail)
            if client.unit is not None and successor.parent is None and not stays_below(None, change, tree):
                detail = f"This client may only write units below '{client.unit}'."
                raise ForbiddenError("outside_bounds", detail)


def _refuse(errors: list[FieldError]) -> None:
    if errors and all(error.code in _STATE for error in errors):
        raise ConflictError(errors[0].code, errors[0].detail, errors)
    refuse(errors)


def _values(client: Client, body: ReorganisationCreate, mark: str) -> dict[str, Any]:
    return {
        "effective_on": body.effective_on,
        "decision_number": body.decision.number,
        "decision_date": body.decision.date,
        "decision_issuer": body.decision.issuer,
        "digest": mark,
        "recorded_by": client.id,
    }


async def _end_levels(
    session: AsyncSession, client: Client, body: ReorganisationCreate, tree: DatedTree, planned: Plan
) -> list[str]:
    """End the levels whose last units were abolished. Levels belong to all: a client with bounds ends none."""
    if client.unit is not None or client.levels is not None:
        return []
    abolished = {code for change in body.changes if change.kind == "abolish" for code in change.predecessors}
    levels = {before.level for code in abolished & planned.ends.keys() if (before := tree.before(code)) is not None}
    return [code for code in sorted(levels) if await end_level(session, client, code, body.effective_on)]


def effect_of(code: str, tree: DatedTree, planned: Plan) -> Effect:
    """What becomes of a unit that the document names."""
    if code in planned.ends:
        return "ended"
    if code not in tree.ids:
        return "created"
    return "changed" if code in planned.starts else "unchanged"


async def _record_units(
    session: AsyncSession, client: Client, units: list[Affected], ids: dict[str, int], body: ReorganisationCreate
) -> None:
    """The events that single writes of the same units would leave."""
    last_day = body.effective_on - timedelta(days=1)
    events: list[tuple[str, dict[str, Any]]] = []
    for effect, event, day in (
        ("ended", "unit.changed", last_day),
        ("changed", "unit.changed", body.effective_on),
        ("created", "unit.created", body.effective_on),
    ):
        found = [ids[unit.code] for unit in units if unit.effect == effect]
        records = await repository.find_records(session, found, day)
        shown = [Unit.model_validate(record, from_attributes=True) for record in records]
        events += [(event, unit.model_dump(mode="json")) for unit in shown]
    await record_global_all(session, client.id, events)


def _present(
    body: ReorganisationCreate, row: ReorganisationRow, units: list[Affected], ended_levels: list[str]
) -> Reorganisation:
    changes = [
        change.model_copy(
            update={
                "successors": [
                    successor.model_copy(update={"share": known_share(change, successor)})
                    for successor in change.successors
                ]
            }
        )
        for change in body.changes
    ]
    return Reorganisation(
        effective_on=body.effective_on,
        decision=body.decision,
        changes=changes,
        id=row.id,
        recorded_by=row.recorded_by,
        recorded_at=row.recorded_at,
        units=units,
        ended_levels=ended_levels,
    )
