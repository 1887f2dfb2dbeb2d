"""Whom a push moved: a cohort's ranking before and after."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.pushes import repository
from app.pushes.repository import Standing
from app.pushes.schemas import PushEffect
from app.scores.cohort import ScoredCohort
from app.scoring import places, shown


class Place(NamedTuple):
    """A unit in the ranking: None for one that is not ranked, and the points as they are shown."""

    rank: int | None
    points: Decimal


async def moved(
    session: AsyncSession,
    client: Client,
    scored: ScoredCohort,
    before: Sequence[Standing],
    after: Sequence[Standing],
    own: Collection[int],
) -> list[PushEffect]:
    """Every unit within the client's bounds whose shown points or rank moved, in the order of the ranking after.

    `own` are the ids of the units of which a value was written.
    """
    old, new = (ranked(standings, scored.framework.decimals) for standings in (before, after))
    units = [unit_id for unit_id in new if new[unit_id] != old[unit_id]]
    effects = []
    named = await repository.list_names(session, scored.cohort, units)
    for unit in sorted(named, key=lambda unit: (*order(new[unit.unit_id]), unit.sort_key, unit.code)):
        if client.unit in {None, unit.code, *unit.ancestors}:
            was, now = old[unit.unit_id], new[unit.unit_id]
            effects.append(
                PushEffect(
                    unit=unit.code,
                    points_before=was.points,
                    points_after=now.points,
                    rank_before=was.rank,
                    rank_after=now.rank,
                    cause="own" if unit.unit_id in own else "cohort",
                )
            )
    return effects


def ranked(standings: Sequence[Standing], decimals: int) -> Mapping[int, Place]:
    """Everybody's place by unit."""
    points = {each.unit_id: shown(each.points, decimals) for each in standings}
    ranks = places(points[each.unit_id] for each in standings if each.ranked)
    return {
        each.unit_id: Place(ranks[points[each.unit_id]] if each.ranked else None, points[each.unit_id])
        for each in standings
    }


def order(place: Place) -> tuple[bool, Decimal]:
    """Best first, and those that are not ranked last."""
    return place.rank is None, -place.points
