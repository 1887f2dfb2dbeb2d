"""Making clients, and letting them in."""

import hmac
import re
import secrets
from collections.abc import Iterable
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients import repository
from app.clients.client import Client, Scope
from app.clients.repository import Listed
from app.kernel.errors import BadRequestError, InvalidError, ProblemError, UnauthorizedError

_SANE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")


async def add_client(
    session: AsyncSession,
    pepper: bytes,
    name: str,
    scopes: Iterable[Scope],
    *,
    unit: str | None = None,
    levels: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
) -> tuple[str, str]:
    """Make a client and return its id and its secret, which nobody can read again.

    `unit` is the code of the unit it is bound to. Raises InvalidError `no_scope`, `unit_not_found`.
    """
    client = Client(f"client-{secrets.token_hex(8)}", frozenset(scopes), unit, _bound(levels), _bound(indicators))
    if not client.scopes:
        raise InvalidError("no_scope", "A client needs at least one scope.")
    secret = secrets.token_urlsafe(32)
    unit_id = None if unit is None else await _unit_id(session, unit)
    await repository.insert_client(session, client, name, hash_secret(pepper, secret), unit_id)
    return client.id, secret


async def list_clients(session: AsyncSession) -> list[Listed]:
    """Every client, the oldest first, the disabled ones too."""
    return await repository.list_(session)


async def authenticate(session: AsyncSession, pepper: bytes, client_id: str, secret: str) -> Client:
    """The client with this id and secret; notes the use. Raises UnauthorizedError `invalid_client`.

    An unknown id takes as long as a wrong secret.
    """
    known = await repository.find_credential(session, client_id) if _SANE_ID.fullmatch(client_id) else None
    stored = known.secret_hash if known else bytes(sha256().digest_size)
    right = hmac.compare_digest(hash_secret(pepper, secret), stored)
    if known is None or not right:
        raise refuse(UnauthorizedError, "invalid_client", "There is no such client, or the secret is wrong.")
    await repository.mark_used(session, client_id)
    return known.client


def grant(client: Client, asked: str | None) -> frozenset[Scope]:
    """The scopes of a token: those asked for, or all the client has.

    Raises BadRequestError `invalid_scope`.
    """
    names = (asked or "").split()
    if not names:
        return client.scopes
    grantable = {scope.value for scope in Scope if client.may(scope)}
    if not grantable.issuperset(names):
        raise refuse(BadRequestError, "invalid_scope", "The client does not have all of these scopes.")
    return frozenset(Scope(name) for name in names)


def hash_secret(pepper: bytes, secret: str) -> bytes:
    """HMAC-SHA256 under the pepper. Secrets are 256 random bits, so no slow hash is needed."""
    return hmac.digest(pepper, secret.encode("utf-8", "replace"), sha256)


def refuse(kind: type[ProblemError], code: str, detail: str) -> ProblemError:
    """A problem that is an OAuth error answer as well (RFC 6749, 5.2)."""
    headers = {"Cache-Control": "no-store"}
    if issubclass(kind, UnauthorizedError):
        headers["WWW-Authenticate"] = 'Basic realm="dti", charset="UTF-8"'
    return kind(code, detail, headers=headers, extensions={"error": code, "error_description": detail})


async def _unit_id(session: AsyncSession, code: str) -> int:
    unit_id = await repository.find_unit_id(session, code)
    if unit_id is None:
        raise InvalidError("unit_not_found", "There is no unit with this code to bind the client to.")
    return unit_id


def _bound(codes: Iterable[str] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)
