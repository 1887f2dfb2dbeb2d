"""SQL of clients as administrators see them: each sees those within its own bounds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, case, delete, func, insert, select, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client, Scope
from app.clients.models import ClientRow
from app.clients.repository.references import units, units_below
from app.clients.repository.standings import bound
from app.kernel.errors import BadRequestError

# Any number that no other advisory lock of the service uses.
_CLIENTS_LOCK = 7_104
_LOCK = text("SELECT pg_advisory_xact_lock(:key)")
_NOT_LOADED = {"synchronize_session": False}  # rows are read anew after each write


@dataclass(frozen=True, slots=True)
class Registration:
    """A client with everything that is known of it but its secrets.

    `previous_secret_expires_at`: until when the secret before the last rotation is good; None when it is not.
    """

    client: Client
    name: str
    disabled_at: datetime | None
    created_at: datetime
    last_used_at: datetime | None
    previous_secret_expires_at: datetime | None
    revision: int


async def lock_clients(session: AsyncSession) -> None:
    """Wait for other writers of clients, until the transaction ends: two could take the last admin away together."""
    await session.execute(_LOCK, {"key": _CLIENTS_LOCK})


async def find(session: AsyncSession, caller: Client, client_id: str) -> Registration | None:
    """The client of this id within the caller's bounds."""
    found = (await session.execute(_select(caller).where(ClientRow.id == client_id))).one_or_none()
    return None if found is None else _registration(*found)


def position(cursor: Sequence[Any]) -> tuple[datetime, str]:
    """Where the page before ended. BadRequestError `invalid_cursor`."""
    try:
        created_at = datetime.fromisoformat(cursor[0])
    except ValueError as error:
        raise BadRequestError("invalid_cursor", "The cursor is not one this list gave.") from error
    if created_at.tzinfo is None:
        raise BadRequestError("invalid_cursor", "The cursor is not one this list gave.")
    return created_at, cursor[1]


async def list_(
    session: AsyncSession, caller: Client, limit: int | None = None, after: tuple[datetime, str] | None = None
) -> list[Registration]:
    """Clients within the caller's bounds, the oldest first; keyset-paged."""
    query = _select(caller).order_by(ClientRow.created_at, ClientRow.id).limit(limit)
    if after is not None:
        query = query.where(tuple_(ClientRow.created_at, ClientRow.id) > tuple_(*after))
    return [_registration(*found) for found in await session.execute(query)]


async def insert_client(session: AsyncSession, values: Mapping[str, Any]) -> None:
    await session.execute(insert(ClientRow).values(**values))


async def update_client(session: AsyncSession, client_id: str, values: Mapping[str, Any]) -> None:
    """Write values of the next revision."""
    query = update(ClientRow).where(ClientRow.id == client_id)
    query = query.values(revision=ClientRow.revision + 1, **values)
    await session.execute(query, execution_options=_NOT_LOADED)


async def disable(session: AsyncSession, client_id: str) -> None:
    """Keep it out from now on; the tokens it has are of a generation that has ended, also when it is enabled again."""
    query = update(ClientRow).where(ClientRow.id == client_id)
    query = query.values(disabled_at=func.now(), generation=ClientRow.generation + 1)
    await session.execute(query, execution_options=_NOT_LOADED)


async def enable(session: AsyncSession, client_id: str) -> None:
    query = update(ClientRow).where(ClientRow.id == client_id).values(disabled_at=None)
    await session.execute(query, execution_options=_NOT_LOADED)


async def delete_client(session: AsyncSession, client_id: str) -> None:
    query = delete(ClientRow).where(ClientRow.id == client_id)
    await session.execute(query, execution_options=_NOT_LOADED)


async def remains_admin(session: AsyncSession, but: str) -> bool:
    """Whether without that client somebody is left who may do everything."""
    query = select(ClientRow.id).where(
        ClientRow.id != but,
        ClientRow.disabled_at.is_(None),
        ClientRow.scopes.contains([Scope.ADMIN.value]),
        ClientRow.unit_id.is_(None),
        ClientRow.levels.is_(None),
        ClientRow.indicators.is_(None),
    )
    return await session.scalar(query.limit(1)) is not None


def _select(caller: Client) -> Select[Any]:
    still_good = case(
        (ClientRow.previous_secret_expires_at > func.now(), ClientRow.previous_secret_expires_at), else_=None
    )
    query = select(ClientRow, units.c.code, still_good).outerjoin(units, units.c.id == ClientRow.unit_id)
    return query.where(*_within(caller)).execution_options(populate_existing=True)


def _within(caller: Client) -> list[ColumnElement[bool]]:
    # A bound that is null is contained in nothing: whoever has no bound stands outside of everybody's.
    conditions: list[ColumnElement[bool]] = []
    if caller.unit is not None:
        conditions.append(ClientRow.unit_id.in_(units_below(caller.unit)))
    if caller.levels is not None:
        conditions.append(ClientRow.levels.contained_by(sorted(caller.levels)))
    if caller.indicators is not None:
        conditions.append(ClientRow.indicators.contained_by(sorted(caller.indicators)))
    return conditions


def _registration(row: ClientRow, unit: str | None, previous_secret_expires_at: datetime | None) -> Registration:
    client = Client(row.id, frozenset(map(Scope, row.scopes)), unit, bound(row.levels), bound(row.indicators))
    return Registration(
        client,
        row.name,
        row.disabled_at,
        row.created_at,
        row.last_used_at,
        previous_secret_expires_at,
        row.revision,
    )
