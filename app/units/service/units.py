"""The order of steps of every write to units, and who may see which unit."""

import re
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.clients.client import Client
from app.kernel.bare import bare
from app.kernel.conditional import check_if_match
from app.kernel.errors import ConflictError, FieldError
from app.units import repository
from app.units.models import UnitRow
from app.units.repository import UnitRecord
from app.units.schemas import Identifier, Unit, UnitCreate, UnitFilter, UnitReplace
from app.units.service.checks import check_code, check_conditions, refuse
from app.units.service.identifiers import refuse_borne
from app.units.service.placing import check_days, is_in_subtree, place_again, place_new, version_values

_CODE = re.compile(r"[0-9A-Z.]{1,35}")


async def list_units(
    session: AsyncSession,
    client: Client,
    wanted: UnitFilter,
    after: tuple[str, str] | None,
    limit: int,
) -> list[UnitRecord]:
    """Up to `limit` units that follow the one with sort key and code `after`, within the client's bounds.

    NotFoundError `level_not_found`, `unit_not_found` (the unit of `within`).
    """
    selection = repository.UnitSelection(
        on=wanted.valid_on,
        top=await _top(session, client, wanted),
        search=None if wanted.q is None else bare(wanted.q),
        levels=await _levels(session, client, wanted.level),
    )
    return await repository.list_records(session, selection, after, limit)


async def read_unit(
    session: AsyncSession, client: Client, code: str, scheme: str | None = None, on: date | None = None
) -> Unit:
    """The unit as valid on the day; without a day as of today, or else its latest version.

    NotFoundError `unit_not_found`, also when it is outside the client's bounds.
    """
    unit = await repository.find_unit(session, code, scheme, on)
    _, found = await _visible(session, client, unit, code, scheme, on)
    return found


async def create_unit(session: AsyncSession, client: Client, body: UnitCreate) -> Unit:
    """Add a unit with its first version.

    ConflictError `unit_exists`, `identifier_in_use`; otherwise raises as `place_new`.
    """
    await repository.lock_tree(session)
    place = await place_new(session, client, body)
    unit_id = await repository.insert_unit(session, body.code)
    if unit_id is None:
        raise ConflictError("unit_exists", f"There is a unit '{body.code}' already.")
    await repository.insert_version(session, {"unit_id": unit_id} | version_values(body, place))
    return await _finish(session, client, "unit.created", unit_id, body.identifiers)


async def put_unit(
    session: AsyncSession,
    client: Client,
    code: str,
    body: UnitReplace,
    *,
    scheme: str | None = None,
    if_match: str | None = None,
    if_none_match: str | None = None,
) -> tuple[Unit, bool]:
    """Correct the version that `read_unit` shows, or create the unit where there is none (True).

    The conditions are header values. PreconditionFailedError, NotFoundError `unit_not_found` (a scheme names
    no unit, or it is outside the client's bounds); otherwise raises as `create_unit` and `check_days`.
    """
    await repository.lock_tree(session)
    unit = await repository.lock_unit(session, code, scheme)
    if unit is None and scheme is None:
        check_conditions(if_match, if_none_match, body.revision, None)
        return await create_unit(session, client, _named(body, code)), True
    unit_id, stored = await _visible(session, client, unit, code, scheme)
    check_conditions(if_match, if_none_match, body.revision, stored.revision)
    check_code(body.code, stored.code)
    place = await place_again(session, client, unit_id, stored, body)
    await check_days(session, unit_id, stored, place)
    await repository.update_version(session, unit_id, stored.valid_from, version_values(body, place))
    await repository.advance_unit(session, unit_id)
    return await _finish(session, client, "unit.changed", unit_id, body.identifiers), False


async def delete_unit(
    session: AsyncSession,
    client: Client,
    code: str,
    *,
    scheme: str | None = None,
    if_match: str | None = None,
) -> None:
    """Delete a unit that nothing refers to.

    NotFoundError `unit_not_found`, PreconditionFailedError, ConflictError `unit_in_use`.
    """
    await repository.lock_tree(session)
    unit = await repository.lock_unit(session, code, scheme)
    unit_id, stored = await _visible(session, client, unit, code, scheme)
    check_if_match(if_match, stored.revision)
    await repository.delete_unit(session, unit_id)
    await record_global(session, actor=client.id, type="unit.deleted", data=stored.model_dump(mode="json"))


async def _visible(
    session: AsyncSession, client: Client, unit: UnitRow | None, name: str, scheme: str | None, on: date | None = None
) -> tuple[int, Unit]:
    """The unit's id and the unit as callers see it. Not there, not valid, not theirs: one refusal for all."""
    record = None if unit is None else await repository.find_record(session, unit.id, on)
    if unit is None or record is None or not await _is_allowed(session, client, unit, record, on):
        raise repository.no_unit(name, scheme, on)
    return unit.id, Unit.model_validate(record, from_attributes=True)


async def _is_allowed(
    session: AsyncSession, client: Client, unit: UnitRow, record: UnitRecord, on: date | None
) -> bool:
    if client.levels is not None and record.level not in client.levels:
        return False
    return await is_in_subtree(session, client, unit, on)


async def _top(session: AsyncSession, client: Client, wanted: UnitFilter) -> int | None:
    """The id of the unit whose subtree a list is cut down to."""
    if wanted.within is None:
        return None if client.unit is None else (await repository.get_unit(session, client.unit)).id
    unit = await repository.get_unit(session, wanted.within, wanted.unit_scheme, wanted.valid_on)
    if not await is_in_subtree(session, client, unit, wanted.valid_on):
        raise repository.no_unit(wanted.within, wanted.unit_scheme)
    return unit.id


async def _levels(session: AsyncSession, client: Client, code: str | None) -> frozenset[str] | None:
    if code is None:
        return client.levels
    wanted = frozenset({(await repository.get_level(session, code)).code})
    return wanted if client.levels is None else wanted & client.levels


def _named(body: UnitReplace, code: str) -> UnitCreate:
    if not _CODE.fullmatch(code):
        detail = f"'{code}' is no code for a new unit: capitals, digits and dots only, at most 35."
        refuse([FieldError("/path/unit", "invalid_unit_code", detail)])
    check_code(body.code, code)
    return UnitCreate(code=code, **body.model_dump(exclude={"code", "revision"}))


async def _finish(
    session: AsyncSession, client: Client, event: str, unit_id: int, identifiers: list[Identifier]
) -> Unit:
    """Write the identifiers, record the event, return the unit as it is now."""
    await repository.replace_identifiers(session, unit_id, [(item.scheme, item.value) for item in identifiers])
    record = await repository.find_record(session, unit_id)
    unit = Unit.model_validate(record, from_attributes=True)
    await record_global(session, actor=client.id, type=event, data=unit.model_dump(mode="json"))
    # Under the lock of the chain, so that of two writers who give away one identifier the second sees the first.
    await refuse_borne(session, client, unit_id, identifiers)
    return unit
