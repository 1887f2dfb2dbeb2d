"""Where a target's name leads, and whether a message may go there: asked when a webhook is made, and at every try."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address

from app.webhooks.addresses import Address, Network, is_allowed, is_public
from app.webhooks.targets import Target, refused

Resolve = Callable[[str], Awaitable[Sequence[Address]]]

_LOOKUP_SECONDS = 4
_LOOKUPS_AT_ONCE = 4


class UnknownHostError(Exception):
    """The name leads nowhere at present."""


class RefusedAddressError(Exception):
    """The name leads where no message may go."""


class Receivers:
    """What this installation may send to: `networks` are trusted, though private and without TLS; all else is public.

    `resolve` gives the addresses of a name; UnknownHostError.
    """

    def __init__(self, networks: Sequence[Network], resolve: Resolve | None = None) -> None:
        self._networks = networks
        self._lookups = ThreadPoolExecutor(_LOOKUPS_AT_ONCE, "webhook-lookup")
        self._resolve = resolve or self._look_up

    def close(self) -> None:
        """Let the lookups go, finished or not."""
        self._lookups.shutdown(wait=False, cancel_futures=True)

    async def addresses(self, target: Target) -> Sequence[Address]:
        """The addresses to connect to, in order: all the name has, each of them allowed.

        UnknownHostError; RefusedAddressError when one of them is not public, or is public and the scheme is `http`.
        """
        found = await self._resolve(target.host)
        if not all(self._may_receive(address, target.scheme) for address in found):
            raise RefusedAddressError
        return found

    async def check(self, target: Target) -> None:
        """Refuse a URL to which nothing could be sent. A name that leads nowhere yet may lead somewhere later.

        InvalidError `https_required`, `address_not_allowed`.
        """
        if target.scheme == "http" and not self._networks:
            raise refused("https_required", "Must begin with https://.")
        try:
            await self.addresses(target)
        except UnknownHostError:
            return
        except RefusedAddressError:
            code = "https_required" if target.scheme == "http" else "address_not_allowed"
            detail = "The host is not on the internet, nor in the networks that this installation allows."
            if target.scheme == "http":
                detail = "Only networks that this installation allows are sent to without TLS."
            raise refused(code, detail) from None

    def _may_receive(self, address: Address, scheme: str) -> bool:
        return is_allowed(address, self._networks) or (scheme == "https" and is_public(address))

    async def _look_up(self, host: str) -> Sequence[Address]:
        # Threads of our own: names that take long must not keep the scoring out of the common ones.
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(_LOOKUP_SECONDS):
                found = await loop.run_in_executor(self._lookups, _ask, host)
        except (OSError, UnicodeError) as error:  # a timeout is an OSError too
            raise UnknownHostError from error
        return found


def _ask(host: str) -> list[Address]:
    found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    # A scope (`fe80::1%eth0`) makes no address better.
    return list(dict.fromkeys(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found))
