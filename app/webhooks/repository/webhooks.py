"""SQL of webhooks."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text, column, delete, func, select, table, text, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import NotFoundError
from app.webhooks.models import WebhookRow
from app.webhooks.owner import Owner

# Clients stand beside webhooks: only this column of theirs is known here.
_clients = table("clients", column("id", Text))
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended('webhooks ' || :client_id, 0))")

Position = tuple[datetime, UUID]


async def list_(session: AsyncSession, owner: Owner, after: Position | None, limit: int) -> Sequence[WebhookRow]:
    """The owner's webhooks, the oldest first."""
    query = select(WebhookRow).order_by(WebhookRow.created_at, WebhookRow.id).limit(limit)
    if not owner.sees_all:
        query = query.where(WebhookRow.client_id == owner.client_id)
    if after is not None:
        query = query.where(tuple_(WebhookRow.created_at, WebhookRow.id) > tuple_(*after))
    return (await session.scalars(query)).all()


async def get(session: AsyncSession, owner: Owner, webhook_id: UUID) -> WebhookRow:
    """One of the owner's webhooks. NotFoundError `webhook_not_found`, for those of others too."""
    return _known(owner, await session.get(WebhookRow, webhook_id), webhook_id)


async def lock(session: AsyncSession, owner: Owner, webhook_id: UUID) -> WebhookRow:
    """As `get`, and nobody else changes it until the transaction ends."""
    # Not FOR UPDATE: messages to it may be put into the outbox meanwhile.
    locking = {"read": False, "key_share": True}
    return _known(owner, await session.get(WebhookRow, webhook_id, with_for_update=locking), webhook_id)


async def count_alone(session: AsyncSession, client_id: str) -> int:
    """How many webhooks a client has; until the transaction ends it makes no others."""
    await session.execute(_ONE_AT_A_TIME, {"client_id": client_id})
    query = select(func.count()).select_from(WebhookRow).where(WebhookRow.client_id == client_id)
    return int((await session.execute(query)).scalar_one())


async def find_registered(session: AsyncSession, client_id: str) -> str | None:
    """The id itself where the client is one of ours, None where its tokens come from elsewhere."""
    return await session.scalar(select(_clients.c.id).where(_clients.c.id == client_id))


async def insert(session: AsyncSession, row: WebhookRow) -> WebhookRow:
    """Store a new webhook; the row with what the database gave it."""
    session.add(row)
    await session.flush()
    await session.refresh(row)
    return row


async def change(session: AsyncSession, row: WebhookRow, **values: Any) -> None:
    """Set these values, as the next revision."""
    query = update(WebhookRow).where(WebhookRow.id == row.id).values(revision=WebhookRow.revision + 1, **values)
    await session.execute(query)
    await session.refresh(row)


async def remove(session: AsyncSession, row: WebhookRow) -> None:
    """Delete a webhook with its deliveries."""
    await session.execute(delete(WebhookRow).where(WebhookRow.id == row.id))


def _known(owner: Owner, row: WebhookRow | None, webhook_id: UUID) -> WebhookRow:
    if row is None or not (owner.sees_all or row.client_id == owner.client_id):
        raise NotFoundError("webhook_not_found", f"There is no webhook '{webhook_id}'.")
    return row
