"""Many callers asking the database the same thing at once, answered by one query that began after each had asked."""

import asyncio
from collections.abc import Awaitable, Callable, Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Coalesced(Generic[K, V]):
    """`read(key)` gives what `query(key)` returns, from a query that starts after the call and is shared.

    A query that is already under way may have read before the caller's own last write was committed, so a caller
    never joins it: it joins the next one. So an acknowledged commit is always seen.
    """

    def __init__(self, query: Callable[[K], Awaitable[V]]) -> None:
        self._query = query
        self._waiting: dict[K, asyncio.Future[V]] = {}
        self._runners: dict[K, asyncio.Task[None]] = {}

    async def read(self, key: K) -> V:
        """The answer of the next query for `key`. Raises what the query raises."""
        future = self._waiting.get(key)
        if future is None:
            future = self._waiting[key] = asyncio.get_running_loop().create_future()
            if key not in self._runners:
                self._runners[key] = asyncio.create_task(self._run(key))
        # Shielded: one caller that goes away must not take the answer from the others.
        return await asyncio.shield(future)

    async def _run(self, key: K) -> None:
        try:
            while (future := self._waiting.pop(key, None)) is not None:
                await self._answer(key, future)
        finally:
            del self._runners[key]

    async def _answer(self, key: K, future: asyncio.Future[V]) -> None:
        try:
            future.set_result(await self._query(key))
        except Exception as error:  # noqa: BLE001 - handed on to every caller, none of it is kept
            future.set_exception(error)
            future.exception()  # all callers may have gone: then nobody else retrieves it
