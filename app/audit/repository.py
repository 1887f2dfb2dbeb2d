"""SQL of the event log."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Event, Link
from app.kernel.pending import Pending, Statement

INSERT_COHORT_EVENT = """
    INSERT INTO cohort_events (period_id, level_id, sequence, unit_id, body, previous_hash, hash, recorded_at)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
"""
MOVE_COHORT = """
    UPDATE cohorts SET version = $3, head = $4 WHERE period_id = $1 AND level_id = $2 AND version = $3 - 1
    RETURNING version
"""
APPEND_TO_GLOBAL = text("""
    WITH event AS (
        INSERT INTO global_events (sequence, body, previous_hash, hash, recorded_at)
        VALUES (:sequence, :body, :previous_hash, :hash, :recorded_at)
    )
    UPDATE global_chain SET version = :sequence, head = :hash WHERE id = 1
""")
LOCK_GLOBAL = text("SELECT version, head, clock_timestamp() AS now FROM global_chain WHERE id = 1 FOR UPDATE")
COHORT_CHAINS = text("""
    SELECT p.code || '/' || l.code AS chain, c.period_id, c.level_id, c.version, c.head
      FROM cohorts c JOIN periods p ON p.id = c.period_id JOIN levels l ON l.id = c.level_id
     ORDER BY 1
""")
COHORT_EVENTS = text("""
    SELECT e.sequence, e.body, e.previous_hash, e.hash, e.recorded_at,
           CASE WHEN e.unit_id IS NOT NULL THEN coalesce(p.code, u.code, '') END AS unit
      FROM cohort_events e
      LEFT JOIN participants p ON p.period_id = e.period_id AND p.unit_id = e.unit_id
      LEFT JOIN units u ON u.id = e.unit_id
     WHERE e.period_id = :period_id AND e.level_id = :level_id ORDER BY e.sequence
""")
GLOBAL_EVENTS = text("SELECT sequence, body, previous_hash, hash, recorded_at FROM global_events ORDER BY sequence")
GLOBAL_HEAD = text("SELECT version, head FROM global_chain WHERE id = 1")


async def append_to_cohort(
    session: AsyncSession, period_id: int, level_id: int, unit_id: int | None, event: Event, pending: Pending
) -> None:
    """Add an event and move the cohort's version to it, with all that is pending, under the cohort's lock."""
    key = (period_id, level_id, event.sequence)
    told = Statement(
        INSERT_COHORT_EVENT, (*key, unit_id, event.body, event.previous_hash, event.hash, event.recorded_at)
    )
    if not await pending.send(session, told, Statement(MOVE_COHORT, (*key, event.hash))):
        message = "The cohort's chain moved without its lock being held."
        raise RuntimeError(message)


async def lock_global(session: AsyncSession) -> Link:
    """Take the lock of the global chain."""
    row = (await session.execute(LOCK_GLOBAL)).one()
    return Link(row.version, row.head, row.now)


async def append_to_global(session: AsyncSession, event: Event) -> None:
    """Add an event to the global chain, whose lock the caller holds."""
    await session.execute(APPEND_TO_GLOBAL, asdict(event))


async def append_all_to_global(session: AsyncSession, events: Sequence[Event]) -> None:
    """As `append_to_global`, for several that are sealed to each other in this order."""
    if events:
        await session.execute(APPEND_TO_GLOBAL, [asdict(event) for event in events])


async def take_snapshot(session: AsyncSession) -> None:
    """Let everything that this transaction reads be of one moment."""
    await session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


async def list_cohort_chains(session: AsyncSession) -> list[Any]:
    """Every cohort's chain: name, key, version and head."""
    return list((await session.execute(COHORT_CHAINS)).all())


async def global_head(session: AsyncSession) -> Any:
    """Version and head of the global chain."""
    return (await session.execute(GLOBAL_HEAD)).one()


async def stream_events(session: AsyncSession, period_id: int | None, level_id: int | None) -> AsyncIterator[Event]:
    """The events of a cohort's chain, or of the global one when no cohort is named, in order."""
    if period_id is None:
        result = await session.stream(GLOBAL_EVENTS)
    else:
        result = await session.stream(COHORT_EVENTS, {"period_id": period_id, "level_id": level_id})
    async for row in result:
        yield Event(*row)
