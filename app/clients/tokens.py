"""Access tokens: signed JWTs (EdDSA), read without asking the database."""

import secrets
import time
from collections import OrderedDict
from collections.abc import Iterable
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clients.client import Client, Scope

_ALGORITHM = "EdDSA"
_CLAIMS = ["iss", "sub", "iat", "exp", "jti", "scope"]
_LONGEST = 8192
_REMEMBERED = 4096
_LEEWAY_SECONDS = 10  # between the clocks of two workers' machines


class InvalidTokenError(Exception):
    """The token is not one of ours, has been changed, or has expired."""


class Tokens:
    """Makes and reads the tokens of one installation.

    A token that was verified is remembered until it expires: a signature costs more than most reads. A client
    disabled meanwhile keeps what it holds for `seconds` at most.
    """

    def __init__(self, key: Ed25519PrivateKey, issuer: str, seconds: int) -> None:
        self.seconds = seconds
        self._key = key
        self._public_key = key.public_key()
        self._issuer = issuer
        self._read: OrderedDict[str, tuple[float, Client]] = OrderedDict()

    def issue(self, client: Client, scopes: Iterable[Scope]) -> str:
        """A token for `client` with `scopes` and all its bounds, good for `seconds` from now."""
        now = int(time.time())
        claims = {
            "iss": self._issuer,
            "sub": client.id,
            "iat": now,
            "exp": now + self.seconds,
            "jti": secrets.token_hex(16),
            "scope": " ".join(sorted(scopes)),
            "unit": client.unit,
            "levels": _listed(client.levels),
            "indicators": _listed(client.indicators),
        }
        return jwt.encode(claims, self._key, _ALGORITHM)

    def read(self, token: str) -> Client:
        """The client a token speaks for. Raises InvalidTokenError."""
        known = self._read.get(token)
        if known is not None and time.time() < known[0]:
            self._read.move_to_end(token)
            return known[1]
        claims = self._verify(token)
        client = _client(claims)
        self._read[token] = (claims["exp"], client)
        if len(self._read) > _REMEMBERED:
            self._read.popitem(last=False)
        return client

    def _verify(self, token: str) -> dict[str, Any]:
        if len(token) > _LONGEST:
            raise InvalidTokenError
        try:
            return jwt.decode(
                token,
                self._public_key,
                [_ALGORITHM],
                options={"require": _CLAIMS},
                issuer=self._issuer,
                leeway=_LEEWAY_SECONDS,
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:  # a header of nested brackets
            raise InvalidTokenError from error


def _client(claims: dict[str, Any]) -> Client:
    return Client(
        id=claims["sub"],
        scopes=frozenset(Scope(name) for name in claims["scope"].split()),
        unit=claims["unit"],
        levels=_bound(claims["levels"]),
        indicators=_bound(claims["indicators"]),
    )


def _listed(bound: frozenset[str] | None) -> list[str] | None:
    return None if bound is None else sorted(bound)


def _bound(codes: list[str] | None) -> frozenset[str] | None:
    return None if codes is None else frozenset(codes)
