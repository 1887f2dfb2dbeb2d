"""Answers refer to submissions and indicators as before, held once for each statement and no longer once for each row.

Of 209 223 rows copied in, the two foreign keys took twice as long as everything else together.

Revision ID: 2026_11_28_answers_refer
Revises: 2026_11_28_client_secrets
"""

from alembic import op

revision = "2026_11_28_answers_refer"
down_revision = "2026_11_28_client_secrets"
branch_labels = None
depends_on = None

KEYS = ("fk_answers_period_id_unit_id", "fk_answers_indicator_id")
# All writers of answers and submissions of a cohort hold its lock, and published index sets never change: what is
# seen here cannot go meanwhile.
FUNCTIONS = (
    """
    CREATE FUNCTION require_references() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM (SELECT DISTINCT period_id, unit_id FROM added) a
                    WHERE NOT EXISTS (SELECT FROM submissions s
                                       WHERE s.period_id = a.period_id AND s.unit_id = a.unit_id)) THEN
            RAISE foreign_key_violation USING MESSAGE = 'an answer of no submission',
                  TABLE = 'answers', CONSTRAINT = 'fk_answers_period_id_unit_id';
        END IF;
        IF EXISTS (SELECT FROM (SELECT DISTINCT indicator_id FROM added) a
                    WHERE NOT EXISTS (SELECT FROM indicators i WHERE i.id = a.indicator_id)) THEN
            RAISE foreign_key_violation USING MESSAGE = 'an answer to no indicator',
                  TABLE = 'answers', CONSTRAINT = 'fk_answers_indicator_id';
        END IF;
        RETURN NULL;
    END $$
    """,
    """
    CREATE FUNCTION keep_published_indicators() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT FROM frameworks f WHERE f.id = OLD.framework_id AND f.status <> 'draft') THEN
            RAISE EXCEPTION '% of an indicator of a published framework is refused', TG_OP;
        END IF;
        RETURN OLD;
    END $$
    """,
)
TRIGGERS = (
    """
    CREATE TRIGGER answers_refer AFTER INSERT ON answers REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION require_references()
    """,
    "CREATE TRIGGER submissions_kept BEFORE DELETE ON submissions FOR EACH ROW EXECUTE FUNCTION refuse_change()",
    """
    CREATE TRIGGER indicators_kept BEFORE DELETE ON indicators
    FOR EACH ROW EXECUTE FUNCTION keep_published_indicators()
    """,
)
RETURN = (
    """ALTER TABLE answers ADD CONSTRAINT fk_answers_period_id_unit_id FOREIGN KEY (period_id, unit_id)
       REFERENCES submissions (period_id, unit_id) NOT VALID""",
    """ALTER TABLE answers ADD CONSTRAINT fk_answers_indicator_id FOREIGN KEY (indicator_id)
       REFERENCES indicators (id) NOT VALID""",
)


def upgrade() -> None:
    for statement in (*FUNCTIONS, *TRIGGERS):
        op.execute(statement)
    for key in KEYS:
        op.execute(f"-- squawk-ignore ban-drop-constraint\nALTER TABLE answers DROP CONSTRAINT {key}")


def downgrade() -> None:
    for statement in RETURN:
        op.execute(statement)
    for name, table in (
        ("indicators_kept", "indicators"),
        ("submissions_kept", "submissions"),
        ("answers_refer", "answers"),
    ):
        op.execute(f"DROP TRIGGER {name} ON {table}")
    op.execute("DROP FUNCTION keep_published_indicators()")
    op.execute("DROP FUNCTION require_references()")
