"""What changes in an opened period: extensions, benchmarks, a roster that loses units.

Revision ID: 2026_11_23_period_changes
Revises: 2026_11_23_unit_import
"""

from alembic import op

revision = "2026_11_23_period_changes"
down_revision = "2026_11_23_unit_import"
branch_labels = None
depends_on = None

EXTENSIONS = """
CREATE TABLE extensions (
    period_id BIGINT NOT NULL,
    unit_id BIGINT NOT NULL,
    level_id BIGINT NOT NULL,
    until TIMESTAMPTZ NOT NULL,
    reason TEXT NOT NULL,
    granted_by TEXT NOT NULL,
    granted_at TIMESTAMPTZ NOT NULL,
    revision INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_extensions PRIMARY KEY (period_id, unit_id),
    CONSTRAINT fk_extensions_period_id_level_id_unit_id FOREIGN KEY (period_id, level_id, unit_id)
        REFERENCES participants (period_id, level_id, unit_id) ON DELETE CASCADE
)
"""
BENCHMARKS = """
CREATE TABLE benchmarks (
    period_id BIGINT NOT NULL,
    level_id BIGINT NOT NULL,
    indicator_id BIGINT NOT NULL,
    min NUMERIC,
    max NUMERIC,
    best NUMERIC,
    source TEXT NOT NULL,
    set_by TEXT NOT NULL,
    set_at TIMESTAMPTZ NOT NULL,
    revision INTEGER DEFAULT 1 NOT NULL,
    CONSTRAINT pk_benchmarks PRIMARY KEY (period_id, level_id, indicator_id),
    CONSTRAINT ck_benchmarks_min_below_max CHECK (min < max),
    CONSTRAINT ck_benchmarks_best_above_zero CHECK (best > 0),
    CONSTRAINT ck_benchmarks_says_something CHECK (num_nonnulls(min, max, best) > 0),
    CONSTRAINT fk_benchmarks_period_id FOREIGN KEY (period_id)
        REFERENCES periods (id) ON DELETE CASCADE,
    CONSTRAINT fk_benchmarks_level_id FOREIGN KEY (level_id)
        REFERENCES levels (id),
    CONSTRAINT fk_benchmarks_indicator_id FOREIGN KEY (indicator_id)
        REFERENCES indicators (id)
)
"""

# A unit that leaves the roster leaves its submission behind: what was reported is kept. So a submission hangs on its
# cohort from here on, no longer on the participant. NOT VALID: the rows that are there held the stricter constraint,
# and validating would read them all while nobody may write.
RELEASE = (
    """-- squawk-ignore ban-drop-constraint
       ALTER TABLE submissions DROP CONSTRAINT fk_submissions_period_id_level_id_unit_id""",
    """ALTER TABLE submissions ADD CONSTRAINT fk_submissions_period_id_level_id
       FOREIGN KEY (period_id, level_id) REFERENCES cohorts (period_id, level_id) NOT VALID""",
)

# NOT VALID: submissions of units that have left the roster would have to be lost otherwise.
BIND_AGAIN = (
    "ALTER TABLE submissions DROP CONSTRAINT fk_submissions_period_id_level_id",
    """ALTER TABLE submissions ADD CONSTRAINT fk_submissions_period_id_level_id_unit_id
       FOREIGN KEY (period_id, level_id, unit_id)
       REFERENCES participants (period_id, level_id, unit_id) NOT VALID""",
)


def upgrade() -> None:
    for statement in (EXTENSIONS, BENCHMARKS, *RELEASE):
        op.execute(statement)


def downgrade() -> None:
    for statement in (*BIND_AGAIN, "DROP TABLE benchmarks", "DROP TABLE extensions"):
        op.execute(statement)
