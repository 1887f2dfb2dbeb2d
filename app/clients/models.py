"""Table of clients (reference data)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class ClientRow(Base):
    """A calling system. The secret is kept as HMAC-SHA256 only; a null bound is no bound."""

    __tablename__ = "clients"
    __table_args__ = (CheckConstraint("cardinality(scopes) > 0", "has_scope"),)

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    levels: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    indicators: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
