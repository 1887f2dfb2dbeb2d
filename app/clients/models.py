"""Table of clients (reference data)."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class ClientRow(Base):
    """A calling system. Secrets are kept as HMAC-SHA256 only; a null bound is no bound.

    A token bears the `generation` it was made in: with the next generation all tokens before are void.
    """

    __tablename__ = "clients"
    __table_args__ = (
        CheckConstraint("cardinality(scopes) > 0", "has_scope"),
        CheckConstraint(
            "(previous_secret_hash IS NULL) = (previous_secret_expires_at IS NULL)", "previous_secret_expires"
        ),
    )

    id: Mapped[str] = mapped_column(Text, primary_key=True)
    name: Mapped[str] = mapped_column(Text)
    secret_hash: Mapped[bytes] = mapped_column(LargeBinary)
    previous_secret_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    previous_secret_expires_at: Mapped[datetime | None]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("units.id"), index=True)
    levels: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    indicators: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    disabled_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    generation: Mapped[int] = mapped_column(server_default="1")
    revision: Mapped[int] = mapped_column(server_default="1")
