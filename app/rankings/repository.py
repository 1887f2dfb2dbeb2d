"""SQL of the ranking: one query, whatever the selection."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.periods.cohorts import Cohort

# The version is read in the same snapshot as the points: they always belong together.
SELECTION = """
    SELECT c.version, p.code, p.name, p.parent, p.sort_key, p.ranked, p.ancestors,
           {points} AS points, {covered} AS covered, s.pillar_points
      FROM cohorts c
      JOIN participants p ON p.period_id = c.period_id AND p.level_id = c.level_id
      JOIN scorecards s ON s.period_id = p.period_id AND s.unit_id = p.unit_id AND s.basis = :basis
     WHERE c.period_id = :period_id AND c.level_id = :level_id
       AND (CAST(:within AS text) IS NULL OR p.code = :within OR :within = ANY(p.ancestors))
       AND (CAST(:group AS text) IS NULL OR p."group" = :group)
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """One unit's points before ranking. `covered` are the answerable points it reported, or is exempt from."""

    version: int
    code: str
    name: str
    parent: str | None
    sort_key: str
    ranked: bool
    ancestors: Sequence[str]
    points: Decimal
    covered: Decimal
    pillar_points: Sequence[Decimal]


async def list_standings(
    session: AsyncSession, cohort: Cohort, values: dict[str, Any], pillar: int | None
) -> list[Standing]:
    """The points of every unit of a selection, all at one version. `pillar` is the ordinal of one pillar, or None."""
    columns = {"points": "s.points", "covered": "s.covered"}
    if pillar is not None:
        columns = {
            "points": f"s.node_points[{pillar + 1:d}]",
            "covered": f"s.node_covered[{pillar + 1:d}]",
        }
    rows = await session.execute(text(SELECTION.format(**columns)), cohort.key | values)
    return [Standing(*row) for row in rows]
