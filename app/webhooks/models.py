"""Tables of webhooks (reference data) and of the deliveries to them, which are outbox and log in one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, Text, func, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class WebhookRow(Base):
    """Where one client wants to be told. Secrets are sealed under the pepper, bound to the webhook's id.

    `registered_id` is the client's id where it is one of ours: then its bounds, scopes and `disabled_at` as they stand
    decide; else `unit` and `levels` do, the bounds of its token when it last wrote. `failing_since`, `failures` and
    `resting_until` are about attempts since the last that succeeded.
    """

    __tablename__ = "webhooks"
    __table_args__ = (
        CheckConstraint("status IN ('active', 'disabled')", "status"),
        CheckConstraint("(status = 'disabled') = (disabled_reason IS NOT NULL)", "reason"),
        CheckConstraint("cardinality(types) > 0", "has_type"),
        Index("ix_webhooks_client_id", "client_id", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    client_id: Mapped[str] = mapped_column(Text)
    registered_id: Mapped[str | None] = mapped_column(ForeignKey("clients.id", ondelete="CASCADE"), index=True)
    unit: Mapped[str | None] = mapped_column(Text)
    levels: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    url: Mapped[str] = mapped_column(Text)
    types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    description: Mapped[str | None] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="active")
    disabled_reason: Mapped[str | None] = mapped_column(Text)
    disabled_at: Mapped[datetime | None]
    secret: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_expires_at: Mapped[datetime | None]
    failing_since: Mapped[datetime | None]
    failures: Mapped[int] = mapped_column(server_default="0")
    resting_until: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    revision: Mapped[int] = mapped_column(server_default="1")


class DeliveryRow(Base):
    """One message to one webhook, and what became of it.

    `waiting` until it is `delivered`, `failed` for good, or `overtaken` by a newer message on the same `subject`. While
    a worker sends it `lease` is the worker's mark and `due_at` the time at which others may take it up. `attempts` are
    those begun, `log` those whose end was noted.
    """

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        CheckConstraint("status IN ('waiting', 'delivered', 'failed', 'overtaken')", "status"),
        Index("ix_webhook_deliveries_due", "webhook_id", "due_at", postgresql_where=text("status = 'waiting'")),
        # At most one that nobody has seen: a newer version takes its place.
        Index(
            "uq_webhook_deliveries_unsent",
            "webhook_id",
            "subject",
            unique=True,
            postgresql_where=text("status = 'waiting' AND attempts = 0"),
        ),
        Index("ix_webhook_deliveries_subject", "webhook_id", "subject", "version"),
        Index("ix_webhook_deliveries_listed", "webhook_id", "created_at", "id"),
        Index("ix_webhook_deliveries_created_at", "created_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, server_default=func.gen_random_uuid())
    webhook_id: Mapped[UUID] = mapped_column(ForeignKey("webhooks.id", ondelete="CASCADE"))
    message_id: Mapped[UUID] = mapped_column(server_default=func.gen_random_uuid())
    type: Mapped[str] = mapped_column(Text)
    payload: Mapped[str] = mapped_column(Text)
    subject: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int | None] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, server_default="waiting")
    attempts: Mapped[int] = mapped_column(server_default="0")
    log: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default=text("'[]'::jsonb"))
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    lease: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
