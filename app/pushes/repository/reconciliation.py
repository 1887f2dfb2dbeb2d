"""SQL that reads stored values for a reconciliation."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import fetch

UNITS = """
    SELECT pt.unit_id, pt.code, l.code AS level, pt.sort_key
      FROM periods p
      JOIN participants pt ON pt.period_id = p.id
      JOIN levels l ON l.id = pt.level_id
     WHERE p.code = $1
       AND ($2::text IS NULL OR pt.code = $2 OR $2 = ANY(pt.ancestors))
       AND ($3::text[] IS NULL OR l.code = ANY($3))
       AND ($4::text IS NULL OR (pt.sort_key, pt.code) > ($4 COLLATE "C", $5))
     ORDER BY pt.sort_key, pt.code LIMIT $6
"""
VALUES = """
    SELECT a.unit_id, i.code,
           CASE WHEN $3::text IS NULL OR a.source = $3 THEN a.reported END,
           CASE WHEN $3::text IS NULL OR a.reason = $3 THEN a.awarded END
      FROM periods p
      JOIN answers a ON a.period_id = p.id
      JOIN indicators i ON i.id = a.indicator_id
     WHERE p.code = $1 AND a.unit_id = ANY($2::bigint[]) AND ($4::text[] IS NULL OR i.code = ANY($4))
"""


class ReconciledRow(NamedTuple):
    """A unit on the roster."""

    unit_id: int
    code: str
    level: str
    sort_key: str


class StoredValue(NamedTuple):
    """What is stored for one leaf: reported inputs, awarded points, or both."""

    indicator: str
    inputs: Mapping[str, Any] | None
    points: Decimal | None


async def list_reconciled(
    session: AsyncSession,
    period: str,
    bound: str | None,
    levels: Sequence[str] | None,
    after: Sequence[str | None],
    limit: int,
) -> list[ReconciledRow]:
    """Units of a period's roster in Vietnamese order: at or below `bound`, at `levels`, after a sort key and code."""
    rows = await fetch(session, UNITS, period, bound, levels, after[0], after[1], limit)
    return [ReconciledRow(*row) for row in rows]


async def list_values(
    session: AsyncSession,
    period: str,
    unit_ids: Sequence[int],
    source: str | None,
    indicators: Sequence[str] | None,
) -> dict[int, list[StoredValue]]:
    """What is stored of these units, by unit: of one source where it is named, of some indicators where they are."""
    found: dict[int, list[StoredValue]] = {unit_id: [] for unit_id in unit_ids}
    for unit_id, *value in await fetch(session, VALUES, period, list(unit_ids), source, indicators):
        found[unit_id].append(StoredValue(*value))
    return found
