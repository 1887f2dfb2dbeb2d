"""Whom a push moved: a cohort's ranking before and after."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.threads import aside
from app.pushes import repository
from app.pushes.repository import Named, Standings
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
    before: Standings,
    after: Mapping[int, int],
    own: Collection[int],
) -> list[PushEffect]:
    """Every unit within the client's bounds whose shown points or rank moved, in the order of the ranking after.

    `after` has the points in millionths; `own` are the ids of the units of which a value was written.
    """
    moves = await aside(len(after), compare, before, after, scored.framework.decimals)
    if not moves:
        return []
    named = await repository.list_names(session, scored.cohort, list(moves))
    seen = [unit for unit in named if client.unit in {None, unit.code, *unit.ancestors}]
    return await aside(len(seen), tell, seen, moves, own)


def compare(before: Standings, after: Mapping[int, int], decimals: int) -> dict[int, tuple[Place, Place]]:
    """The places before and after of every unit whose shown points or rank moved."""
    changed = [unit_id for unit_id, points in after.items() if points != before.points[unit_id]]
    if not changed:
        return {}
    span = reach(before.points, after, changed, decimals)
    old, new = (placed(points, before.unranked, span, decimals) for points in (before.points, after))
    return {unit_id: (old[unit_id], new[unit_id]) for unit_id in new if new[unit_id] != old[unit_id]}


def tell(named: Sequence[Named], moves: Mapping[int, tuple[Place, Place]], own: Collection[int]) -> list[PushEffect]:
    """The effects on some units, in the order of the ranking after."""
    effects = []
    for unit in sorted(named, key=lambda unit: (*order(moves[unit.unit_id][1]), unit.sort_key, unit.code)):
        was, now = moves[unit.unit_id]
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


def reach(before: Mapping[int, int], after: Mapping[int, int], changed: Sequence[int], decimals: int) -> range:
    """The points, in millionths, between which ranks can have moved: beyond them nobody's points did.

    As far as rounding carries on both sides, so that all who are shown the same are in it.
    """
    points = [side[unit_id] for side in (before, after) for unit_id in changed]
    step = 10 ** (6 - min(decimals, 6))
    return range(min(points) - step, max(points) + step + 1)


def placed(points: Mapping[int, int], unranked: Collection[int], span: range, decimals: int) -> dict[int, Place]:
    """The places of all units within the span."""
    first, last = span.start, span.stop - 1
    within = {
        unit_id: shown(Decimal(number).scaleb(-6), decimals)
        for unit_id, number in points.items()
        if first <= number <= last
    }
    above = sum(1 for unit_id, number in points.items() if number > last and unit_id not in unranked)
    ranks = places(number for unit_id, number in within.items() if unit_id not in unranked)
    return {
        unit_id: Place(None if unit_id in unranked else above + ranks[number], number)
        for unit_id, number in within.items()
    }


def order(place: Place) -> tuple[bool, Decimal]:
    """Best first, and those that are not ranked last."""
    return place.rank is None, -place.points
