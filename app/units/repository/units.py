"""SQL of units and their versions: one at a time."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Select, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import ConflictError, NotFoundError
from app.kernel.outages import driver_error
from app.units.models import UnitRow, UnitVersionRow
from app.units.repository.identifiers import bearer_sql

_USES = {
    "fk_unit_versions_parent_id": "other units stand below it",
    "fk_participants_unit_id": "it takes part in a period",
    "fk_roster_entries_unit_id": "a period's roster names it",
    "fk_periods_authority_id": "it is the authority of a period",
    "fk_clients_unit_id": "a client is bounded to it",
    "fk_successions_predecessor_id": "a reorganisation names it",
    "fk_successions_successor_id": "a reorganisation names it",
}


async def find_unit(
    session: AsyncSession, code: str, scheme: str | None = None, on: date | None = None
) -> UnitRow | None:
    """The unit with this code or, when a scheme is named, the one that this value of it names on that day."""
    return await session.scalar(_named(code, scheme, on))


async def get_unit(session: AsyncSession, code: str, scheme: str | None = None, on: date | None = None) -> UnitRow:
    """As `find_unit`, or NotFoundError `unit_not_found`."""
    unit = await find_unit(session, code, scheme, on)
    if unit is None:
        raise no_unit(code, scheme)
    return unit


def no_unit(name: str, scheme: str | None, on: date | None = None) -> NotFoundError:
    """The refusal for a unit that is not there, or is not for this client to know of."""
    day = "" if on is None else f" on {on}"
    return NotFoundError("unit_not_found", f"There is no unit {called(name, scheme)}{day}.")


def called(name: str, scheme: str | None) -> str:
    """How a refusal names a unit: as the caller did."""
    return f"'{name}'" if scheme is None else f"'{name}' in scheme '{scheme}'"


async def lock_unit(session: AsyncSession, code: str, scheme: str | None = None) -> UnitRow | None:
    """As `find_unit`, as it is now, kept from other writers until the transaction ends."""
    # Not FOR UPDATE: rows that refer to the unit may still be written beside.
    query = _named(code, scheme, None).with_for_update(of=UnitRow, key_share=True)
    return await session.scalar(query, execution_options={"populate_existing": True})


def _named(code: str, scheme: str | None, on: date | None) -> Select[UnitRow]:
    if scheme is None:
        return select(UnitRow).where(UnitRow.code == code)
    bearer = text(f"units.id = ({bearer_sql('coalesce(CAST(:day AS date), current_date)')})")
    return select(UnitRow).where(bearer.bindparams(scheme=scheme, unit=code, day=on))


async def today(session: AsyncSession) -> date:
    """The database's day, by which every default date goes."""
    return (await session.execute(select(func.current_date()))).scalar_one()


async def insert_unit(session: AsyncSession, code: str) -> int | None:
    """The id of the new unit, or None where its code is taken."""
    statement = insert(UnitRow).values(code=code).on_conflict_do_nothing(index_elements=["code"])
    return await session.scalar(statement.returning(UnitRow.id))


async def advance_unit(session: AsyncSession, unit_id: int) -> None:
    """Count a locked unit's revision up by one."""
    statement = update(UnitRow).where(UnitRow.id == unit_id).values(revision=UnitRow.revision + 1)
    await session.execute(statement, execution_options={"synchronize_session": False})


async def delete_unit(session: AsyncSession, unit_id: int) -> None:
    """Delete a unit, its versions and identifiers. ConflictError `unit_in_use` while others refer to it."""
    statement = delete(UnitRow).where(UnitRow.id == unit_id)
    try:
        await session.execute(statement, execution_options={"synchronize_session": False})
    except IntegrityError as error:  # a DELETE can break nothing but a foreign key
        constraint = getattr(driver_error(error), "constraint_name", None)
        use = _USES.get(constraint or "", "something else refers to it")
        raise ConflictError("unit_in_use", f"The unit cannot be deleted: {use}.") from error


async def insert_version(session: AsyncSession, values: Mapping[str, Any]) -> None:
    await session.execute(insert(UnitVersionRow).values(values))


async def insert_versions(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    if rows:
        await session.execute(insert(UnitVersionRow), list(rows))


async def update_version(session: AsyncSession, unit_id: int, valid_from: date, values: Mapping[str, Any]) -> None:
    """Correct the version that begins on `valid_from`; its first day may be among what changes."""
    key = (UnitVersionRow.unit_id == unit_id, UnitVersionRow.valid_from == valid_from)
    statement = update(UnitVersionRow).where(*key).values(values)
    await session.execute(statement, execution_options={"synchronize_session": False})
