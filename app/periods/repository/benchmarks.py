"""SQL of benchmarks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

LIST = """
    SELECT i.code AS indicator, l.code AS level, b.min, b.max, b.best, b.source, b.set_by, b.set_at, b.revision,
           i.ordinal, l.id AS level_id
      FROM benchmarks b
      JOIN indicators i ON i.id = b.indicator_id
      JOIN levels l ON l.id = b.level_id
     WHERE b.period_id = :period_id
       AND (CAST(:indicator_id AS bigint) IS NULL OR b.indicator_id = :indicator_id)
       AND (CAST(:level AS text) IS NULL OR l.code = :level)
"""
UPSERT = text("""
    INSERT INTO benchmarks (period_id, level_id, indicator_id, min, max, best, source, set_by, set_at)
    VALUES (:period_id, :level_id, :indicator_id, :min, :max, :best, :source, :set_by, :set_at)
    ON CONFLICT (period_id, level_id, indicator_id) DO UPDATE
       SET min = excluded.min, max = excluded.max, best = excluded.best, source = excluded.source,
           set_by = excluded.set_by, set_at = excluded.set_at, revision = benchmarks.revision + 1
""")
DELETE = text("""
    DELETE FROM benchmarks WHERE period_id = :period_id AND level_id = :level_id AND indicator_id = :indicator_id
""")
# An indicator belongs to one framework: where the draft no longer names it, its benchmarks mean nothing.
DELETE_STRAY = text("""
    DELETE FROM benchmarks b
     WHERE b.period_id = :period_id
       AND NOT EXISTS (SELECT FROM period_levels pl JOIN indicators i ON i.framework_id = pl.framework_id
                        WHERE pl.period_id = b.period_id AND pl.level_id = b.level_id AND i.id = b.indicator_id)
""")
NOW = text("SELECT clock_timestamp()")


@dataclass(frozen=True, slots=True)
class PeriodBenchmark:
    """Goalposts of one leaf of one level, and who set them when."""

    indicator: str
    level: str
    min: Decimal | None
    max: Decimal | None
    best: Decimal | None
    source: str
    set_by: str
    set_at: datetime
    revision: int
    ordinal: int
    level_id: int


async def find_benchmark(
    session: AsyncSession, period_id: int, level: str, indicator_id: int
) -> PeriodBenchmark | None:
    """The benchmark of one leaf, or None."""
    values = {"period_id": period_id, "level": level, "indicator_id": indicator_id}
    row = (await session.execute(text(LIST), values)).one_or_none()
    return PeriodBenchmark(*row) if row else None


async def list_benchmarks(session: AsyncSession, period_id: int, level: str | None = None) -> list[PeriodBenchmark]:
    """All benchmarks of a period (of one level), by level and in document order."""
    values = {"period_id": period_id, "level": level, "indicator_id": None}
    rows = await session.execute(text(f"{LIST} ORDER BY l.id, i.ordinal"), values)
    return [PeriodBenchmark(*row) for row in rows]


async def page_benchmarks(session: AsyncSession, values: dict[str, Any]) -> Sequence[PeriodBenchmark]:
    """One page of the same.

    `values` has period_id, level, levels, limit and, for a later page, level_id and ordinal of the last one shown.
    """
    query = f"{LIST} AND (CAST(:levels AS text[]) IS NULL OR l.code = ANY(CAST(:levels AS text[])))"
    if "ordinal" in values:
        query = f"{query} AND (l.id, i.ordinal) > (:level_id, :ordinal)"
    query = f"{query} ORDER BY l.id, i.ordinal LIMIT :limit"
    return [PeriodBenchmark(*row) for row in await session.execute(text(query), {"indicator_id": None} | values)]


async def upsert_benchmark(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write one benchmark; `values` are the columns but the revision, which counts up."""
    await session.execute(UPSERT, values)


async def delete_benchmark(session: AsyncSession, key: dict[str, Any]) -> None:
    """Take one benchmark away; `key` has period_id, level_id and indicator_id."""
    await session.execute(DELETE, key)


async def delete_stray_benchmarks(session: AsyncSession, period_id: int) -> None:
    """Forget the benchmarks of a draft whose level it no longer assesses by that framework."""
    await session.execute(DELETE_STRAY, {"period_id": period_id})


async def database_time(session: AsyncSession) -> datetime:
    """The time by the database's clock."""
    now: datetime = (await session.execute(NOW)).scalar_one()
    return now
