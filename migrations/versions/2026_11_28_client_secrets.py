"""Clients have a revision, a second secret while one is rotated, and generations of tokens.

Revision ID: 2026_11_28_client_secrets
Revises: 2026_11_28_jobs
"""

from alembic import op

revision = "2026_11_28_client_secrets"
down_revision = "2026_11_28_jobs"
branch_labels = None
depends_on = None

# A table of a few hundred rows at most: the check of them takes no time.
UPGRADE = (
    "ALTER TABLE clients ADD COLUMN previous_secret_hash BYTEA",
    "ALTER TABLE clients ADD COLUMN previous_secret_expires_at TIMESTAMPTZ",
    "ALTER TABLE clients ADD COLUMN generation INTEGER DEFAULT 1 NOT NULL",
    "ALTER TABLE clients ADD COLUMN revision INTEGER DEFAULT 1 NOT NULL",
    """
    -- squawk-ignore constraint-missing-not-valid
    ALTER TABLE clients ADD CONSTRAINT ck_clients_previous_secret_expires
      CHECK ((previous_secret_hash IS NULL) = (previous_secret_expires_at IS NULL))
    """,
)

DOWNGRADE = (
    "ALTER TABLE clients DROP CONSTRAINT ck_clients_previous_secret_expires",
    "ALTER TABLE clients DROP COLUMN revision",
    "ALTER TABLE clients DROP COLUMN generation",
    "ALTER TABLE clients DROP COLUMN previous_secret_expires_at",
    "ALTER TABLE clients DROP COLUMN previous_secret_hash",
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
