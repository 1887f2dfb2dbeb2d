"""Table of the answers that POSTs with an Idempotency-Key were given."""

from datetime import datetime

from sqlalchemy import LargeBinary, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class IdempotencyKeyRow(Base):
    """The first answer to one key of one client: `headers` are lines `name: value`, `body` is sealed.

    `fingerprint` is the SHA-256 of the request. Good for 24 hours from `created_at`.
    """

    __tablename__ = "idempotency_keys"

    # No foreign key: tokens may come from elsewhere.
    client_id: Mapped[str] = mapped_column(Text, primary_key=True)
    key: Mapped[str] = mapped_column(Text, primary_key=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    status: Mapped[int] = mapped_column(SmallInteger)
    headers: Mapped[list[str]] = mapped_column(ARRAY(Text))
    body: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime] = mapped_column(server_default=func.now(), index=True)
