"""Tables of pushes that are carried out after they were received: what is shown of each job, and the queue."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, LargeBinary, SmallInteger, Text, func
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from app.kernel.database import Base


class JobRow(Base):
    """One push: who sent it, with the scopes and bounds of then, how it is to be carried out, and what came of it.

    `attempts` counts how often somebody began with it, and no one begins before `due_at`. `outcome` is the report or
    the problem, as JSON and compressed.
    """

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("status IN ('queued', 'running', 'succeeded', 'failed')", "status"),
        CheckConstraint("(status IN ('succeeded', 'failed')) = (finished_at IS NOT NULL)", "ended_is_finished"),
        CheckConstraint("(finished_at IS NULL) = (outcome IS NULL)", "ended_has_outcome"),
        CheckConstraint("done BETWEEN 0 AND total", "done"),
        Index("ix_jobs_client_id_position", "client_id", "position"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    position: Mapped[int] = mapped_column(BigInteger, Identity())
    # No foreign key: tokens may come from elsewhere, and a client that is deleted leaves its jobs.
    client_id: Mapped[str] = mapped_column(Text)
    is_registered: Mapped[bool]
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    unit: Mapped[str | None] = mapped_column(Text)
    levels: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    indicators: Mapped[list[str] | None] = mapped_column(ARRAY(Text))
    period: Mapped[str] = mapped_column(Text)
    dry_run: Mapped[bool]
    atomic: Mapped[bool]
    unit_scheme: Mapped[str | None] = mapped_column(Text)
    total: Mapped[int]
    done: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[str] = mapped_column(Text, server_default="queued")
    attempts: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    due_at: Mapped[datetime] = mapped_column(server_default=func.now())
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None] = mapped_column(index=True)
    outcome: Mapped[bytes | None] = mapped_column(LargeBinary)


class JobBodyRow(Base):
    """The queue: the body of a push that has not ended, as it was received, compressed.

    Whoever carries the job out holds this row's lock meanwhile. So it is not the row that shows how far the job is.
    """

    __tablename__ = "job_bodies"

    job_id: Mapped[UUID] = mapped_column(ForeignKey("jobs.id", ondelete="CASCADE"), primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
