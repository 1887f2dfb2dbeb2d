"""Access tokens made here: signed JWTs (EdDSA), which name a client and the scopes it asked for."""

import base64
import secrets
import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from app.clients.client import Scope
from app.kernel.canonical import canonical

_ALGORITHM = "EdDSA"
_CLAIMS = ["iss", "sub", "iat", "exp", "jti", "scope", "gen"]
_LEEWAY_SECONDS = 10  # between the clocks of two workers' machines


class InvalidTokenError(Exception):
    """The token is not good: it has been changed, has expired, or its client may not call any more."""


@dataclass(frozen=True, slots=True)
class Granted:
    """What a token says. Its client's bounds are not in it: those of the present hold.

    `expires_at` in seconds since 1970.
    """

    client_id: str
    scopes: frozenset[Scope]
    generation: int
    expires_at: int


class Tokens:
    """Makes and reads the tokens of one installation; `key_id` is the thumbprint of its key (RFC 7638)."""

    def __init__(self, key: Ed25519PrivateKey, issuer: str, seconds: int) -> None:
        self.issuer = issuer
        self.seconds = seconds
        self._key = key
        self.key_id = thumbprint(key.public_key())
        self._public_keys = {self.key_id: key.public_key()}

    def issue(self, client_id: str, scopes: Iterable[Scope], generation: int) -> str:
        """A token for a client with these scopes, good for `seconds` from now or until its generation ends."""
        now = int(time.time())
        claims = {
            "iss": self.issuer,
            "sub": client_id,
            "iat": now,
            "exp": now + self.seconds,
            "jti": secrets.token_hex(16),
            "scope": " ".join(sorted(scopes)),
            "gen": generation,
        }
        return jwt.encode(claims, self._key, _ALGORITHM, headers={"kid": self.key_id})

    def read(self, token: str, key_id: str) -> Granted:
        """What a token says that names this key. Raises InvalidTokenError."""
        claims = self._verify(token, key_id)
        try:
            scopes = frozenset(Scope(name) for name in claims["scope"].split())
        except (AttributeError, ValueError) as error:
            raise InvalidTokenError from error
        return Granted(claims["sub"], scopes, claims["gen"], claims["exp"])

    def public_keys(self) -> list[dict[str, str]]:
        """What tokens are verified with, as JWKs (RFC 8037)."""
        return [
            {**_jwk(key), "kid": key_id, "alg": _ALGORITHM, "use": "sig"} for key_id, key in self._public_keys.items()
        ]

    def _verify(self, token: str, key_id: str) -> dict[str, Any]:
        key = self._public_keys.get(key_id)
        if key is None:
            raise InvalidTokenError
        try:
            return jwt.decode(
                token, key, [_ALGORITHM], options={"require": _CLAIMS}, issuer=self.issuer, leeway=_LEEWAY_SECONDS
            )
        except (jwt.InvalidTokenError, ValueError, RecursionError) as error:  # claims of nested brackets
            raise InvalidTokenError from error


def thumbprint(key: Ed25519PublicKey) -> str:
    """The name of a key, which follows from it (RFC 7638)."""
    return _base64(sha256(canonical(_jwk(key))).digest())


def _jwk(key: Ed25519PublicKey) -> dict[str, str]:
    return {"kty": "OKP", "crv": "Ed25519", "x": _base64(key.public_bytes_raw())}


def _base64(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")
