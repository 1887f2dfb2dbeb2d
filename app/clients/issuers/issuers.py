"""Reading tokens of trusted issuers."""

import re
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

import jwt

from app.clients.client import Client
from app.clients.issuers.configuration import TrustedIssuer
from app.clients.issuers.fetching import Fetch
from app.clients.issuers.keyset import KeySet, Name
from app.clients.tokens import InvalidTokenError

_CLAIMS = ["iss", "aud", "exp", "sub"]
_UNFIT = re.compile(r"[^A-Za-z0-9._@-]")
_LONGEST = 64


class Issuers:
    """The trusted issuers of one installation, each with its keys."""

    def __init__(self, trusted: Iterable[TrustedIssuer], fetch: Fetch) -> None:
        self._trusted = {
            issuer.issuer: (issuer, KeySet(issuer.jwks_url, issuer.algorithms, fetch)) for issuer in trusted
        }

    async def read(self, token: str, issuer: str, key_id: str, algorithm: Any) -> "OutsidePass":
        """A token that says it is of this issuer, verified. InvalidTokenError, UnavailableError `issuer_unavailable`.

        `key_id` and `algorithm` choose among the keys of that issuer, and nothing else: no header of a token leads to
        another address or another kind of key.
        """
        trusted, keys = self._trusted.get(issuer, (None, None))
        if trusted is None or keys is None or algorithm not in trusted.algorithms:
            raise InvalidTokenError
        name = (key_id, algorithm)
        key = await keys.find(name)
        if key is None:
            raise InvalidTokenError
        claims = _verify(token, key, trusted)
        return OutsidePass(client_of(claims, trusted), float(claims["exp"]), keys, name, key)

    async def close(self) -> None:
        for _, keys in self._trusted.values():
            await keys.close()


class OutsidePass:
    """A token of an outside issuer: good as long as its key is."""

    def __init__(self, client: Client, expires_at: float, keys: KeySet, name: Name, key: jwt.PyJWK) -> None:
        self.expires_at = expires_at
        self._client = client
        self._keys = keys
        self._name = name
        self._key = key

    async def client(self) -> Client:
        """The client as the token and the configuration have it."""
        if await self._keys.find(self._name) is not self._key:
            raise InvalidTokenError
        return self._client


def client_of(claims: Mapping[str, Any], trusted: TrustedIssuer) -> Client:
    """Who calls with these claims: the configuration's bounds, and what it makes of the issuer's scopes.

    InvalidTokenError where the claim that names the caller is missing.
    """
    subject = claims.get(trusted.client_claim)
    if not isinstance(subject, str) or not subject:
        raise InvalidTokenError
    theirs = _listed(_at(claims, trusted.scope_claim))
    ours = frozenset(scope for name in theirs for scope in trusted.scopes.get(name, ()))
    levels, indicators = (None if codes is None else frozenset(codes) for codes in (trusted.levels, trusted.indicators))
    return Client(f"{trusted.name}:{fit(subject)}", ours, trusted.unit, levels, indicators, trusted.name)


def fit(subject: str) -> str:
    """A subject as part of a client's id: at most 64 plain characters, still other ones for another subject."""
    plain = _UNFIT.sub("_", subject)
    if plain == subject and len(plain) <= _LONGEST:
        return plain
    digest = sha256(subject.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{plain[: _LONGEST - 17]}~{digest}"


def _verify(token: str, key: jwt.PyJWK, trusted: TrustedIssuer) -> dict[str, Any]:
    try:
        return jwt.decode(
            token,
            key,
            [key.algorithm_name],
            options={"require": _CLAIMS},
            audience=trusted.audience,
            issuer=trusted.issuer,
            leeway=trusted.leeway_seconds,
        )
    except (jwt.InvalidTokenError, ValueError, TypeError, ArithmeticError, RecursionError) as error:
        raise InvalidTokenError from error


def _at(claims: Mapping[str, Any], way: str | list[str]) -> Any:
    found: Any = claims
    for name in [way] if isinstance(way, str) else way:
        found = found.get(name) if isinstance(found, Mapping) else None
    return found


def _listed(scopes: Any) -> list[str]:
    if isinstance(scopes, str):
        return scopes.split()
    return [scope for scope in scopes if isinstance(scope, str)] if isinstance(scopes, list) else []
