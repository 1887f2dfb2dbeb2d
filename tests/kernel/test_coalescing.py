import asyncio

import pytest

from app.kernel.coalescing import Coalesced


class Clock:
    """A query that takes a turn of the loop and tells when it began."""

    def __init__(self) -> None:
        self.began = 0
        self.running = asyncio.Event()
        self.release = asyncio.Event()

    async def query(self, key: str) -> tuple[str, int]:
        self.began += 1
        mine = self.began
        self.running.set()
        await self.release.wait()
        return key, mine


async def test_who_asks_together_shares_one_query() -> None:
    clock = Clock()
    clock.release.set()
    coalesced = Coalesced(clock.query)
    answers = await asyncio.gather(*(coalesced.read("a") for _ in range(20)))
    assert set(answers) == {("a", 1)}
    assert clock.began == 1


async def test_who_asks_while_a_query_runs_gets_the_next_one() -> None:
    clock = Clock()
    coalesced = Coalesced(clock.query)
    first = asyncio.create_task(coalesced.read("a"))
    await clock.running.wait()
    late = [asyncio.create_task(coalesced.read("a")) for _ in range(5)]
    await asyncio.sleep(0)
    clock.release.set()
    assert await first == ("a", 1)
    assert await asyncio.gather(*late) == [("a", 2)] * 5


async def test_keys_do_not_wait_for_each_other() -> None:
    clock = Clock()
    clock.release.set()
    coalesced = Coalesced(clock.query)
    assert [key for key, _ in await asyncio.gather(coalesced.read("a"), coalesced.read("b"))] == ["a", "b"]


async def test_an_error_reaches_everybody_and_is_not_kept() -> None:
    failures = [OSError("gone")]

    async def query(key: str) -> str:
        if failures:
            raise failures.pop()
        return key

    coalesced = Coalesced(query)
    found = await asyncio.gather(*(coalesced.read("a") for _ in range(3)), return_exceptions=True)
    assert [type(each) for each in found] == [OSError] * 3
    assert await coalesced.read("a") == "a"


async def test_a_caller_who_goes_away_takes_the_answer_from_nobody() -> None:
    clock = Clock()
    coalesced = Coalesced(clock.query)
    leaving, staying = (asyncio.create_task(coalesced.read("a")) for _ in range(2))
    await clock.running.wait()
    leaving.cancel()
    with pytest.raises(asyncio.CancelledError):
        await leaving
    clock.release.set()
    assert await staying == ("a", 1)


async def test_nothing_is_left_behind() -> None:
    clock = Clock()
    clock.release.set()
    coalesced = Coalesced(clock.query)
    await coalesced.read("a")
    await asyncio.sleep(0)
    assert not coalesced._runners
    assert not coalesced._waiting
