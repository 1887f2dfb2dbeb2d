"""SQL of deliveries, as the log shows them and as they are sent once more."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import NotFoundError
from app.webhooks.models import DeliveryRow, WebhookRow

Position = tuple[datetime, UUID]


async def list_(session: AsyncSession, webhook_id: UUID, after: Position | None, limit: int) -> Sequence[DeliveryRow]:
    """The deliveries to a webhook, the latest first."""
    query = (
        select(DeliveryRow)
        .where(DeliveryRow.webhook_id == webhook_id)
        .order_by(DeliveryRow.created_at.desc(), DeliveryRow.id.desc())
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(DeliveryRow.created_at, DeliveryRow.id) < tuple_(*after))
    return (await session.scalars(query)).all()


async def lock(session: AsyncSession, webhook_id: UUID, delivery_id: UUID) -> DeliveryRow:
    """One delivery, as it is until the transaction ends. NotFoundError `delivery_not_found`."""
    row = await session.get(DeliveryRow, delivery_id, with_for_update=True)
    if row is None or row.webhook_id != webhook_id:
        raise NotFoundError("delivery_not_found", f"The webhook has no delivery '{delivery_id}'.")
    return row


async def repeat(session: AsyncSession, row: DeliveryRow) -> DeliveryRow:
    """A new delivery of the same message, under the same id; no newer one overtakes it."""
    again = DeliveryRow(webhook_id=row.webhook_id, message_id=row.message_id, type=row.type, payload=row.payload)
    session.add(again)
    await session.flush()
    await session.refresh(again)
    return again


async def hurry(session: AsyncSession, row: DeliveryRow) -> None:
    """Let a waiting delivery be due now."""
    await session.execute(update(DeliveryRow).where(DeliveryRow.id == row.id).values(due_at=func.now()))
    await session.refresh(row)


async def wake(session: AsyncSession, webhook_id: UUID) -> None:
    """Let a webhook rest no longer."""
    await session.execute(update(WebhookRow).where(WebhookRow.id == webhook_id).values(resting_until=None))
