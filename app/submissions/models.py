"""Tables of submissions and answers (hot: keyed by period first)."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKeyConstraint,
    Index,
    Numeric,
    Text,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

ABSENT_AS_NULL = JSONB(none_as_null=True)


class SubmissionRow(Base):
    """One unit's report in one period. It stays when the unit leaves the roster, and is out of everything then.

    `version` is the cohort's at which it, or one of its answers, last changed.
    """

    __tablename__ = "submissions"
    __table_args__ = (
        ForeignKeyConstraint(["period_id", "level_id"], ["cohorts.period_id", "cohorts.level_id"]),
        CheckConstraint("status IN ('draft', 'submitted', 'returned', 'verified')", "status"),
        Index("ix_submissions_level", "period_id", "level_id", "status"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger)
    status: Mapped[str] = mapped_column(Text, server_default="draft")
    revision: Mapped[int] = mapped_column(server_default="1")
    submitted_at: Mapped[datetime | None]
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
    version: Mapped[int] = mapped_column(BigInteger)


class AnswerRow(Base):
    """One leaf of one unit: what the unit reported, beside it what the reviewer assessed.

    `reported` is null when nothing is reported (the row then only carries a review). `self_values` and
    `assessed_values` hold what the leaf gives to the cohort's figures, one per slot, null for unit-scoped leaves.
    That there are such a submission and such an indicator is held by the trigger `answers_refer`, once a statement.
    """

    __tablename__ = "answers"
    __table_args__ = (
        CheckConstraint("verdict IN ('agree', 'disagree', 'adjust', 'exempt')", "verdict"),
        CheckConstraint("(verdict IS NULL) = (reason IS NULL)", "verdict_has_reason"),
        CheckConstraint("(verdict = 'exempt') = (exemption IS NOT NULL) OR verdict IS NULL", "exempt_has_policy"),
        CheckConstraint("awarded IS NULL OR (verdict = 'adjust' AND awarded >= 0)", "awarded_by_review"),
        CheckConstraint("assessed IS NULL OR (verdict = 'adjust' AND awarded IS NULL)", "assessed_by_review"),
        CheckConstraint("reported IS NOT NULL OR verdict IS NOT NULL", "says_something"),
        Index("ix_answers_leaf", "period_id", "level_id", "indicator_id"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    indicator_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger)

    reported: Mapped[dict[str, Any] | None] = mapped_column(ABSENT_AS_NULL)
    note: Mapped[str | None] = mapped_column(Text)
    source: Mapped[str | None] = mapped_column(Text)
    sequence: Mapped[int | None] = mapped_column(BigInteger)
    observed_at: Mapped[datetime | None]
    reported_by: Mapped[str | None] = mapped_column(Text)
    reported_at: Mapped[datetime | None]

    verdict: Mapped[str | None] = mapped_column(Text)
    assessed: Mapped[dict[str, Any] | None] = mapped_column(ABSENT_AS_NULL)
    awarded: Mapped[Decimal | None] = mapped_column(Numeric)
    exemption: Mapped[str | None] = mapped_column(Text)
    reason: Mapped[str | None] = mapped_column(Text)
    reviewed_by: Mapped[str | None] = mapped_column(Text)
    reviewed_at: Mapped[datetime | None]
    review_outdated: Mapped[bool] = mapped_column(server_default="false")

    self_values: Mapped[list[Decimal | None] | None] = mapped_column(ARRAY(Numeric))
    assessed_values: Mapped[list[Decimal | None] | None] = mapped_column(ARRAY(Numeric))
