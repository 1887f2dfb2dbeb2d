"""An outbox and couriers without the rest of the application; its clock is the table."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from app.kernel.canonical import loads
from app.kernel.database import Database, close_database, open_database, transaction
from app.kernel.pending import Pending, Statement
from app.kernel.sealing import Seal
from app.settings import Settings
from app.webhooks import service
from app.webhooks.announcing import period_moved, ranking_changed, submission_moved
from app.webhooks.courier import Courier
from app.webhooks.owner import Owner
from app.webhooks.receivers import Receivers
from app.webhooks.schemas import WebhookCreate
from app.webhooks.signing import secret_seal

SEAL = secret_seal(b"a pepper of the house")
SOMEBODY = Owner("somebody", None, None, sees_all=False)
ALL_TYPES = ["ranking.changed", "submission.status_changed", "period.status_changed"]


@dataclass(frozen=True)
class Commune:
    """The cohort of communes, as `opened` has it."""

    period_id: int
    level_id: int
    period: str = "ky-2025"
    level: str = "commune"


@dataclass
class Post:
    """The outbox of one database, and a courier for it."""

    database: Database
    sql: Any  # asyncpg's connection
    receivers: Receivers
    courier: Courier
    cohort: Commune

    async def add(self, url: str, types: Sequence[str] = ALL_TYPES, owner: Owner = SOMEBODY) -> tuple[UUID, str]:
        """A new webhook: its id and secret."""
        body = WebhookCreate.model_validate({"url": url, "types": types})
        async with transaction(self.database) as session:
            row, secret = await service.create(session, SEAL, owner, body)
            return row.id, secret

    async def tell(self, *statements: Statement) -> None:
        """Announce in one transaction."""
        async with transaction(self.database) as session:
            pending = Pending()
            pending.add(*statements)
            await pending.send(session)

    async def now(self) -> datetime:
        at: datetime = await self.sql.fetchval("SELECT now()")
        return at

    async def version(self, number: int) -> None:
        """A new version of the cohort."""
        await self.tell(ranking_changed(self.cohort, number, await self.now()))

    async def opened(self) -> None:
        """The period has another status: a message that nothing overtakes."""
        await self.tell(period_moved(self.cohort.period_id, self.cohort.period, "open", await self.now()))

    async def moved(self, unit: str, status: str = "submitted", version: int = 2) -> None:
        """A unit's submission has another status."""
        unit_id = await self.sql.fetchval("SELECT id FROM units WHERE code = $1", unit)
        await self.tell(submission_moved(self.cohort, unit_id, unit, status, version, await self.now()))

    async def deliver(self, courier: Courier | None = None) -> None:
        """Let everything that is due be sent, and wait for its end."""
        courier = courier or self.courier
        while await courier.step():
            await courier.settle()

    async def later(self) -> None:
        """The time is now at which the next attempts are due."""
        await self.sql.execute("UPDATE webhook_deliveries SET due_at = now() WHERE status = 'waiting'")
        await self.sql.execute("UPDATE webhooks SET resting_until = now() WHERE resting_until > now()")

    async def deliveries(self) -> list[Any]:
        """All of them, the oldest first, `log` parsed."""
        query = "SELECT *, extract(epoch FROM due_at - now()) AS due_in FROM webhook_deliveries"
        rows = await self.sql.fetch(f"{query} ORDER BY created_at, version")
        return [{**row, "log": loads(row["log"])} for row in rows]

    async def statuses(self) -> list[str]:
        return [row["status"] for row in await self.deliveries()]

    async def webhook(self, webhook_id: UUID) -> Any:
        return await self.sql.fetchrow(
            "SELECT *, extract(epoch FROM resting_until - now()) AS rests FROM webhooks WHERE id = $1", webhook_id
        )

    def another_courier(self, seal: Seal = SEAL) -> Courier:
        """A second worker."""
        return Courier(self.database, self.receivers, seal)


@asynccontextmanager
async def posting(settings: Settings) -> AsyncIterator[Post]:
    """The outbox of the settings' database."""
    database = open_database(settings)
    receivers = Receivers(settings.webhook_networks)
    courier = Courier(database, receivers, SEAL)
    sql = await asyncpg.connect(settings.database_url)
    [keys] = await sql.fetch("SELECT period_id, level_id FROM cohorts")
    try:
        yield Post(database, sql, receivers, courier, Commune(keys["period_id"], keys["level_id"]))
    finally:
        await courier.stop()
        await sql.close()
        receivers.close()
        await close_database(database)
