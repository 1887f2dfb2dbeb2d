"""An identifier may name one unit after another: official lists use codes of abolished units again.

Revision ID: 2026_11_23_unit_import
Revises: 2026_11_23_successions
"""

from alembic import op

revision = "2026_11_23_unit_import"
down_revision = "2026_11_23_successions"
branch_labels = None
depends_on = None

# A table of a few thousand rows, which is written when units are: its key is made anew while nobody waits.
UPGRADE = (
    """
    -- squawk-ignore ban-drop-constraint
    ALTER TABLE unit_identifiers DROP CONSTRAINT pk_unit_identifiers
    """,
    """
    -- squawk-ignore ban-drop-constraint
    ALTER TABLE unit_identifiers DROP CONSTRAINT uq_unit_identifiers_unit_id_scheme_value
    """,
    """
    -- squawk-ignore adding-serial-primary-key-field, constraint-missing-not-valid
    ALTER TABLE unit_identifiers ADD CONSTRAINT pk_unit_identifiers PRIMARY KEY (scheme, value, unit_id)
    """,
)

# Of several bearers only the last can keep the identifier, as it was before.
DOWNGRADE = (
    """
    DELETE FROM unit_identifiers i
     WHERE EXISTS (SELECT FROM unit_identifiers o
                    WHERE o.scheme = i.scheme AND o.value = i.value AND o.unit_id <> i.unit_id
                      AND ((SELECT max(v.valid_from) FROM unit_versions v WHERE v.unit_id = o.unit_id), o.unit_id)
                        > ((SELECT max(v.valid_from) FROM unit_versions v WHERE v.unit_id = i.unit_id), i.unit_id))
    """,
    "ALTER TABLE unit_identifiers DROP CONSTRAINT pk_unit_identifiers",
    "ALTER TABLE unit_identifiers ADD CONSTRAINT pk_unit_identifiers PRIMARY KEY (scheme, value)",
    """
    ALTER TABLE unit_identifiers
      ADD CONSTRAINT uq_unit_identifiers_unit_id_scheme_value UNIQUE (unit_id, scheme, value)
    """,
)


def upgrade() -> None:
    for statement in UPGRADE:
        op.execute(statement)


def downgrade() -> None:
    for statement in DOWNGRADE:
        op.execute(statement)
