"""SQL of the outbox as a queue: what is due is taken under a lease, and the end of each attempt noted.

No transaction is open while a message is on its way. A worker that dies leaves its leases, which run out: then others
send those messages again, under the same id.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.canonical import dumps
from app.kernel.database import fetch
from app.webhooks.schedule import (
    FIRST_REST_SECONDS,
    GIVEN_UP_AFTER_HOURS,
    KEPT_DAYS,
    LEASE_SECONDS,
    MOST_RETRY_AFTER_SECONDS,
    REST_SECONDS,
)

_SERVED = """
    w.status = 'active' AND coalesce(w.resting_until <= now(), true) AND NOT EXISTS (
        SELECT FROM clients c WHERE c.id = w.registered_id AND c.disabled_at IS NOT NULL)
"""
READY = f"""
    SELECT w.id FROM webhooks w
     WHERE {_SERVED} AND w.id <> ALL($1::uuid[])
       AND EXISTS (SELECT FROM webhook_deliveries d
                    WHERE d.webhook_id = w.id AND d.status = 'waiting' AND d.due_at <= now())
     LIMIT $2
"""  # noqa: S608 - built from constants only
# Whoever takes messages of a webhook does so alone, for a moment. Not FOR UPDATE: new messages need not wait.
LOCK = f"""
    SELECT w.id, w.url, w.secret, CASE WHEN w.previous_secret_expires_at > now() THEN w.previous_secret END,
           w.failing_since IS NOT NULL
      FROM webhooks w WHERE w.id = $1 AND {_SERVED} FOR NO KEY UPDATE OF w
"""  # noqa: S608 - built from constants only
# A version that failed is not sent again once there is a newer one.
OVERTAKE = """
    UPDATE webhook_deliveries d SET status = 'overtaken', lease = NULL
     WHERE d.webhook_id = $1 AND d.status = 'waiting' AND d.attempts > 0 AND d.subject IS NOT NULL
       AND (d.lease IS NULL OR d.due_at <= now())
       AND EXISTS (SELECT FROM webhook_deliveries n
                    WHERE n.webhook_id = d.webhook_id AND n.subject = d.subject AND n.version > d.version)
"""
# Of one subject one message at a time: so a newer version never arrives before an older one that is on its way.
TAKE = f"""
    UPDATE webhook_deliveries d
       SET attempts = d.attempts + 1, lease = gen_random_uuid(), due_at = now() + interval '{LEASE_SECONDS} seconds'
      FROM (SELECT id FROM webhook_deliveries o
             WHERE o.webhook_id = $1 AND o.status = 'waiting' AND o.due_at <= now()
               AND NOT EXISTS (SELECT FROM webhook_deliveries s
                                WHERE s.webhook_id = o.webhook_id AND s.subject = o.subject AND s.status = 'waiting'
                                  AND s.lease IS NOT NULL AND s.due_at > now())
             ORDER BY o.due_at, o.created_at LIMIT $2 FOR UPDATE SKIP LOCKED) due
     WHERE d.id = due.id
    RETURNING d.id, d.webhook_id, d.lease, d.message_id, d.payload, d.attempts, clock_timestamp()
"""  # noqa: S608 - built from constants only
# Only who holds the lease: a worker that was thought dead does not overwrite what another has noted.
NOTE = """
    UPDATE webhook_deliveries d
       SET log = d.log || $4::jsonb, lease = NULL,
           status = CASE WHEN $3::text <> 'waiting' THEN $3
                         WHEN EXISTS (SELECT FROM webhook_deliveries n
                                       WHERE n.webhook_id = d.webhook_id AND n.subject = d.subject
                                         AND n.version > d.version) THEN 'overtaken'
                         ELSE 'waiting' END,
           due_at = now() + make_interval(secs => $5)
     WHERE d.id = $1 AND d.lease = $2
    RETURNING d.webhook_id
"""
_LOST = f"($3::boolean OR failing_since < now() - interval '{GIVEN_UP_AFTER_HOURS} hours')"
# Messages that failed at the same time count once.
FAILING = f"""
    UPDATE webhooks
       SET failing_since = coalesce(failing_since, now()),
           failures = failures + CASE WHEN resting_until > now() THEN 0 ELSE 1 END,
           resting_until = greatest(
               CASE WHEN resting_until > now() THEN resting_until
                    ELSE now() + make_interval(secs => CASE failures WHEN 0 THEN {FIRST_REST_SECONDS}
                                                                     ELSE {REST_SECONDS} END) END,
               now() + make_interval(secs => least($2::int, {MOST_RETRY_AFTER_SECONDS}))),
           status = CASE WHEN {_LOST} THEN 'disabled' ELSE status END,
           disabled_reason = CASE WHEN {_LOST} THEN CASE WHEN $3::boolean THEN 'gone' ELSE 'failing' END END,
           disabled_at = CASE WHEN {_LOST} THEN now() END,
           revision = revision + CASE WHEN {_LOST} THEN 1 ELSE 0 END
     WHERE id = $1 AND status = 'active'
"""  # noqa: S608 - built from constants only
ANSWERING = """
    UPDATE webhooks w SET failing_since = NULL, failures = 0, resting_until = NULL
      FROM (SELECT id, failures FROM webhooks WHERE id = $1 FOR NO KEY UPDATE) before
     WHERE w.id = before.id AND w.failing_since IS NOT NULL
    RETURNING before.failures
"""
HURRY = """
    UPDATE webhook_deliveries SET due_at = now()
     WHERE webhook_id = $1 AND status = 'waiting' AND lease IS NULL AND due_at > now()
"""
EXPIRE = f"""
    WITH expired AS (
        SELECT id FROM webhook_deliveries WHERE created_at < now() - interval '{KEPT_DAYS} days'
         ORDER BY created_at LIMIT 1000 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM webhook_deliveries d USING expired e WHERE d.id = e.id RETURNING d.id
"""  # noqa: S608 - built from constants only


class Endpoint(NamedTuple):
    """A webhook whose messages may be taken now. Secrets are sealed; `previous` while it is still good."""

    id: UUID
    url: str
    secret: bytes
    previous: bytes | None
    is_failing: bool


class Taken(NamedTuple):
    """One message that this process is to send now, as the attempt of that number; `at` is the database's time."""

    id: UUID
    webhook_id: UUID
    lease: UUID
    message_id: UUID
    payload: str
    attempt: int
    at: datetime


class Attempt(NamedTuple):
    """How one attempt ended."""

    number: int
    at: datetime
    status_code: int | None
    error: str | None
    duration_ms: int


async def list_ready(session: AsyncSession, but: Sequence[UUID], limit: int) -> list[UUID]:
    """Webhooks for which something is due, none of `but`."""
    return [row[0] for row in await fetch(session, READY, list(but), limit)]


async def take(session: AsyncSession, webhook_id: UUID, most: int) -> tuple[Endpoint, list[Taken]] | None:
    """Take up to `most` due messages of a webhook, of a failing one a single one; None where it is not served now."""
    rows = await fetch(session, LOCK, webhook_id)
    if not rows:
        return None
    endpoint = Endpoint(*rows[0])
    await fetch(session, OVERTAKE, webhook_id)
    taken = await fetch(session, TAKE, webhook_id, 1 if endpoint.is_failing else most)
    return endpoint, [Taken(*row) for row in taken]


async def note_delivered(session: AsyncSession, taken: Taken, attempt: Attempt) -> None:
    """The receiver has taken it. One that had been failing gets at once what else waits for it."""
    if not await _note(session, taken, "delivered", attempt, 0):
        return
    answering = await fetch(session, ANSWERING, taken.webhook_id)
    # Not after a single failure: it may be this kind of message that the receiver refuses each time.
    if answering and answering[0][0] > 1:
        await fetch(session, HURRY, taken.webhook_id)


async def note_failed(
    session: AsyncSession, taken: Taken, attempt: Attempt, delay: float | None, *, is_gone: bool, rest: int
) -> None:
    """It did not arrive; the next attempt is due after `delay` seconds, None: it is given up.

    The webhook rests a while, `rest` seconds at least. It is disabled when the receiver `is_gone`, or has taken nothing
    for days.
    """
    status = "failed" if delay is None or is_gone else "waiting"
    if await _note(session, taken, status, attempt, delay or 0):
        await fetch(session, FAILING, taken.webhook_id, rest, is_gone)


async def expire(session: AsyncSession) -> bool:
    """Delete some of what is older than the log goes back; whether there was any."""
    return bool(await fetch(session, EXPIRE))


async def _note(session: AsyncSession, taken: Taken, status: str, attempt: Attempt, delay: float) -> bool:
    told = {**attempt._asdict(), "at": attempt.at.isoformat().replace("+00:00", "Z")}
    return bool(await fetch(session, NOTE, taken.id, taken.lease, status, dumps([told]), delay))
