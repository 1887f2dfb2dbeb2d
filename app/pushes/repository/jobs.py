"""SQL of jobs, as their owners see them: made, counted, shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.database import fetch

COLUMNS = "id, position, client_id, status, done, total, attempts, created_at, started_at, finished_at"
# Two pushes of one client at once must not both take its last place.
LOCK_CLIENT = "SELECT pg_advisory_xact_lock(hashtextextended('jobs of ' || $1, 0))"
COUNT_UNENDED = "SELECT count(*) FROM jobs WHERE client_id = $1 AND finished_at IS NULL"
INSERT = f"""
    WITH job AS (
        INSERT INTO jobs (id, client_id, is_registered, scopes, unit, levels, indicators,
                          period, dry_run, atomic, unit_scheme, total)
        VALUES ($1, $2, EXISTS (SELECT FROM clients WHERE id = $2), $3, $4, $5, $6, $7, $8, $9, $10, $11)
        RETURNING {COLUMNS}
    ), body AS (
        INSERT INTO job_bodies (job_id, body) VALUES ($1, $12)
    )
    SELECT {COLUMNS} FROM job
"""  # noqa: S608 - built from constants only
KEPT = "(finished_at IS NULL OR finished_at > now() - make_interval(hours => $1))"
FIND = f"SELECT {COLUMNS} FROM jobs WHERE {KEPT} AND id = $2"  # noqa: S608 - likewise
LIST = f"""
    SELECT {COLUMNS} FROM jobs
     WHERE {KEPT} AND client_id = $2 AND ($3::bigint IS NULL OR position < $3)
     ORDER BY position DESC LIMIT $4
"""  # noqa: S608 - likewise
OUTCOME = "SELECT outcome FROM jobs WHERE id = $1"
EXPIRE = """
    WITH ended AS (
        SELECT id, finished_at, row_number() OVER (PARTITION BY client_id ORDER BY position DESC) AS age
          FROM jobs WHERE finished_at IS NOT NULL
    )
    DELETE FROM jobs WHERE id IN (
        SELECT id FROM ended WHERE finished_at <= now() - make_interval(hours => $1) OR age > $2 LIMIT 100
    ) RETURNING id
"""


class JobRecord(NamedTuple):
    """What is shown of a job while it waits and runs."""

    id: UUID
    position: int
    client_id: str
    status: str
    done: int
    total: int
    attempts: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Order:
    """What a job is to do, for whom; `body` is what was received, compressed."""

    id: UUID
    client: Client
    period: str
    dry_run: bool
    atomic: bool
    unit_scheme: str | None
    total: int
    body: bytes


async def count_unended(session: AsyncSession, client_id: str) -> int:
    """How many jobs of a client have not ended; the count stands until this transaction ends."""
    await fetch(session, LOCK_CLIENT, client_id)
    return int((await fetch(session, COUNT_UNENDED, client_id))[0][0])


async def insert_job(session: AsyncSession, order: Order) -> JobRecord:
    """Put a job into the queue."""
    client = order.client
    levels, indicators = [None if codes is None else sorted(codes) for codes in (client.levels, client.indicators)]
    sender = (client.id, sorted(client.scopes), client.unit, levels, indicators)
    manner = (order.period, order.dry_run, order.atomic, order.unit_scheme, order.total)
    [row] = await fetch(session, INSERT, order.id, *sender, *manner, order.body)
    return JobRecord(*row)


async def find_job(session: AsyncSession, job_id: UUID, hours: int) -> JobRecord | None:
    """The job, or None where there is none or it ended longer ago than `hours`."""
    rows = await fetch(session, FIND, hours, job_id)
    return JobRecord(*rows[0]) if rows else None


async def list_jobs(
    session: AsyncSession, client_id: str, hours: int, before: int | None, limit: int
) -> Sequence[JobRecord]:
    """A client's jobs, the newest first, before a position."""
    return [JobRecord(*row) for row in await fetch(session, LIST, hours, client_id, before, limit)]


async def find_outcome(session: AsyncSession, job_id: UUID) -> bytes | None:
    """Report or problem of a job that has ended, compressed JSON."""
    rows = await fetch(session, OUTCOME, job_id)
    return rows[0][0] if rows else None


async def delete_expired(session: AsyncSession, hours: int, most: int) -> int:
    """Delete some of the jobs that ended longer ago than `hours`, or are not among a client's `most` newest."""
    return len(await fetch(session, EXPIRE, hours, most))
