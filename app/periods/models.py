"""Tables of periods (reference data) and of cohorts and participants (hot: keyed by period first)."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Numeric,
    Text,
    UniqueConstraint,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class PeriodRow(Base):
    """One run of the assessment (QĐ 2554, VI.2: 20 to 30 June, Quý IV, or ad hoc)."""

    __tablename__ = "periods"
    __table_args__ = (
        CheckConstraint("status IN ('draft', 'open', 'closed', 'published')", "status"),
        CheckConstraint("kind IN ('year', 'half', 'quarter', 'ad_hoc')", "kind"),
        CheckConstraint("ends_on >= starts_on", "dates_in_order"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    kind: Mapped[str] = mapped_column(Text)
    authority_id: Mapped[int] = mapped_column(ForeignKey("units.id"), index=True)
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    review_closes_at: Mapped[datetime | None]
    status: Mapped[str] = mapped_column(Text, server_default="draft")
    revision: Mapped[int] = mapped_column(server_default="1")


class PeriodLevelRow(Base):
    """Which framework a level is assessed by in a period."""

    __tablename__ = "period_levels"

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id", ondelete="CASCADE"), primary_key=True)
    level_id: Mapped[int] = mapped_column(ForeignKey("levels.id"), primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("frameworks.id"), index=True)


class RosterEntryRow(Base):
    """What the period's document says of one unit otherwise than by default: group, unranked, excluded."""

    __tablename__ = "roster_entries"

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    group: Mapped[str | None] = mapped_column(Text)
    ranked: Mapped[bool] = mapped_column(server_default="true")
    excluded: Mapped[bool] = mapped_column(server_default="false")


class BenchmarkRow(Base):
    """Goalposts for one leaf of one level in a period, where the cohort to compare with lives elsewhere."""

    __tablename__ = "benchmarks"
    __table_args__ = (
        CheckConstraint("min < max", "min_below_max"),
        CheckConstraint("best > 0", "best_above_zero"),
        CheckConstraint("num_nonnulls(min, max, best) > 0", "says_something"),
    )

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id", ondelete="CASCADE"), primary_key=True)
    level_id: Mapped[int] = mapped_column(ForeignKey("levels.id"), primary_key=True)
    indicator_id: Mapped[int] = mapped_column(ForeignKey("indicators.id"), primary_key=True)
    min: Mapped[Decimal | None] = mapped_column(Numeric)
    max: Mapped[Decimal | None] = mapped_column(Numeric)
    best: Mapped[Decimal | None] = mapped_column(Numeric)
    source: Mapped[str] = mapped_column(Text)
    set_by: Mapped[str] = mapped_column(Text)
    set_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(server_default="1")


class CohortRow(Base):
    """One level in one period. Its row lock orders all writes; `version` is the last event's sequence."""

    __tablename__ = "cohorts"

    period_id: Mapped[int] = mapped_column(ForeignKey("periods.id"), primary_key=True)
    level_id: Mapped[int] = mapped_column(ForeignKey("levels.id"), primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("frameworks.id"), index=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    head: Mapped[str] = mapped_column(Text, server_default="0" * 64)
    opened_at: Mapped[datetime] = mapped_column(server_default=func.now())


class ParticipantRow(Base):
    """A unit as it stood on the period's `starts_on`, frozen when it was put on the roster.

    `version` is the cohort's at which it was put there, or its group, `ranked` or traits last changed.
    """

    __tablename__ = "participants"
    __table_args__ = (
        ForeignKeyConstraint(["period_id", "level_id"], ["cohorts.period_id", "cohorts.level_id"]),
        UniqueConstraint("period_id", "level_id", "unit_id"),
        UniqueConstraint("period_id", "code"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    level_id: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    parent: Mapped[str | None] = mapped_column(Text)
    ancestors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    traits: Mapped[list[str]] = mapped_column(ARRAY(Text))
    group: Mapped[str | None] = mapped_column(Text)
    ranked: Mapped[bool]
    version: Mapped[int] = mapped_column(BigInteger)


class DepartureRow(Base):
    """A unit that has left the roster and not come back: as it stood there, and the cohort's version that left it out.

    For readers who ask what has changed: of a participant that is gone nothing else is left to tell them so.
    """

    __tablename__ = "departures"
    __table_args__ = (ForeignKeyConstraint(["period_id", "level_id"], ["cohorts.period_id", "cohorts.level_id"]),)

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger)
    code: Mapped[str] = mapped_column(Text)
    ancestors: Mapped[list[str]] = mapped_column(ARRAY(Text))
    version: Mapped[int] = mapped_column(BigInteger)


class ExtensionRow(Base):
    """More time for one unit to report: until `until`, for a reason."""

    __tablename__ = "extensions"
    __table_args__ = (
        ForeignKeyConstraint(
            ["period_id", "level_id", "unit_id"],
            ["participants.period_id", "participants.level_id", "participants.unit_id"],
            ondelete="CASCADE",
        ),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger)
    until: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    granted_by: Mapped[str] = mapped_column(Text)
    granted_at: Mapped[datetime]
    revision: Mapped[int] = mapped_column(server_default="1")
