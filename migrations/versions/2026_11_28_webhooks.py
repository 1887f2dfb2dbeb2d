"""Webhooks, and the deliveries to them.

Revision ID: 2026_11_28_webhooks
Revises: 2026_11_28_changes
"""

from alembic import op

revision = "2026_11_28_webhooks"
down_revision = "2026_11_28_changes"
branch_labels = None
depends_on = None

WEBHOOKS = """
CREATE TABLE webhooks (
    id UUID NOT NULL,
    client_id TEXT NOT NULL,
    registered_id TEXT,
    unit TEXT,
    levels TEXT[],
    url TEXT NOT NULL,
    types TEXT[] NOT NULL,
    description TEXT,
    status TEXT DEFAULT 'active' NOT NULL,
    disabled_reason TEXT,
    disabled_at TIMESTAMPTZ,
    secret BYTEA NOT NULL,
    previous_secret BYTEA,
    previous_secret_expires_at TIMESTAMPTZ,
    failing_since TIMESTAMPTZ,
    failures INTEGER DEFAULT 0 NOT NULL,
    resting_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    revision INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_webhooks PRIMARY KEY (id),
    CONSTRAINT fk_webhooks_registered_id FOREIGN KEY (registered_id) REFERENCES clients (id) ON DELETE CASCADE,
    CONSTRAINT ck_webhooks_status CHECK (status IN ('active', 'disabled')),
    CONSTRAINT ck_webhooks_reason CHECK ((status = 'disabled') = (disabled_reason IS NOT NULL)),
    CONSTRAINT ck_webhooks_has_type CHECK (cardinality(types) > 0)
)
"""
# Both what is still to be sent and the log: rows change status, and go by age.
DELIVERIES = """
CREATE TABLE webhook_deliveries (
    id UUID DEFAULT gen_random_uuid() NOT NULL,
    webhook_id UUID NOT NULL,
    message_id UUID DEFAULT gen_random_uuid() NOT NULL,
    type TEXT NOT NULL,
    payload TEXT NOT NULL,
    subject TEXT,
    version BIGINT,
    status TEXT DEFAULT 'waiting' NOT NULL,
    attempts INTEGER DEFAULT 0 NOT NULL,
    log JSONB DEFAULT '[]'::jsonb NOT NULL,
    due_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    lease UUID,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_webhook_deliveries PRIMARY KEY (id),
    CONSTRAINT fk_webhook_deliveries_webhook_id FOREIGN KEY (webhook_id)
        REFERENCES webhooks (id) ON DELETE CASCADE,
    CONSTRAINT ck_webhook_deliveries_status CHECK (status IN ('waiting', 'delivered', 'failed', 'overtaken'))
)
"""
INDEXES = (
    "CREATE INDEX ix_webhooks_client_id ON webhooks (client_id, created_at)",
    "CREATE INDEX ix_webhooks_registered_id ON webhooks (registered_id)",
    "CREATE INDEX ix_webhook_deliveries_due ON webhook_deliveries (webhook_id, due_at) WHERE status = 'waiting'",
    """
    CREATE UNIQUE INDEX uq_webhook_deliveries_unsent ON webhook_deliveries (webhook_id, subject)
     WHERE status = 'waiting' AND attempts = 0
    """,
    "CREATE INDEX ix_webhook_deliveries_subject ON webhook_deliveries (webhook_id, subject, version)",
    "CREATE INDEX ix_webhook_deliveries_listed ON webhook_deliveries (webhook_id, created_at, id)",
    "CREATE INDEX ix_webhook_deliveries_created_at ON webhook_deliveries (created_at)",
)


def upgrade() -> None:
    for statement in (WEBHOOKS, DELIVERIES, *INDEXES):
        op.execute(statement)


def downgrade() -> None:
    for table in ("webhook_deliveries", "webhooks"):
        op.execute(f"DROP TABLE {table}")
