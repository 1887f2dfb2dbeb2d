"""The order of steps of an import: read, match, check everything, write everything or nothing."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.units import repository
from app.units.importing.drafts import Defaults, read_drafts
from app.units.importing.matching import match
from app.units.importing.planning import Planned, plan
from app.units.importing.report import LineReport, Outcome, Report
from app.units.importing.stored import Stored, load
from app.units.importing.table import Table
from app.units.repository import bulk
from app.units.schemas import Unit
from app.units.service.placing import Place, version_values


async def import_units(
    session: AsyncSession, actor: str, table: Table, defaults: Defaults, *, dry_run: bool = False
) -> Report:
    """Create the units of a list that are not there, correct those that differ as PUT does, in one transaction.

    A refused line, and nothing is written: the report has every line's errors. What stays as it is leaves no trace; the
    rest is one event with every unit as written.
    """
    await repository.lock_tree(session)
    stored = await load(session)
    drafts = read_drafts(table, defaults, stored.titles)
    planned = plan(match(drafts, stored, defaults), stored, defaults)
    lines = [_reported(line) for line in planned]
    places = {header: place for place, header in enumerate(table.headers)}
    errors = [
        error
        for draft in drafts
        for error in sorted(draft.errors, key=lambda error: places.get(error.column or "", -1))
    ]
    report = Report(table.name, dry_run, table.unused, lines, errors)
    if not report.refused and not dry_run:
        await _write(session, actor, report, planned, stored)
    return report


def _reported(line: Planned) -> LineReport:
    outcome: Outcome = "unchanged"
    if line.draft.errors:
        outcome = "refused"
    elif line.before is None:
        outcome = "created"
    elif line.fields:
        outcome = "changed"
    fields = line.fields if outcome == "changed" else []
    return LineReport(line.draft.line, outcome, line.code, fields)


async def _write(session: AsyncSession, actor: str, report: Report, planned: Sequence[Planned], stored: Stored) -> None:
    created = [line.unit for line in planned if line.unit is not None and line.before is None]
    changed = [(line.unit, line.before) for line in planned if line.unit is not None and line.before and line.fields]
    written = [*created, *(unit for unit, _ in changed)]
    if not written:
        return
    await bulk.insert_units(session, [unit.code for unit in created])
    parents = [unit.parent for unit in written if unit.parent is not None]
    ids = await repository.list_ids(session, [*{*parents, *(unit.code for unit in written)}])
    await repository.insert_versions(session, [_row(unit, ids, stored) for unit in created])
    corrected = [_row(unit, ids, stored) | {"stored_from": before.valid_from} for unit, before in changed]
    await bulk.update_versions(session, corrected)
    await repository.advance_units(session, [row["unit_id"] for row in corrected])
    pairs = {ids[unit.code]: [(item.scheme, item.value) for item in unit.identifiers] for unit in written}
    await bulk.write_identifiers(session, pairs)
    await bulk.analyze(session)
    data = {
        "source": report.source,
        "counts": report.counts,
        "created": [_shown(unit) for unit in created],
        "changed": [_shown(unit.model_copy(update={"revision": unit.revision + 1})) for unit, _ in changed],
    }
    await record_global(session, actor=actor, type="units.imported", data=data)


def _row(unit: Unit, ids: dict[str, int], stored: Stored) -> dict[str, Any]:
    parent_id = None if unit.parent is None else ids[unit.parent]
    place = Place(stored.levels[unit.level], parent_id, unit.valid_from, unit.valid_to)
    return {"unit_id": ids[unit.code]} | version_values(unit, place)


def _shown(unit: Unit) -> dict[str, Any]:
    return unit.model_dump(mode="json")
