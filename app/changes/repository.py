"""SQL of changes: one statement, so that the cohort's version and the units are of one moment."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import fetch
from app.periods.cohorts import Cohort


@dataclass(frozen=True, slots=True)
class Span:
    """Which changes: after (`version`, `unit`), in the order of the list, and up to `until`; None: up to now."""

    version: int
    unit: str
    until: int | None


class UnitVersion(NamedTuple):
    """The code of a unit, and the version at which it last changed."""

    unit: str
    version: int


# A unit changes with its place on the roster, its submission, and its scorecard on either basis; or it has left.
# Rows before the span are dropped first, as nearly all are: the latest of the others is the unit's latest.
# Codes are compared byte by byte: the order of a page must not hang on how a database was made.
CHANGES = """
    SELECT c.version, found.unit, found.version
      FROM cohorts c
      LEFT JOIN LATERAL (
          SELECT told.code COLLATE "C" AS unit, told.version
            FROM (SELECT p.code, p.ancestors, latest.version
                    FROM (SELECT unit_id, max(version) AS version
                            FROM (SELECT unit_id, version FROM scorecards
                                   WHERE period_id = $1 AND level_id = $2 AND version >= $4
                                   UNION ALL
                                  SELECT unit_id, version FROM submissions
                                   WHERE period_id = $1 AND level_id = $2 AND version >= $4
                                   UNION ALL
                                  SELECT unit_id, version FROM participants
                                   WHERE period_id = $1 AND level_id = $2 AND version >= $4) moved
                           GROUP BY unit_id) latest
                    JOIN participants p ON p.period_id = $1 AND p.unit_id = latest.unit_id
                   UNION ALL
                  SELECT code, ancestors, version FROM departures
                   WHERE period_id = $1 AND level_id = $2 AND version >= $4) told
           WHERE ($3::text IS NULL OR told.code = $3 OR $3 = ANY(told.ancestors))
             AND (told.version, told.code COLLATE "C") > ($4, $5) AND told.version <= coalesce($6, c.version)
           ORDER BY told.version, told.code COLLATE "C"
           LIMIT $7
      ) found ON true
     WHERE c.period_id = $1 AND c.level_id = $2
     ORDER BY found.version, found.unit
"""


async def list_changes(
    session: AsyncSession, cohort: Cohort, bound: str | None, span: Span, limit: int
) -> tuple[int, Sequence[UnitVersion]]:
    """The cohort's version, and the units of the span at and below unit `bound`, by version, then code."""
    values = (bound, span.version, span.unit, span.until, limit)
    rows = await fetch(session, CHANGES, cohort.period_id, cohort.level_id, *values)
    return rows[0][0], [UnitVersion(row[1], row[2]) for row in rows if row[1] is not None]
