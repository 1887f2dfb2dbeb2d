"""Webhooks and deliveries as API.md shows them."""

from typing import Any

from app.kernel.canonical import loads
from app.webhooks.models import DeliveryRow, WebhookRow
from app.webhooks.schemas import Attempt, Delivery, Webhook, WebhookWithSecret
from app.webhooks.signing import message_name

SHOWN = tuple(name for name in Webhook.model_fields if name != "client")


def webhook(row: WebhookRow) -> Webhook:
    """A webhook without its secret."""
    return Webhook(**facts(row))


def webhook_with_secret(row: WebhookRow, secret: str) -> WebhookWithSecret:
    """A webhook whose secret has just been made."""
    return WebhookWithSecret(**facts(row), secret=secret)


def facts(row: WebhookRow) -> dict[str, Any]:
    """The fields of a webhook."""
    return {"client": row.client_id, **{name: getattr(row, name) for name in SHOWN}}


def delivery(row: DeliveryRow, of: WebhookRow) -> Delivery:
    """A delivery to the webhook `of`."""
    waits = row.status == "waiting" and row.lease is None and of.status == "active"
    # A receiver that has just failed is left alone a while, whatever is due.
    due_at = max(row.due_at, of.resting_until or row.due_at)
    return Delivery.model_validate(
        {
            "id": row.id,
            "message_id": message_name(row.message_id),
            "type": row.type,
            "status": "sending" if row.lease else row.status,
            "payload": loads(row.payload),
            "attempts": [Attempt.model_validate(attempt) for attempt in row.log],
            "next_attempt_at": due_at if waits else None,
            "created_at": row.created_at,
        }
    )
