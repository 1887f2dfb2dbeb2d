"""Work beside the requests: woken, tried again, stopped."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from app.kernel.background import Work, ring, working
from app.kernel.database import Database, close_database, open_database, transaction
from app.settings import Settings

_NEVER = 3600.0


class _Queue:
    """Pieces of work, and how often somebody looked."""

    def __init__(self) -> None:
        self.left = 0
        self.done = 0
        self.looked = 0

    async def step(self) -> bool:
        self.looked += 1
        if self.left == 0:
            return False
        self.left -= 1
        self.done += 1
        return True


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what is waited for is a count
            await asyncio.sleep(0.01)


async def _listening(url: str) -> list[int]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query LIKE 'LISTEN%'"
        )
    finally:
        await connection.close()
    return [row["pid"] for row in rows]


async def _heard(url: str) -> list[int]:
    async with asyncio.timeout(20):
        while not (found := await _listening(url)):  # noqa: ASYNC110 - the server's own state
            await asyncio.sleep(0.05)
    return found


@pytest.fixture
async def database(settings: Settings) -> AsyncIterator[Database]:
    database = open_database(settings)
    yield database
    await close_database(database)


async def _ring(database: Database, *, undone: bool = False) -> None:
    async with transaction(database) as session:
        await ring(session, "dti_tests")
        if undone:
            raise ValueError("undone")


async def test_all_there_is_is_done_before_it_waits(database: Database) -> None:
    queue = _Queue()
    queue.left = 5
    async with working(database, [Work("tests", queue.step, "dti_tests", _NEVER)]):
        await _until(lambda: queue.done == 5)


async def test_a_commit_that_rings_wakes_it(database: Database, database_url: str) -> None:
    queue = _Queue()
    async with working(database, [Work("tests", queue.step, "dti_tests", _NEVER)]):
        await _heard(database_url)
        queue.left = 1
        await _ring(database)
        await _until(lambda: queue.done == 1)


async def test_what_rolls_back_rings_for_nobody(database: Database, database_url: str) -> None:
    queue, other = _Queue(), _Queue()
    works = [Work("tests", queue.step, "dti_tests", _NEVER), Work("others", other.step, "dti_others", _NEVER)]
    async with working(database, works):
        await _heard(database_url)
        await _until(lambda: queue.looked >= 2 and other.looked >= 2)  # at the start, and when they began to listen
        looked, other.left = queue.looked, 1
        with pytest.raises(ValueError, match="undone"):
            await _ring(database, undone=True)
        async with transaction(database) as session:
            await ring(session, "dti_others")
        await _until(lambda: other.done == 1)
        assert queue.looked == looked


async def test_without_a_ring_it_looks_now_and_then(database: Database) -> None:
    queue = _Queue()
    async with working(database, [Work("tests", queue.step, "dti_tests", 0.01)]):
        await _until(lambda: queue.looked > 5)


async def test_a_step_that_fails_is_tried_again(database: Database) -> None:
    queue = _Queue()

    async def stumble() -> bool:
        if queue.looked == 0:
            queue.looked += 1
            raise ValueError("once")
        return await queue.step()

    queue.left = 1
    async with working(database, [Work("tests", stumble, "dti_tests", _NEVER)]):
        await _until(lambda: queue.done == 1)


async def test_a_lost_connection_is_made_again_and_misses_nothing(database: Database, database_url: str) -> None:
    queue = _Queue()
    async with working(database, [Work("tests", queue.step, "dti_tests", _NEVER)]):
        [pid] = await _heard(database_url)
        connection = await asyncpg.connect(database_url)
        queue.left = 1
        await connection.execute("SELECT pg_terminate_backend($1)", pid)
        await connection.close()
        await _until(lambda: queue.done == 1)  # nothing rang: listening anew, it looks
        await _heard(database_url)
        queue.left = 1
        await _ring(database)
        await _until(lambda: queue.done == 2)


async def test_it_ends_with_the_block_though_a_step_is_under_way(database: Database) -> None:
    begun = asyncio.Event()
    ended: list[str] = []

    async def endless() -> bool:
        begun.set()
        try:
            await asyncio.sleep(_NEVER)
        finally:
            ended.append("cancelled")
        return True

    step: Callable[[], Awaitable[bool]] = endless
    async with working(database, [Work("tests", step, "dti_tests", _NEVER)]):
        await begun.wait()
    assert ended == ["cancelled"]
