"""SQL of the queue of jobs, as whoever carries them out sees it."""

from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client, Scope
from app.kernel.database import fetch
from app.pushes.repository.jobs import Order

PERIODS = """
    SELECT j.period FROM job_bodies b JOIN jobs j ON j.id = b.job_id
     WHERE j.due_at <= now() GROUP BY j.period ORDER BY min(j.position)
"""
# Jobs of one period would only wait for each other's cohorts, with all their values in memory.
TAKE_PERIOD = "SELECT pg_try_advisory_xact_lock(hashtextextended('jobs of period ' || $1, 0))"
CLAIM = """
    SELECT j.is_registered, j.client_id, j.scopes, j.unit, j.levels, j.indicators,
           j.id, j.period, j.dry_run, j.atomic, j.unit_scheme, j.total, b.body
      FROM job_bodies b JOIN jobs j ON j.id = b.job_id
     WHERE j.period = $1 AND j.due_at <= now()
     ORDER BY j.position LIMIT 1
       FOR UPDATE OF b SKIP LOCKED
"""
# Where a worker was killed the database has to notice in the middle of a statement too, and where a machine was
# switched off without a word; a push that is being computed is idle for longer than a request may be.
MIND = """
    SELECT set_config('idle_in_transaction_session_timeout', '15min', true),
           set_config('lock_timeout', $1, true),
           set_config('tcp_keepalives_idle', '10', true),
           set_config('tcp_keepalives_interval', '5', true),
           set_config('tcp_keepalives_count', '3', true),
           set_config('client_connection_check_interval',
                      CASE WHEN version() ~* 'windows|mingw|visual c' THEN '0' ELSE '500ms' END, true)
"""
BEGIN = """
    UPDATE jobs SET status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, clock_timestamp()),
                    due_at = clock_timestamp() + attempts * interval '5 seconds'
     WHERE id = $1 AND attempts < $2 RETURNING attempts
"""
PROGRESS = "UPDATE jobs SET done = $2 WHERE id = $1 AND done < $2"
PUT_BACK = """
    UPDATE jobs SET status = 'queued', attempts = attempts - 1, due_at = clock_timestamp() + interval '1 second'
     WHERE id = $1
"""
FINISH = """
    WITH body AS (DELETE FROM job_bodies WHERE job_id = $1)
    UPDATE jobs SET status = $2, outcome = $3, finished_at = clock_timestamp(),
                    done = CASE WHEN $2 = 'succeeded' THEN total ELSE done END
     WHERE id = $1
"""
FIND_CLIENT = "SELECT disabled_at IS NULL FROM clients WHERE id = $1"
# Holds off whoever is about to disable the client, or finds that it was done.
KEEP_CLIENT = f"{FIND_CLIENT} FOR SHARE"


class Claimed(NamedTuple):
    """A job that nobody else carries out while this transaction lasts.

    `is_registered`: the client was one of ours, and not of an outside issuer.
    """

    order: Order
    is_registered: bool


async def claim_job(session: AsyncSession) -> Claimed | None:
    """The first job that is due and no other of whose period is being carried out; None without one.

    Both locks are this transaction's: they end with it, whoever crashes.
    """
    for (period,) in await fetch(session, PERIODS):
        [[is_free]] = await fetch(session, TAKE_PERIOD, period)
        if is_free:
            rows = await fetch(session, CLAIM, period)
            return read_claimed(*rows[0]) if rows else None
    return None


def read_claimed(
    is_registered: bool,  # noqa: FBT001 - a column
    client_id: str,
    scopes: Sequence[str],
    unit: str | None,
    levels: Sequence[str] | None,
    indicators: Sequence[str] | None,
    job_id: UUID,
    *manner: Any,
) -> Claimed:
    """A row of `CLAIM`."""
    bounds = [None if codes is None else frozenset(codes) for codes in (levels, indicators)]
    client = Client(client_id, frozenset(map(Scope, scopes)), unit, levels=bounds[0], indicators=bounds[1])
    return Claimed(Order(job_id, client, *manner), is_registered)


async def mind_losses(session: AsyncSession, lock_seconds: int) -> None:
    """Let this transaction take its time, wait so long for a lock, and end soon when its process has gone."""
    await fetch(session, MIND, f"{lock_seconds}s")


async def begin_job(session: AsyncSession, job_id: UUID, most: int) -> bool:
    """Count one more attempt; False where there were `most` of them. In a transaction of its own: it must last."""
    return bool(await fetch(session, BEGIN, job_id, most))


async def note_progress(session: AsyncSession, job_id: UUID, done: int) -> None:
    """Show how far a job is; it never goes back, also where somebody has to begin anew."""
    await fetch(session, PROGRESS, job_id, done)


async def put_back(session: AsyncSession, job_id: UUID) -> None:
    """Let a job wait for another turn, as though nobody had begun."""
    await fetch(session, PUT_BACK, job_id)


async def finish_job(session: AsyncSession, job_id: UUID, status: str, outcome: bytes) -> None:
    """End a job as `succeeded` with its report, or as `failed` with its problem; its body goes."""
    await fetch(session, FINISH, job_id, status, outcome)


async def is_enabled(session: AsyncSession, client_id: str) -> bool:
    """Whether a client is there and not disabled."""
    return [tuple(row) for row in await fetch(session, FIND_CLIENT, client_id)] == [(True,)]


async def keep_enabled(session: AsyncSession, client_id: str) -> bool:
    """The same, and so it stays until this transaction ends. To be asked last: the client gets no token meanwhile."""
    return [tuple(row) for row in await fetch(session, KEEP_CLIENT, client_id)] == [(True,)]
