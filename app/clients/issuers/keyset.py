"""The keys of one issuer, as far as they are known."""

import asyncio
from collections.abc import Iterable, Mapping
from time import monotonic
from typing import Any

import jwt
import structlog
from pydantic import TypeAdapter
from typing_extensions import TypedDict

from app.clients.issuers.fetching import Fetch, FetchError
from app.kernel.errors import UnavailableError

_REFRESH_SECONDS = 300
_GOOD_SECONDS = 3600
_PAUSE_SECONDS = 10
_MOST_KEYS = 100

Name = tuple[str, str]
"""`kid` and `alg`: a key is used with the algorithm it was made for, whatever a token says."""


class _KeyList(TypedDict):
    keys: list[dict[str, Any]]


_SET = TypeAdapter(_KeyList)
_log = structlog.get_logger(__name__)


class KeySet:
    """Keys by name. Fetched anew every five minutes beside the requests, and where a token names one that is not known:
    then at most every ten seconds. When the server is gone the keys stay good for an hour.
    """

    def __init__(self, url: str, algorithms: Iterable[str], fetch: Fetch) -> None:
        self._url = url
        self._algorithms = tuple(algorithms)
        self._fetch = fetch
        self._keys: Mapping[Name, jwt.PyJWK] = {}
        self._old_from = self._good_until = self._closed_until = float("-inf")
        self._task: asyncio.Task[None] | None = None

    async def find(self, name: Name) -> jwt.PyJWK | None:
        """The key of this name. UnavailableError `issuer_unavailable` while no keys are known."""
        now = monotonic()
        key = self._keys.get(name) if now < self._good_until else None
        if key is None:
            await self._refresh(now)
        elif now >= self._old_from:
            self._start(now)
        if monotonic() >= self._good_until:
            raise UnavailableError("issuer_unavailable", "The issuer's keys cannot be had at present. Try again.")
        return self._keys.get(name)

    async def close(self) -> None:
        """Leave a fetch that is under way."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    async def _refresh(self, now: float) -> None:
        self._start(now)
        if self._task is not None and not self._task.done():
            # Shielded: one caller that goes away must not take the keys from the others.
            await asyncio.shield(self._task)

    def _start(self, now: float) -> None:
        is_running = self._task is not None and not self._task.done()
        if not is_running and now >= self._closed_until:
            self._closed_until = now + _PAUSE_SECONDS
            self._task = asyncio.create_task(self._renew())

    async def _renew(self) -> None:
        began = monotonic()
        try:
            keys = read_keys(await self._fetch(self._url), self._algorithms)
        except (FetchError, ValueError) as error:
            _log.warning("issuer_unavailable", url=self._url, reason=str(error))
            return
        # The same object for the same key: tokens that were verified with it stay good.
        self._keys = {
            name: old if (old := self._keys.get(name)) and _data(old) == _data(key) else key
            for name, key in keys.items()
        }
        self._old_from, self._good_until = began + _REFRESH_SECONDS, began + _GOOD_SECONDS


def read_keys(content: bytes, algorithms: Iterable[str]) -> dict[Name, jwt.PyJWK]:
    """The keys for signatures in a JWK set that fit one of the algorithms. ValueError when there is none."""
    listed = _SET.validate_json(content)["keys"][:_MOST_KEYS]
    named = [data for data in listed if isinstance(data.get("kid"), str)]
    made = {(data["kid"], algorithm): _key(data, algorithm) for data in named for algorithm in algorithms}
    keys = {name: key for name, key in made.items() if key is not None}
    if not keys:
        raise ValueError("no key that can be used")
    return keys


def _key(data: dict[str, Any], algorithm: str) -> jwt.PyJWK | None:
    if data.get("use", "sig") != "sig" or data.get("alg", algorithm) != algorithm or data.get("kty") == "oct":
        return None
    try:
        key = jwt.PyJWK(data, algorithm)
        key.Algorithm.prepare_key(key.key)  # of the right kind, and on the right curve
    except (jwt.PyJWTError, TypeError, ValueError, KeyError):
        return None
    return None if key.Algorithm.check_key_length(key.key) else key


def _data(key: jwt.PyJWK) -> Any:
    return key._jwk_data  # noqa: SLF001 - it has no other name
