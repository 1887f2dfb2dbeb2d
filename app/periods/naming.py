"""Units that a period, its document or its lists name by identifiers: those of the day on which the period begins."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.errors import FieldError, InvalidError
from app.periods import repository
from app.periods.schemas import PeriodCreate
from app.units.repository import called, list_codes
from app.units.service import code_of


async def code_within(
    session: AsyncSession, client: Client, period: str, within: str | None, scheme: str | None
) -> str | None:
    """The code of the unit of a filter `within`. NotFoundError `period_not_found`, `unit_not_found`."""
    if within is None or scheme is None:
        return within
    return await code_of(session, client, within, scheme, (await repository.get(session, period)).starts_on)


async def by_codes(session: AsyncSession, period: PeriodCreate, scheme: str | None) -> PeriodCreate:
    """The document with the codes of its authority and of the units of its roster.

    InvalidError `unknown_unit` with every identifier that names nobody.
    """
    if scheme is None:
        return period
    named = {"/authority": period.authority}
    named |= {f"/roster/{index}/unit": entry.unit for index, entry in enumerate(period.roster)}
    codes = await list_codes(session, sorted(set(named.values())), scheme, period.starts_on)
    errors = [
        FieldError(place, "unknown_unit", f"There is no unit {called(name, scheme)}.")
        for place, name in named.items()
        if name not in codes
    ]
    if errors:
        raise InvalidError("unknown_unit", errors[0].detail, errors)
    roster = [entry.model_copy(update={"unit": codes[entry.unit]}) for entry in period.roster]
    return period.model_copy(update={"authority": codes[period.authority], "roster": roster})
