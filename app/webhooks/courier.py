"""The courier of a worker process: takes what is due, sends it, and notes how it went.

Each webhook is served by a task of its own, so a receiver that takes its time makes nobody else wait. A message is
noted as delivered after it was; whoever dies in between leaves it to be sent again: at least once, always under the
same id.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import structlog

from app.kernel.background import Work
from app.kernel.database import Database, transaction
from app.kernel.outages import is_lost
from app.kernel.sealing import BrokenSealError, Seal
from app.webhooks.announcing import CHANNEL
from app.webhooks.receivers import Receivers
from app.webhooks.repository import queue
from app.webhooks.repository.queue import Attempt, Endpoint, Taken
from app.webhooks.schedule import delay_seconds
from app.webhooks.sending import Outcome, Sender
from app.webhooks.signing import message_name, signed
from app.webhooks.targets import read_url

# Messages of one webhook on their way at once, webhooks served at once, and connections of the database for all that.
_AT_ONCE = 4
_SERVED_AT_ONCE = 50
_CONNECTIONS = 2
_LOOK_SECONDS = 2.0
_EXPIRE_SECONDS = 600
_log = structlog.get_logger(__name__)


class Courier:
    """`work` is what the process does beside its requests; `stop` ends what is on its way."""

    def __init__(self, database: Database, receivers: Receivers, seal: Seal) -> None:
        self.work = Work("webhooks", self.step, CHANNEL, _LOOK_SECONDS)
        self._database = database
        self._sender = Sender(receivers)
        self._seal = seal
        self._connections = asyncio.Semaphore(_CONNECTIONS)
        self._runs: dict[UUID, asyncio.Task[None]] = {}
        self._expired_at = -float(_EXPIRE_SECONDS)

    async def step(self) -> bool:
        """Begin to serve each webhook for which something is due, unless it is being served; whether there were any."""
        await self._expire()
        free = _SERVED_AT_ONCE - len(self._runs)
        async with self._connections, transaction(self._database) as session:
            ready = await queue.list_ready(session, list(self._runs), free)
        for webhook_id in ready:
            self._runs[webhook_id] = asyncio.create_task(self._serve(webhook_id), name=f"webhook {webhook_id}")
        return bool(ready)

    async def settle(self) -> None:
        """Wait until nothing more is on its way."""
        while self._runs:
            await asyncio.wait(self._runs.values())

    async def stop(self) -> None:
        """Give up what is on its way: it is sent again when its lease has run out."""
        runs = list(self._runs.values())
        for run in runs:
            run.cancel()
        await asyncio.gather(*runs, return_exceptions=True)

    async def _serve(self, webhook_id: UUID) -> None:
        try:
            while await self._serve_some(webhook_id):
                pass
        except Exception as error:  # noqa: BLE001 - the outermost edge of this task: the others go on
            tell = _log.warning if is_lost(error) else _log.error
            tell("webhook_not_served", webhook=str(webhook_id), error=type(error).__name__, exc_info=not is_lost(error))
        else:
            # What came since the last look has rung already, while this webhook was being served.
            self.work.rung.set()
        finally:
            del self._runs[webhook_id]

    async def _serve_some(self, webhook_id: UUID) -> bool:
        async with self._connections, transaction(self._database) as session:
            found = await queue.take(session, webhook_id, _AT_ONCE)
        if found is None:
            return False
        endpoint, taken = found
        ends = await asyncio.gather(*(self._deliver(endpoint, each) for each in taken), return_exceptions=True)
        # Only now: one whose end cannot be noted must not cut the others off.
        for error in filter(None, ends):
            raise error
        return bool(taken)

    async def _deliver(self, endpoint: Endpoint, message: Taken) -> None:
        outcome = await self._send(endpoint, message)
        attempt = Attempt(message.attempt, message.at, outcome.status_code, outcome.error, outcome.milliseconds)
        async with self._connections, transaction(self._database) as session:
            if outcome.error is None:
                await queue.note_delivered(session, message, attempt)
                return
            delay = delay_seconds(message.attempt, outcome.retry_after)
            rest = outcome.retry_after or 0
            await queue.note_failed(session, message, attempt, delay, is_gone=outcome.is_gone, rest=rest)

    async def _send(self, endpoint: Endpoint, message: Taken) -> Outcome:
        try:
            keys = self._secrets(endpoint)
        except BrokenSealError:  # the pepper is another one: a rotation of the secret helps
            return Outcome(None, "secret_unreadable")
        headers = signed(message_name(message.message_id), message.at, message.payload, keys)
        return await self._sender.send(read_url(endpoint.url), headers, message.payload)

    def _secrets(self, endpoint: Endpoint) -> Sequence[str]:
        sealed = [endpoint.secret] if endpoint.previous is None else [endpoint.secret, endpoint.previous]
        return [self._seal.open(secret, endpoint.id.bytes).decode() for secret in sealed]

    async def _expire(self) -> None:
        if time.monotonic() - self._expired_at < _EXPIRE_SECONDS:
            return
        async with self._connections, transaction(self._database) as session:
            more = await queue.expire(session)
        if not more:
            self._expired_at = time.monotonic()


@asynccontextmanager
async def courier(database: Database, receivers: Receivers, seal: Seal) -> AsyncIterator[Courier]:
    """A courier that stops at the end of the block."""
    made = Courier(database, receivers, seal)
    try:
        yield made
    finally:
        await made.stop()
