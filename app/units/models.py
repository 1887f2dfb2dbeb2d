"""Tables of levels, units, their dated versions, identifiers and reorganisations (reference data)."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class LevelRow(Base):
    """A level of administration. Dated: the district level ended on 1 July 2025."""

    __tablename__ = "levels"
    __table_args__ = (CheckConstraint("valid_to > valid_from", "dates_in_order"),)

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    title: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    valid_from: Mapped[date | None]
    valid_to: Mapped[date | None]
    revision: Mapped[int] = mapped_column(server_default="1")


class UnitRow(Base):
    """A unit's identity. What can change with time stands in its versions."""

    __tablename__ = "units"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(Text, unique=True)
    revision: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class UnitVersionRow(Base):
    """Name, level, parent and traits of a unit from `valid_from` up to, not including, `valid_to`."""

    __tablename__ = "unit_versions"
    __table_args__ = (CheckConstraint("valid_to > valid_from", "dates_in_order"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"), primary_key=True)
    valid_from: Mapped[date] = mapped_column(primary_key=True)
    valid_to: Mapped[date | None]
    name: Mapped[str] = mapped_column(Text)
    sort_key: Mapped[str] = mapped_column(Text(collation="C"))
    search_text: Mapped[str] = mapped_column(Text)
    level_id: Mapped[int] = mapped_column(ForeignKey("levels.id"), index=True)
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    traits: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")


class UnitIdentifierRow(Base):
    """Another name of a unit: an older agency code, a mã đơn vị hành chính.

    On any day it names one unit: writers, who hold the tree's lock, refuse bearers whose days overlap.
    """

    __tablename__ = "unit_identifiers"

    scheme: Mapped[str] = mapped_column(Text, primary_key=True)
    value: Mapped[str] = mapped_column(Text, primary_key=True)
    unit_id: Mapped[int] = mapped_column(ForeignKey("units.id", ondelete="CASCADE"), primary_key=True, index=True)


class ReorganisationRow(Base):
    """One document by which units merged, split, were renamed, moved or abolished. Never changed."""

    __tablename__ = "reorganisations"

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    effective_on: Mapped[date]
    decision_number: Mapped[str] = mapped_column(Text)
    decision_date: Mapped[date]
    decision_issuer: Mapped[str] = mapped_column(Text)
    digest: Mapped[str] = mapped_column(Text, unique=True)
    recorded_by: Mapped[str] = mapped_column(Text)
    recorded_at: Mapped[datetime] = mapped_column(server_default=func.now())


class SuccessionRow(Base):
    """One unit comes after another (or goes on as itself) from `effective_on`. Never changed.

    `share` is the part of the predecessor that goes to the successor, NULL where the decision does not say.
    The levels are those of the day before and of the day: lineage is followed inside one level only.
    """

    __tablename__ = "successions"
    __table_args__ = (
        CheckConstraint("kind IN ('merge', 'split', 'rename', 'move', 'abolish')", "kind"),
        CheckConstraint("share > 0 AND share <= 1", "share"),
    )

    reorganisation_id: Mapped[int] = mapped_column(ForeignKey("reorganisations.id"), primary_key=True)
    predecessor_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    successor_id: Mapped[int] = mapped_column(ForeignKey("units.id"), primary_key=True, index=True)
    kind: Mapped[str] = mapped_column(Text)
    effective_on: Mapped[date] = mapped_column(index=True)
    share: Mapped[Decimal | None]
    predecessor_level_id: Mapped[int] = mapped_column(ForeignKey("levels.id"))
    successor_level_id: Mapped[int] = mapped_column(ForeignKey("levels.id"))
