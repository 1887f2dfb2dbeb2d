"""Clients that are registered in the database as the service would have them, and tokens for them."""

import asyncio
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256

import asyncpg
from fastapi import FastAPI

from app.clients.client import Client, Scope
from app.clients.tokens import Tokens

_UNIT = "INSERT INTO units (code) VALUES ($1) ON CONFLICT DO NOTHING"
_CLIENT = """
    INSERT INTO clients (id, name, secret_hash, scopes, unit_id, levels, indicators)
    VALUES ($1, $1, '', $2, (SELECT id FROM units WHERE code = $3), $4, $5)
    ON CONFLICT (id) DO NOTHING
"""


def caller(
    *scopes: Scope,
    unit: str | None = None,
    levels: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
) -> Client:
    """The same client for the same scopes and bounds."""
    held = [None if codes is None else frozenset(codes) for codes in (levels, indicators)]
    told = repr([unit, *(codes if codes is None else sorted(codes) for codes in held)])
    mark = "" if told == "[None, None, None]" else f"-{sha256(told.encode()).hexdigest()[:8]}"
    return Client(f"test-{'-'.join(scopes)}{mark}", frozenset(scopes), unit, held[0], held[1])


async def register(url: str, client: Client) -> None:
    """Put the client there, unless it is; its unit too, so that it can be bound to it."""
    connection = await asyncpg.connect(url)
    try:
        if client.unit is not None:
            await connection.execute(_UNIT, client.unit)
        bounds = [None if codes is None else sorted(codes) for codes in (client.levels, client.indicators)]
        await connection.execute(_CLIENT, client.id, sorted(client.scopes), client.unit, *bounds)
    finally:
        await connection.close()


def register_now(url: str, client: Client) -> None:
    """The same for a test that does not wait: in a loop of its own, beside the one that runs."""
    with ThreadPoolExecutor(1) as beside:
        beside.submit(asyncio.run, register(url, client)).result()


def token_of(app: FastAPI, client: Client) -> str:
    """A token for everything that a registered client may do, as `/oauth/token` makes one."""
    tokens: Tokens = app.state.tokens
    return tokens.issue(client.id, client.scopes, generation=1)


def headers_of(app: FastAPI, client: Client) -> dict[str, str]:
    """The headers of a registered client."""
    return {"Authorization": f"Bearer {token_of(app, client)}"}


async def calls(app: FastAPI, client: Client) -> dict[str, str]:
    """The headers of a client that is registered for it."""
    await register(str(app.state.settings.database_url), client)
    return headers_of(app, client)
