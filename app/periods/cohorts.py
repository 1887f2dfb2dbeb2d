"""A cohort: one level in one period. Everything that is scored together, and the lock that orders its writes."""

from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Link
from app.clients.client import Client
from app.kernel.database import fetch
from app.kernel.errors import NotFoundError

COLUMNS = """
    SELECT c.period_id, p.code AS period, c.level_id, l.code AS level, c.framework_id, p.status, c.version
      FROM cohorts c JOIN periods p ON p.id = c.period_id JOIN levels l ON l.id = c.level_id
"""
BY_CODE = f"{COLUMNS} WHERE p.code = $1 AND l.code = $2"
OF_PERIOD = text(f"{COLUMNS} WHERE p.code = :period ORDER BY c.level_id")
ALL = text(f"{COLUMNS} ORDER BY c.period_id, c.level_id")
# Not FOR UPDATE: rows that refer to the cohort (aggregates of a read) need not wait for its writers.
# The clock is read outside the CTE: inside, it would be read before the lock is waited for.
LOCK = """
    WITH locked AS MATERIALIZED (
        SELECT version, head FROM cohorts WHERE period_id = $1 AND level_id = $2 FOR NO KEY UPDATE
    )
    SELECT version, head, clock_timestamp() FROM locked
"""
# The version that the running write is going to have, for statements that take the cohort's key first. Under the lock
# nobody else moves it, and the event that moves it comes last.
NEXT_VERSION = "(SELECT version + 1 FROM cohorts WHERE period_id = $1 AND level_id = $2)"
NEXT_VERSION_BY_NAME = "(SELECT version + 1 FROM cohorts WHERE period_id = :period_id AND level_id = :level_id)"


@dataclass(frozen=True, slots=True)
class Cohort:
    """Keys and natural names of a cohort, with the period's status and the version at the time of reading."""

    period_id: int
    period: str
    level_id: int
    level: str
    framework_id: int
    status: str
    version: int

    @property
    def key(self) -> dict[str, int]:
        """The key columns, as every query of a hot table takes them."""
        return {"period_id": self.period_id, "level_id": self.level_id}


async def find_cohort(session: AsyncSession, period: str, level: str) -> Cohort | None:
    """The cohort, or None where the period is unknown, not opened, or does not assess that level."""
    rows = await fetch(session, BY_CODE, period, level)
    return Cohort(*rows[0]) if rows else None


async def get_cohort(session: AsyncSession, period: str, level: str) -> Cohort:
    """The cohort. NotFoundError `cohort_not_found`."""
    cohort = await find_cohort(session, period, level)
    if cohort is None:
        raise not_found(period, level)
    return cohort


async def get_visible_cohort(session: AsyncSession, client: Client, period: str, level: str) -> Cohort:
    """The cohort. NotFoundError `cohort_not_found`, also for a level outside the client's bounds."""
    require_level(client, period, level)
    return await get_cohort(session, period, level)


def require_level(client: Client, period: str, level: str) -> None:
    """NotFoundError `cohort_not_found` for a level outside the client's bounds."""
    if client.levels is not None and level not in client.levels:
        raise not_found(period, level)


def not_found(period: str, level: str) -> NotFoundError:
    """The refusal for a cohort that is not there, or is not for this client to know of."""
    return NotFoundError("cohort_not_found", f"Period '{period}' has no opened level '{level}'.")


async def list_cohorts(session: AsyncSession, period: str | None = None) -> list[Cohort]:
    """The cohorts of one period, or all of them, in the order in which they are locked."""
    rows = await session.execute(OF_PERIOD, {"period": period}) if period else await session.execute(ALL)
    return [Cohort(*row) for row in rows]


async def lock_cohort(session: AsyncSession, cohort: Cohort) -> Link:
    """Wait for the cohort's row lock. Whatever is read after it is what the writer before committed."""
    rows = await fetch(session, LOCK, cohort.period_id, cohort.level_id)
    return Link(*rows[0])
