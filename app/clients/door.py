"""The door: from a token to the client that may pass with it now."""

import time
from collections import OrderedDict
from typing import Any, Protocol

import jwt

from app.clients.client import Client
from app.clients.issuers import Issuers
from app.clients.repository import Standing
from app.clients.standing import Standings
from app.clients.tokens import Granted, InvalidTokenError, Tokens

_LONGEST = 8192
_REMEMBERED = 4096


class Pass(Protocol):
    """A token whose signature was verified, and what may have changed since."""

    @property
    def expires_at(self) -> float: ...

    async def client(self) -> Client:
        """The client as it stands now. InvalidTokenError."""


class Door:
    """Lets in whoever has a token of ours or of a trusted issuer.

    A token that was verified is remembered until it expires: a signature costs more than most reads.
    """

    def __init__(self, tokens: Tokens, standings: Standings, issuers: Issuers) -> None:
        self._tokens = tokens
        self._standings = standings
        self._issuers = issuers
        self._remembered: OrderedDict[str, Pass] = OrderedDict()

    async def let_in(self, token: str) -> Client:
        """The client a token speaks for, with the scopes and bounds it has at present.

        InvalidTokenError; UnavailableError `issuer_unavailable`, and without a database what a query raises.
        """
        known = self._remembered.get(token)
        if known is None or time.time() >= known.expires_at:
            known = await self._verify(token)
            self._remember(token, known)
        self._remembered.move_to_end(token)
        return await known.client()

    async def _verify(self, token: str) -> Pass:
        header, claims = _unverified(token)
        issuer, key_id = claims.get("iss"), header.get("kid")
        if not isinstance(issuer, str) or not isinstance(key_id, str):
            raise InvalidTokenError
        if issuer == self._tokens.issuer:
            return OwnPass(self._tokens.read(token, key_id), self._standings)
        return await self._issuers.read(token, issuer, key_id, header.get("alg"))

    def _remember(self, token: str, found: Pass) -> None:
        self._remembered[token] = found
        if len(self._remembered) > _REMEMBERED:
            self._remembered.popitem(last=False)


class OwnPass:
    """A token of ours. Its client's standing decides whether it still opens, and how far."""

    def __init__(self, granted: Granted, standings: Standings) -> None:
        self.expires_at: float = granted.expires_at
        self._granted = granted
        self._standings = standings
        self._standing: Standing | None = None
        self._client: Client | None = None

    async def client(self) -> Client:
        """The client within what token and standing both allow."""
        standing = await self._standings.of(self._granted.client_id)
        if standing is None or standing.generation != self._granted.generation:
            raise InvalidTokenError
        if self._client is None or standing is not self._standing:
            self._standing, self._client = standing, standing.client.granted(self._granted.scopes)
        return self._client


def _unverified(token: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Header and claims, believed only as far as to choose the key that they are verified with."""
    if len(token) > _LONGEST:
        raise InvalidTokenError
    try:
        whole = jwt.decode_complete(token, options={"verify_signature": False})
    except (jwt.InvalidTokenError, ValueError, RecursionError) as error:  # a header of nested brackets
        raise InvalidTokenError from error
    return whole["header"], whole["payload"]
