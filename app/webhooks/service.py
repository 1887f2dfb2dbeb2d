"""Webhooks made, changed, given new secrets, and messages sent once more."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import func
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.background import ring
from app.kernel.errors import ConflictError
from app.kernel.sealing import Seal
from app.webhooks.announcing import CHANNEL
from app.webhooks.models import DeliveryRow, WebhookRow
from app.webhooks.owner import Owner
from app.webhooks.repository import deliveries, webhooks
from app.webhooks.schemas import WebhookCreate, WebhookReplace
from app.webhooks.signing import make_secret

MOST_WEBHOOKS = 20
"""Of one client: each of them is a message for every event."""
UNTRIED: dict[str, Any] = {"failing_since": None, "failures": 0, "resting_until": None}


async def create(session: AsyncSession, seal: Seal, owner: Owner, body: WebhookCreate) -> tuple[WebhookRow, str]:
    """A new webhook and its secret. ConflictError `too_many_webhooks`."""
    if await webhooks.count_alone(session, owner.client_id) >= MOST_WEBHOOKS:
        raise ConflictError("too_many_webhooks", f"A client has at most {MOST_WEBHOOKS} webhooks.")
    webhook_id, secret = uuid4(), make_secret()
    row = WebhookRow(
        id=webhook_id,
        client_id=owner.client_id,
        registered_id=await webhooks.find_registered(session, owner.client_id),
        secret=seal.seal(secret.encode(), webhook_id.bytes),
        **bounds_of(owner),
        **body.model_dump(),
    )
    return await webhooks.insert(session, row), secret


async def replace(session: AsyncSession, owner: Owner, row: WebhookRow, body: WebhookReplace) -> None:
    """Change a webhook whose row lock the caller holds; what waits is sent once it is active. Nothing for no change."""
    values = body.model_dump(exclude={"status"})
    if owner.client_id == row.client_id:
        values |= bounds_of(owner)
    if body.url != row.url:
        values |= UNTRIED
    if body.status == "active" and row.status == "disabled":
        values |= {"status": "active", "disabled_reason": None, "disabled_at": None, **UNTRIED}
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    if body.status == "disabled" and row.status == "active":
        changed |= {"status": "disabled", "disabled_reason": "requested", "disabled_at": func.now()}
    if changed:
        await webhooks.change(session, row, **changed)
        await ring(session, CHANNEL)


async def rotate(session: AsyncSession, seal: Seal, row: WebhookRow, overlap_seconds: int) -> str:
    """Give a webhook whose row lock the caller holds a new secret, and return it; the old one signs beside it a while.

    The one before the old one signs no more: there are never three.
    """
    secret = make_secret()
    kept: dict[str, Any] = {"previous_secret": None, "previous_secret_expires_at": None}
    if overlap_seconds:
        until = func.now() + timedelta(seconds=overlap_seconds)
        kept = {"previous_secret": row.secret, "previous_secret_expires_at": until}
    await webhooks.change(session, row, secret=seal.seal(secret.encode(), row.id.bytes), **kept)
    return secret


async def replay(session: AsyncSession, row: WebhookRow, delivery_id: UUID) -> DeliveryRow:
    """Send a message once more, now: one that still waits is due at once, of any other there is a new delivery.

    ConflictError `webhook_disabled`, `delivery_under_way`; NotFoundError `delivery_not_found`.
    """
    if row.status == "disabled":
        raise ConflictError("webhook_disabled", "The webhook is disabled. PUT it as active first.")
    delivery = await deliveries.lock(session, row.id, delivery_id)
    if delivery.lease is not None:
        raise ConflictError("delivery_under_way", "The message is on its way just now.", headers={"Retry-After": "1"})
    if delivery.status == "waiting":
        await deliveries.hurry(session, delivery)
    else:
        delivery = await deliveries.repeat(session, delivery)
    await deliveries.wake(session, row.id)
    await ring(session, CHANNEL)
    return delivery


def bounds_of(owner: Owner) -> dict[str, Any]:
    """What the owner may be told of, as it is stored."""
    return {"unit": owner.unit, "levels": None if owner.levels is None else sorted(owner.levels)}
