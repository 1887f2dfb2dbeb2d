"""A running job watched, so that those who wait for it see how far it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog

from app.kernel.database import Database, transaction
from app.kernel.outages import explain
from app.pushes import repository
from app.pushes.progress import Progress, watched
from app.pushes.repository import Order

_LOOK_SECONDS = 0.5
_log = structlog.get_logger(__name__)


@asynccontextmanager
async def watching(database: Database, order: Order) -> AsyncIterator[None]:
    """Show the progress of the push that is carried out in this block, in transactions of its own."""
    progress, ended = Progress(), asyncio.Event()
    token = watched.set(progress)
    task = asyncio.create_task(_tell(database, order, progress, ended))
    try:
        yield
    finally:
        watched.reset(token)
        # Told to end, not cancelled: that would cost its connection.
        ended.set()
        await task


async def _tell(database: Database, order: Order, progress: Progress, ended: asyncio.Event) -> None:
    told = 0
    while not ended.is_set():
        with suppress(TimeoutError):
            await asyncio.wait_for(ended.wait(), _LOOK_SECONDS)
        done = int(order.total * progress.part)
        if done > told and not ended.is_set():
            await _note(database, order, done)
            told = done


async def _note(database: Database, order: Order, done: int) -> None:
    try:
        async with transaction(database) as session:
            await repository.note_progress(session, order.id, done)
    except Exception as error:
        # A job does not fail for what only its watchers miss.
        problem = explain(error, "POST")
        if problem is None or problem.status != 503:
            raise
        _log.warning("progress_not_told", job=str(order.id), error=type(error).__name__)
