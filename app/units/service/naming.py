"""Units named by identifiers of a scheme instead of their codes, wherever a call takes a unit."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.units import repository


async def code_of(session: AsyncSession, client: Client, name: str, scheme: str | None, on: date | None = None) -> str:
    """The code of the unit that the caller names; `on` is the day by which identifiers go, today if None.

    A code is given back as it is, whether there is such a unit or not. NotFoundError `unit_not_found` for an
    identifier that names nobody or, telling nothing more, a unit that stands neither above nor below the client's.
    """
    if scheme is None:
        return name
    unit = await repository.get_unit(session, name, scheme, on)
    if client.unit is None or await repository.is_within(session, unit.id, client.unit, on):
        return unit.code
    own = await repository.get_unit(session, client.unit)
    if not await repository.is_within(session, own.id, unit.code, on):
        raise repository.no_unit(name, scheme)
    return unit.code
