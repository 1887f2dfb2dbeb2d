"""All SQL on clients."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, Select, Text, column, func, insert, select, table, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client, Scope
from app.clients.models import ClientRow

# Units stand above clients: only these two columns of theirs are known here.
_units = table("units", column("id", BigInteger), column("code", Text))


class Credential(NamedTuple):
    """A client that is not disabled, and the hash of its secret."""

    client: Client
    secret_hash: bytes


class Listed(NamedTuple):
    """A client as an administrator sees it."""

    client: Client
    name: str
    created_at: datetime
    disabled_at: datetime | None
    last_used_at: datetime | None


async def find_credential(session: AsyncSession, client_id: str) -> Credential | None:
    query = _select_clients().where(ClientRow.id == client_id, ClientRow.disabled_at.is_(None))
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    return Credential(_client(*found), found[0].secret_hash)


async def list_(session: AsyncSession) -> list[Listed]:
    rows = await session.execute(_select_clients().order_by(ClientRow.created_at, ClientRow.id))
    return [
        Listed(_client(row, unit), row.name, row.created_at, row.disabled_at, row.last_used_at) for row, unit in rows
    ]


async def find_unit_id(session: AsyncSession, code: str) -> int | None:
    return await session.scalar(select(_units.c.id).where(_units.c.code == code))


async def insert_client(
    session: AsyncSession, client: Client, name: str, secret_hash: bytes, unit_id: int | None
) -> None:
    await session.execute(
        insert(ClientRow).values(
            id=client.id,
            name=name,
            secret_hash=secret_hash,
            scopes=sorted(client.scopes),
            unit_id=unit_id,
            levels=_listed(client.levels),
            indicators=_listed(client.indicators),
        )
    )


async def mark_used(session: AsyncSession, client_id: str) -> None:
    await session.execute(update(ClientRow).where(ClientRow.id == client_id).values(last_used_at=func.now()))


def _select_clients() -> Select[ClientRow, str | None]:
    return select(ClientRow, _units.c.code).outerjoin(_units, _units.c.id == ClientRow.unit_id)


def _client(row: ClientRow, unit: str | None) -> Client:
    scopes = frozenset(Scope(name) for name in row.scopes)
    return Client(row.id, scopes, unit, _bound(row.levels), _bound(row.indicators))


def _bound(codes: Sequence[str] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)


def _listed(bound: frozenset[str] | None) -> list[str] | None:
    return None if bound is None else sorted(bound)
