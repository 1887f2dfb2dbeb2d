"""Whom a push moved: a cohort's ranking before and after."""

from collections.abc import Collection, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.pushes.schemas import PushEffect
from app.rankings.repository import Standing, list_standings
from app.rankings.table import entry
from app.scores.cohort import ScoredCohort
from app.scoring import rank

EVERYBODY = {"basis": "assessed", "within": None, "group": None}


async def standings(session: AsyncSession, scored: ScoredCohort) -> list[Standing]:
    """Everybody's points on the assessed basis, as this transaction sees them."""
    return await list_standings(session, scored.cohort, EVERYBODY, None)


def moved(
    client: Client,
    scored: ScoredCohort,
    before: Sequence[Standing],
    after: Sequence[Standing],
    own: Collection[str],
) -> list[PushEffect]:
    """Every unit within the client's bounds whose shown points or rank moved, the best rank after first.

    `own` are the units of which a value was written.
    """
    decimals = scored.framework.decimals
    old = {
        found.key.code: (place, points)
        for place, points, found in rank([entry(each, each.points) for each in before], decimals)
    }
    effects = []
    for place, points, found in rank([entry(each, each.points) for each in after], decimals):
        unit = found.key
        if old[unit.code] == (place, points) or client.unit not in {None, unit.code, *unit.ancestors}:
            continue
        effects.append(
            PushEffect(
                unit=unit.code,
                points_before=old[unit.code][1],
                points_after=points,
                rank_before=old[unit.code][0],
                rank_after=place,
                cause="own" if unit.code in own else "cohort",
            )
        )
    return effects
