"""Fetching an issuer's keys: in a bounded time, to a bounded size, from that address and no other."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable

import httpx

FETCH_SECONDS = 3
_MOST_BYTES = 256 * 1024
_HEADERS = {"Accept": "application/jwk-set+json, application/json", "Accept-Encoding": "identity"}

Fetch = Callable[[str], Awaitable[bytes]]


class FetchError(Exception):
    """The issuer's server has not given its keys."""


def fetching(http: httpx.AsyncClient) -> Fetch:
    """A fetch over these connections. FetchError; never more than FETCH_SECONDS."""

    async def fetch(url: str) -> bytes:
        try:
            async with asyncio.timeout(FETCH_SECONDS):
                return await _read(http, url)
        except (httpx.HTTPError, OSError) as error:  # asyncio's TimeoutError is an OSError
            raise FetchError(type(error).__name__) from error

    return fetch


def open_http() -> httpx.AsyncClient:
    """Connections to issuers: certificates of the machine's own store, no redirects, no proxy."""
    return httpx.AsyncClient(
        verify=ssl.create_default_context(), timeout=FETCH_SECONDS, follow_redirects=False, trust_env=False
    )


async def _read(http: httpx.AsyncClient, url: str) -> bytes:
    async with http.stream("GET", url, headers=_HEADERS) as response:
        if response.status_code != 200:
            raise FetchError(f"status {response.status_code}")
        content = bytearray()
        async for chunk in response.aiter_raw():  # as sent: nothing is unpacked
            content += chunk
            if len(content) > _MOST_BYTES:
                raise FetchError("too large")
        return bytes(content)
