"""Work of the processor beside work of the database."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ParamSpec, TypeVar

T = TypeVar("T")
P = ParamSpec("P")

_FEW = 200
BYTES = 500
"""So much text counts as one of many things."""


async def aside(size: int, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
    """What `work` returns; in a thread where it has many things to do, so that it holds nobody up."""
    if size <= _FEW:
        return work(*arguments, **named)
    return await asyncio.to_thread(work, *arguments, **named)


async def beside(work: Callable[[], T], waiting: Awaitable[Any]) -> T:
    """What `work`, which goes on in a thread, returns, once `waiting` is done too.

    Where `waiting` fails nothing is waited for, and what `work` comes to is forgotten.
    """
    running = asyncio.ensure_future(asyncio.to_thread(work))
    try:
        await waiting
    except BaseException:
        running.cancel()
        running.add_done_callback(lambda done: done.cancelled() or done.exception())
        raise
    return await running
