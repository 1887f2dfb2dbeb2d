"""The answers that POSTs with an Idempotency-Key were given.

Revision ID: 2026_11_23_idempotency_keys
Revises: 2026_11_23_period_changes
"""

from alembic import op

revision = "2026_11_23_idempotency_keys"
down_revision = "2026_11_23_period_changes"
branch_labels = None
depends_on = None

TABLE = """
CREATE TABLE idempotency_keys (
    client_id TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint BYTEA NOT NULL,
    status SMALLINT NOT NULL,
    headers TEXT[] NOT NULL,
    body BYTEA NOT NULL,
    created_at TIMESTAMPTZ DEFAULT now() NOT NULL,
    CONSTRAINT pk_idempotency_keys PRIMARY KEY (client_id, key)
)
"""
INDEX = "CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)"


def upgrade() -> None:
    for statement in (TABLE, INDEX):
        op.execute(statement)


def downgrade() -> None:
    op.execute("DROP TABLE idempotency_keys")
