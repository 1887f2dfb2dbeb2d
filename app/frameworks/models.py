"""Tables of index sets: the document as data, and its nodes as rows for reference and search."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Numeric, Text, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class FrameworkRow(Base):
    """One version of an index set. Immutable once published; `content_hash` is over its canonical JSON."""

    __tablename__ = "frameworks"
    __table_args__ = (
        UniqueConstraint("code", "version"),
        CheckConstraint("status IN ('draft', 'published', 'retired')", "status"),
        CheckConstraint("version >= 1", "version"),
        CheckConstraint("status = 'draft' OR content_hash IS NOT NULL", "published_has_hash"),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    code: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    level_id: Mapped[int] = mapped_column(ForeignKey("levels.id"), index=True)
    title: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(Text, server_default="draft")
    document: Mapped[dict[str, Any]] = mapped_column(JSONB)
    content_hash: Mapped[str | None] = mapped_column(Text)
    published_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default="1")


class IndicatorRow(Base):
    """One node of a framework's tree. `ordinal` is its place in document order, from 0."""

    __tablename__ = "indicators"
    __table_args__ = (UniqueConstraint("framework_id", "code"), UniqueConstraint("framework_id", "ordinal"))

    id: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("frameworks.id", ondelete="CASCADE"))
    code: Mapped[str] = mapped_column(Text)
    ordinal: Mapped[int]
    parent: Mapped[str | None] = mapped_column(Text)
    title: Mapped[str] = mapped_column(Text)
    max_points: Mapped[Decimal] = mapped_column(Numeric)
    is_leaf: Mapped[bool]
    lead_agency: Mapped[str | None] = mapped_column(Text)
    search_text: Mapped[str] = mapped_column(Text)
