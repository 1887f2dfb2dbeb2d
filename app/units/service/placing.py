"""Where a unit may stand: below an existing parent, at an existing level, within the client's bounds."""

from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.bare import bare
from app.kernel.errors import ConflictError, FieldError, ForbiddenError
from app.units import repository
from app.units.models import UnitRow
from app.units.schemas import Unit, UnitCreate, UnitReplace, UnitValues
from app.units.service.checks import check_dates, refuse
from app.units.service.identifiers import check_forms
from app.units.sort_key import sort_key


class Days(Protocol):
    """Whatever is valid from a day up to, not including, another; None: no end is known."""

    @property
    def valid_from(self) -> date: ...
    @property
    def valid_to(self) -> date | None: ...


@dataclass(frozen=True)
class Place:
    """The checked references and dates of a version. `valid_to` is exclusive."""

    level_id: int
    parent_id: int | None
    valid_from: date
    valid_to: date | None


def version_values(body: UnitValues | Unit, place: Place) -> dict[str, Any]:
    """The row of the version that a body stands for at its place."""
    return {
        "valid_from": place.valid_from,
        "valid_to": place.valid_to,
        "name": body.name,
        "sort_key": sort_key(body.name),
        "search_text": bare(body.name),
        "level_id": place.level_id,
        "parent_id": place.parent_id,
        "traits": body.traits,
    }


async def is_in_subtree(session: AsyncSession, client: Client, unit: UnitRow, on: date | None = None) -> bool:
    """Whether the client's bound, if it has one, holds the unit on that day."""
    if client.unit is None or client.unit == unit.code:
        return True
    return await repository.is_within(session, unit.id, client.unit, on)


async def place_new(session: AsyncSession, client: Client, body: UnitCreate) -> Place:
    """The place of a new unit. Raises as `place_again`."""
    valid_from = body.valid_from or await repository.today(session)
    level_id, errors = await _level(session, client, body.level)
    parent_id = None
    if body.parent == body.code:
        errors.append(_under_itself())
    else:
        parent_id, unknown = await _parent(session, client, body.parent)
        errors += unknown
    refuse([*errors, *check_forms(body.identifiers), *check_dates(valid_from, body.valid_to)])
    return Place(level_id, parent_id, valid_from, body.valid_to)


async def place_again(session: AsyncSession, client: Client, unit_id: int, stored: Unit, body: UnitReplace) -> Place:
    """The place of a unit that is there already; the caller holds the tree's lock.

    Raises InvalidError `unknown_level`, `unknown_unit`, `unit_under_itself`, `invalid_identifier`,
    `dates_out_of_order`, with all of them in `errors`; ForbiddenError `outside_bounds`.
    """
    valid_from = body.valid_from or stored.valid_from
    level_id, errors = await _level(session, client, body.level)
    # Its bound does not keep a client from leaving its topmost unit where it stands.
    mover = None if body.parent == stored.parent else client
    parent_id, unknown = await _parent(session, mover, body.parent)
    refuse([*errors, *unknown, *check_forms(body.identifiers), *check_dates(valid_from, body.valid_to)])
    if parent_id is not None and await repository.leads_to(session, parent_id, unit_id, valid_from, body.valid_to):
        refuse([_under_itself()])
    return Place(level_id, parent_id, valid_from, body.valid_to)


async def check_days(session: AsyncSession, unit_id: int, stored: Unit, place: Place) -> None:
    """Refuse days by which a corrected version would contradict the unit's other versions or its reorganisations.

    ConflictError `versions_overlap`, `set_by_reorganisation`, with all of them in `errors`.
    """
    versions = await repository.list_versions(session, unit_id=unit_id)
    begun, ended = await repository.fixed_days(session, unit_id)
    errors = list(day_errors(stored, place, versions, begun, ended))
    if errors:
        raise ConflictError(errors[0].code, errors[0].detail, errors)


def day_errors(
    stored: Days, days: Days, versions: Iterable[Days], begun: AbstractSet[date], ended: AbstractSet[date]
) -> Iterator[FieldError]:
    """What speaks against other days for the stored version.

    `versions` are the unit's; `begun` and `ended` the days on which reorganisations let some of them begin and end.
    """
    for other in versions:
        if other.valid_from != stored.valid_from and _meet(days, other):
            pointer = "/valid_from" if other.valid_from < stored.valid_from else "/valid_to"
            detail = (
                f"Another version of the unit is valid from {other.valid_from} until {other.valid_to or 'an open end'}."
            )
            yield FieldError(pointer, "versions_overlap", detail)
    kept = begun | {day - timedelta(days=1) for day in ended}
    lost = sorted(day for day in kept if _holds(stored, day) and not _holds(days, day))
    for pointer, fixed, was, will in (
        ("/valid_from", begun, stored.valid_from, days.valid_from),
        ("/valid_to", ended, stored.valid_to, days.valid_to),
    ):
        if will != was and (was in fixed or lost):
            day = was if was in fixed else lost[0]
            yield FieldError(pointer, "set_by_reorganisation", f"A reorganisation goes by {day}.")


def _meet(place: Days, other: Days) -> bool:
    starts_before = other.valid_to is None or place.valid_from < other.valid_to
    return starts_before and (place.valid_to is None or other.valid_from < place.valid_to)


def _holds(version: Days, day: date) -> bool:
    return version.valid_from <= day and (version.valid_to is None or day < version.valid_to)


async def _level(session: AsyncSession, client: Client, code: str) -> tuple[int, list[FieldError]]:
    level = await repository.find_level(session, code)
    if level is None:
        return 0, [FieldError("/level", "unknown_level", f"There is no level '{code}'.")]
    if client.levels is not None and code not in client.levels:
        raise ForbiddenError("outside_bounds", f"This client may not write units of the level '{code}'.")
    return level.id, []


async def _parent(
    session: AsyncSession, client: Client | None, code: str | None
) -> tuple[int | None, list[FieldError]]:
    """The parent's id, when `client` may put units below it; None leaves the bounds out."""
    if code is None and client is not None and client.unit is not None:
        raise ForbiddenError("outside_bounds", f"This client may only write units below '{client.unit}'.")
    if code is None:
        return None, []
    parent = await repository.find_unit(session, code)
    if parent is None or (client is not None and not await is_in_subtree(session, client, parent)):
        return None, [FieldError("/parent", "unknown_unit", f"There is no unit '{code}'.")]
    return parent.id, []


def _under_itself() -> FieldError:
    return FieldError("/parent", "unit_under_itself", "A unit cannot stand below itself.")
