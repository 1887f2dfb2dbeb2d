"""Work in a thread beside what is awaited: both are done, and a failure of either is told."""

import asyncio
import threading

import pytest

from app.kernel.threads import beside


async def test_the_work_goes_on_while_something_else_is_awaited() -> None:
    begun, awaited = threading.Event(), threading.Event()

    def work() -> int:
        begun.set()
        assert awaited.wait(10)
        return 7

    async def waiting() -> None:
        assert await asyncio.to_thread(begun.wait, 10)
        awaited.set()

    assert await beside(work, waiting()) == 7


async def test_a_failure_of_either_is_told() -> None:
    def failing() -> int:
        raise ValueError("work")

    async def refused() -> None:
        raise LookupError("waiting")

    with pytest.raises(ValueError, match="work"):
        await beside(failing, asyncio.sleep(0))
    with pytest.raises(LookupError, match="waiting"):
        await beside(failing, refused())
    with pytest.raises(LookupError, match="waiting"):
        await beside(lambda: 7, refused())
