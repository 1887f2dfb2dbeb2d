"""Letting clients in by their secrets."""

import re
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients import repository
from app.clients.client import Client, Scope
from app.clients.repository import Credential
from app.clients.service.secrets import hash_secret, is_one_of
from app.kernel.errors import BadRequestError, ProblemError, UnauthorizedError

_SANE_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NO_SECRET = (bytes(sha256().digest_size),)


async def authenticate(session: AsyncSession, pepper: bytes, client_id: str, secret: str) -> Credential:
    """The client with this id and one of its live secrets; notes the use. Raises UnauthorizedError `invalid_client`.

    An unknown id takes as long as a wrong secret.
    """
    known = await repository.find_credential(session, client_id) if _SANE_ID.fullmatch(client_id) else None
    right = is_one_of(hash_secret(pepper, secret), known.secret_hashes if known else _NO_SECRET)
    if known is None or not right:
        raise refuse(UnauthorizedError, "invalid_client", "There is no such client, or the secret is wrong.")
    await repository.mark_used(session, client_id)
    return known


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


def refuse(kind: type[ProblemError], code: str, detail: str) -> ProblemError:
    """A problem that is an OAuth error answer as well (RFC 6749, 5.2)."""
    headers = {"Cache-Control": "no-store"}
    if issubclass(kind, UnauthorizedError):
        headers["WWW-Authenticate"] = 'Basic realm="dti", charset="UTF-8"'
    return kind(code, detail, headers=headers, extensions={"error": code, "error_description": detail})
