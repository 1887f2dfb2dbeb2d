"""SQL of extensions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

# Within the bounds of who asks; a page in Vietnamese order of the units.
LIST = """
    SELECT p.code AS unit, p.name, p.parent, l.code AS level, x.until, x.reason, x.granted_by, x.granted_at, x.revision,
           p.sort_key
      FROM extensions x
      JOIN participants p ON p.period_id = x.period_id AND p.unit_id = x.unit_id
      JOIN levels l ON l.id = x.level_id
     WHERE x.period_id = :period_id
       AND (CAST(:unit_id AS bigint) IS NULL OR x.unit_id = :unit_id)
       AND (CAST(:levels AS text[]) IS NULL OR l.code = ANY(CAST(:levels AS text[])))
       AND (CAST(:within AS text) IS NULL OR p.code = :within OR :within = ANY(p.ancestors))
"""
UPSERT = text("""
    INSERT INTO extensions (period_id, unit_id, level_id, until, reason, granted_by, granted_at)
    VALUES (:period_id, :unit_id, :level_id, :until, :reason, :granted_by, :granted_at)
    ON CONFLICT (period_id, unit_id) DO UPDATE
       SET until = excluded.until, reason = excluded.reason, granted_by = excluded.granted_by,
           granted_at = excluded.granted_at, revision = extensions.revision + 1
""")
DELETE = text("DELETE FROM extensions WHERE period_id = :period_id AND unit_id = :unit_id")
NO_BOUND = {"unit_id": None, "levels": None, "within": None}


@dataclass(frozen=True, slots=True)
class GrantedExtension:
    """More time for one unit, with its names on the roster."""

    unit: str
    name: str
    parent: str | None
    level: str
    until: datetime
    reason: str
    granted_by: str
    granted_at: datetime
    revision: int
    sort_key: str


async def find_extension(session: AsyncSession, period_id: int, unit_id: int) -> GrantedExtension | None:
    """One unit's extension, or None."""
    row = (await session.execute(text(LIST), NO_BOUND | {"period_id": period_id, "unit_id": unit_id})).one_or_none()
    return GrantedExtension(*row) if row else None


async def list_extensions(session: AsyncSession, values: dict[str, Any]) -> Sequence[GrantedExtension]:
    """Extensions of a period in Vietnamese order of the units.

    `values` has period_id, levels, within, limit and, for a later page, name and code of the last one shown.
    """
    query = f"{LIST} {'AND (p.sort_key, p.code) > (:name, :code)' if 'code' in values else ''}"
    rows = await session.execute(text(f"{query} ORDER BY p.sort_key, p.code LIMIT :limit"), NO_BOUND | values)
    return [GrantedExtension(*row) for row in rows]


async def upsert_extension(session: AsyncSession, values: dict[str, Any]) -> None:
    """Write one unit's extension; `values` are the columns but the revision, which counts up."""
    await session.execute(UPSERT, values)


async def delete_extension(session: AsyncSession, period_id: int, unit_id: int) -> None:
    """Take one unit's extension away."""
    await session.execute(DELETE, {"period_id": period_id, "unit_id": unit_id})
