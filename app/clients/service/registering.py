"""The order of steps of every write to clients. Each is an event of the global chain."""

import secrets
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.clients import repository
from app.clients.client import Client, Scope
from app.clients.repository import Registration, bound
from app.clients.schemas import ClientCreate, ClientReplace
from app.clients.service import bounding
from app.clients.service.secrets import hash_secret, make_secret
from app.kernel.conditional import check_if_match, check_if_none_match
from app.kernel.errors import ConflictError, NotFoundError, UnauthorizedError

OPERATOR = Client("cli", frozenset({Scope.ADMIN}), None, None, None)
"""Whoever has a shell on the machine."""


async def confirm(session: AsyncSession, caller: Client) -> Client:
    """The caller as it stands now, while all other writers of clients wait.

    The door's knowledge is a moment old: who has just been disabled must not register another in that moment.
    UnauthorizedError `invalid_token`.
    """
    await repository.lock_clients(session)
    if caller.issuer is not None:
        return caller
    standing = (await repository.list_standings(session, [caller.id])).get(caller.id)
    if standing is None:
        raise UnauthorizedError("invalid_token", "Your client has been disabled or deleted.")
    return standing.client.granted(caller.scopes)


async def get(session: AsyncSession, caller: Client, client_id: str) -> Registration:
    """The client, if it stands within the caller's bounds. NotFoundError `client_not_found`."""
    found = await repository.find(session, caller, client_id)
    if found is None:
        raise NotFoundError("client_not_found", f"There is no client '{client_id}'.")
    return found


async def register(session: AsyncSession, pepper: bytes, caller: Client, body: ClientCreate) -> tuple[str, str]:
    """Make a client; its id, and its secret, which nobody can read again. InvalidError as `bounding.check`."""
    unit_id = await bounding.check(session, caller, body)
    client_id, secret = f"client-{secrets.token_hex(8)}", make_secret()
    values = {"id": client_id, "secret_hash": hash_secret(pepper, secret), **_values(body, unit_id)}
    await repository.insert_client(session, values)
    data = _facts(_client(client_id, body), body.name, disabled=False)
    await record_global(session, actor=caller.id, type="client.created", data=data)
    return client_id, secret


async def change(
    session: AsyncSession,
    caller: Client,
    client_id: str,
    body: ClientReplace,
    *,
    if_match: str | None = None,
    if_none_match: str | None = None,
) -> None:
    """Replace what can change of a client; nothing is written where nothing differs. The caller holds the lock.

    Whoever is disabled loses all tokens for good. NotFoundError, PreconditionFailedError, InvalidError as
    `bounding.check`, ConflictError `last_admin`.
    """
    stored = await get(session, caller, client_id)
    check_if_match(if_match, stored.revision)
    check_if_none_match(if_none_match, stored.revision)
    unit_id = await bounding.check(session, caller, body)
    wanted, was_disabled = _client(client_id, body), stored.disabled_at is not None
    data = _facts(wanted, body.name, disabled=body.disabled)
    if data == _facts(stored.client, stored.name, disabled=was_disabled):
        return
    if body.disabled or not _is_chief(wanted):
        await _keep_an_admin(session, stored)
    await repository.update_client(session, client_id, _values(body, unit_id))
    if body.disabled != was_disabled:
        await (repository.disable if body.disabled else repository.enable)(session, client_id)
    await record_global(session, actor=caller.id, type="client.changed", data=data)


async def remove(session: AsyncSession, caller: Client, client_id: str, if_match: str | None = None) -> None:
    """Delete a client; its tokens are void at once. The caller holds the lock.

    NotFoundError, PreconditionFailedError, ConflictError `last_admin`.
    """
    stored = await get(session, caller, client_id)
    check_if_match(if_match, stored.revision)
    await _keep_an_admin(session, stored)
    await repository.delete_client(session, client_id)
    await record_global(session, actor=caller.id, type="client.deleted", data={"id": client_id, "name": stored.name})


async def _keep_an_admin(session: AsyncSession, leaving: Registration) -> None:
    if leaving.disabled_at is not None or not _is_chief(leaving.client):
        return
    if not await repository.remains_admin(session, but=leaving.client.id):
        detail = "It is the last client that may do everything. Make another one first."
        raise ConflictError("last_admin", detail)


def _is_chief(client: Client) -> bool:
    return Scope.ADMIN in client.scopes and (client.unit, client.levels, client.indicators) == (None, None, None)


def _client(client_id: str, body: ClientCreate | ClientReplace) -> Client:
    return Client(client_id, frozenset(body.scopes), body.unit, bound(body.levels), bound(body.indicators))


def _values(body: ClientCreate | ClientReplace, unit_id: int | None) -> dict[str, Any]:
    return {
        "name": body.name,
        "scopes": sorted(body.scopes),
        "unit_id": unit_id,
        "levels": None if body.levels is None else sorted(body.levels),
        "indicators": None if body.indicators is None else sorted(body.indicators),
    }


def _facts(client: Client, name: str, *, disabled: bool) -> dict[str, Any]:
    """As an event tells it."""
    return {
        "id": client.id,
        "name": name,
        "scopes": sorted(client.scopes),
        "unit": client.unit,
        "levels": None if client.levels is None else sorted(client.levels),
        "indicators": None if client.indicators is None else sorted(client.indicators),
        "disabled": disabled,
    }
