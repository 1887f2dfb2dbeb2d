"""Tables of what is cached (hot: keyed by period first). All of it can be rebuilt from answers.

Arrays are indexed by `Indicator.ordinal`, shifted by one: PostgreSQL counts from 1.
"""

from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, ForeignKeyConstraint, Index, Numeric, Text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

BASIS = "basis IN ('self', 'assessed')"


class ScorecardRow(Base):
    """Every node's points of one unit on one basis. Points of a parent are the sum of its children's.

    `version` is the cohort's at which the row last became what it is.
    """

    __tablename__ = "scorecards"
    __table_args__ = (
        ForeignKeyConstraint(
            ["period_id", "level_id", "unit_id"],
            ["participants.period_id", "participants.level_id", "participants.unit_id"],
        ),
        CheckConstraint(BASIS, "basis"),
        Index("ix_scorecards_level", "period_id", "level_id", "basis"),
        Index("ix_scorecards_version", "period_id", "level_id", "version"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    basis: Mapped[str] = mapped_column(Text, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger)
    points: Mapped[Decimal] = mapped_column(Numeric)
    covered: Mapped[Decimal] = mapped_column(Numeric)
    pillar_points: Mapped[list[Decimal]] = mapped_column(ARRAY(Numeric))
    node_points: Mapped[list[Decimal]] = mapped_column(ARRAY(Numeric))
    node_covered: Mapped[list[Decimal]] = mapped_column(ARRAY(Numeric))
    states: Mapped[list[str | None]] = mapped_column(ARRAY(Text))
    version: Mapped[int] = mapped_column(BigInteger)


class CohortFiguresRow(Base):
    """How many units gave a value to a cohort-scoped rule, and the least and greatest of the values."""

    __tablename__ = "cohort_figures"
    __table_args__ = (
        ForeignKeyConstraint(["period_id", "level_id"], ["cohorts.period_id", "cohorts.level_id"]),
        CheckConstraint(BASIS, "basis"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    basis: Mapped[str] = mapped_column(Text, primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id"), primary_key=True)
    slot: Mapped[str] = mapped_column(Text, primary_key=True)
    n: Mapped[int]
    min: Mapped[Decimal | None] = mapped_column(Numeric)
    max: Mapped[Decimal | None] = mapped_column(Numeric)


class BestTakerRow(Base):
    """A unit that is exempt from a leaf with the policy `cohort_best`: it gets the cohort's best (VII.2, VII.3)."""

    __tablename__ = "best_takers"
    __table_args__ = (
        ForeignKeyConstraint(
            ["period_id", "level_id", "unit_id"],
            ["participants.period_id", "participants.level_id", "participants.unit_id"],
        ),
        CheckConstraint(BASIS, "basis"),
        Index("ix_best_takers_leaf", "period_id", "level_id", "basis", "indicator_id"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    basis: Mapped[str] = mapped_column(Text, primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id"), primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger)


class CohortBestRow(Base):
    """The best points of a leaf among units that are not exempt; there is one for each leaf with best takers."""

    __tablename__ = "cohort_bests"
    __table_args__ = (
        ForeignKeyConstraint(["period_id", "level_id"], ["cohorts.period_id", "cohorts.level_id"]),
        CheckConstraint(BASIS, "basis"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    basis: Mapped[str] = mapped_column(Text, primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id"), primary_key=True)
    points: Mapped[Decimal | None] = mapped_column(Numeric)


class AggregateRow(Base):
    """The distribution of every node over a cohort, computed once per version. `within` is '' for all of it."""

    __tablename__ = "aggregates"
    __table_args__ = (
        ForeignKeyConstraint(["period_id", "level_id"], ["cohorts.period_id", "cohorts.level_id"]),
        CheckConstraint(BASIS, "basis"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    basis: Mapped[str] = mapped_column(Text, primary_key=True)
    within: Mapped[str] = mapped_column(Text, primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger)
    nodes: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
