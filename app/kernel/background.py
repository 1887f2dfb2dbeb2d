"""Work that goes on beside the requests: taken from tables, piece by piece, by every worker process.

A table is the queue, so nothing is lost with a process; NOTIFY only says that looking is worth while now. Where it does
not come through (PgBouncer in transaction mode, a lost connection), the table is looked at every `idle_seconds`.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from typing import Any, NoReturn

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import Database, driver_of, fetch
from app.kernel.outages import is_lost

_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 30.0
_RING = "SELECT pg_notify($1, '')"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Work:
    """One kind of work. `step` takes one piece of it, does it, and says whether there was any.

    Between steps that found none it is waited until `channel` rings, or `idle_seconds` have passed.
    """

    name: str
    step: Callable[[], Awaitable[bool]]
    channel: str
    idle_seconds: float
    rung: asyncio.Event = field(default_factory=asyncio.Event, init=False, compare=False)


async def ring(session: AsyncSession, channel: str) -> None:
    """Wake whoever waits for the channel, in all processes, once the session's transaction is committed."""
    await fetch(session, _RING, channel)


@asynccontextmanager
async def working(database: Database, works: Sequence[Work]) -> AsyncIterator[None]:
    """Do all this work for the length of the block; at its end what is being done is cancelled."""
    tasks = [asyncio.create_task(_keep(work), name=work.name) for work in works]
    tasks += [asyncio.create_task(_listen(database, works), name="listen")] if works else []
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _keep(work: Work) -> NoReturn:
    failures = 0
    while True:
        # Before the step: what rings while it looks is looked at again.
        work.rung.clear()
        try:
            found = await work.step()
        except Exception as error:  # noqa: BLE001 - the outermost edge: whatever it was, the next piece may go well
            failures += 1
            await _rest(work.name, error, failures)
            continue
        failures = 0
        if not found:
            await _await_ring(work)


async def _await_ring(work: Work) -> None:
    # Not all processes at the same moment.
    with suppress(TimeoutError):
        async with asyncio.timeout(work.idle_seconds * random.uniform(0.8, 1.2)):  # noqa: S311 - no secret
            await work.rung.wait()


async def _listen(database: Database, works: Sequence[Work]) -> NoReturn:
    failures = 0
    while True:
        try:
            async with AsyncSession(database.listener) as session:
                lost = await _hear(session, works)
                failures = 0
                await lost.wait()
        except Exception as error:  # noqa: BLE001 - the outermost edge, as above
            failures += 1
            await _rest("listen", error, failures)


async def _hear(session: AsyncSession, works: Sequence[Work]) -> asyncio.Event:
    """Let the channels ring their work from now on; the event of the connection's end."""
    driver = await driver_of(session)
    lost = asyncio.Event()
    driver.add_termination_listener(lambda _: lost.set())
    for work in works:
        await driver.add_listener(work.channel, _ringing(work))
        work.rung.set()  # it may have rung while nobody heard
    return lost


def _ringing(work: Work) -> Callable[..., None]:
    def heard(*_: Any) -> None:
        work.rung.set()

    return heard


async def _rest(name: str, error: Exception, failures: int) -> None:
    tell = _log.warning if is_lost(error) else _log.error
    tell("work_failed", work=name, failures=failures, error=type(error).__name__, exc_info=not is_lost(error))
    pause = min(_FIRST_PAUSE_SECONDS * 2 ** (failures - 1), _LONGEST_PAUSE_SECONDS)
    await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
