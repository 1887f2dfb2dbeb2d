"""Tables of the event log. Rows are only ever added; a trigger refuses the rest."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, SmallInteger, Text
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base

GENESIS = "0" * 64


class CohortEventRow(Base):
    """One event of a cohort's chain. `hash` = SHA-256 of `previous_hash` and `body`, the canonical JSON."""

    __tablename__ = "cohort_events"
    __table_args__ = (
        ForeignKeyConstraint(["period_id", "level_id"], ["cohorts.period_id", "cohorts.level_id"]),
        Index("ix_cohort_events_unit", "period_id", "unit_id"),
    )

    period_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    level_id: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    unit_id: Mapped[int | None] = mapped_column(BigInteger)
    body: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]


class GlobalEventRow(Base):
    """One event of the chain of reference data: levels, units, frameworks, periods, clients."""

    __tablename__ = "global_events"

    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    body: Mapped[str] = mapped_column(Text)
    previous_hash: Mapped[str] = mapped_column(Text)
    hash: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime]


class GlobalChainRow(Base):
    """The head of the global chain: one row, locked while an event is added."""

    __tablename__ = "global_chain"
    __table_args__ = (CheckConstraint("id = 1", "one_row"),)

    id: Mapped[int] = mapped_column(SmallInteger, Identity(always=False), primary_key=True)
    version: Mapped[int] = mapped_column(BigInteger, server_default="0")
    head: Mapped[str] = mapped_column(Text, server_default=GENESIS)
