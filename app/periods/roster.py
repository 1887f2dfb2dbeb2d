"""Freezing the roster: who takes part, as the tree of units stood on the period's first day."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_cohort
from app.kernel.errors import ConflictError, FieldError, InvalidError
from app.periods import repository
from app.periods.cohorts import get_cohort, lock_cohort
from app.periods.models import PeriodRow
from app.periods.repository import LevelOfPeriod
from app.units.repository import SubtreeMember, subtree


async def freeze(session: AsyncSession, period: PeriodRow, actor: str) -> None:
    """Write cohorts and participants of a period that is being opened, and the first event of each chain.

    InvalidError `invalid_period` when a roster entry is outside the authority's subtree or levels; ConflictError
    `framework_not_published`, `framework_level_differs`; InvalidError `level_not_valid`, `authority_not_valid`.
    """
    levels = await repository.levels_of(session, period.id)
    require_usable(period, levels)
    members = await subtree(session, period.authority_id, period.starts_on)
    if not members:
        error = FieldError("/authority", "authority_not_valid", "The authority is not valid on the period's first day.")
        raise InvalidError("authority_not_valid", error.detail, [error])
    entries = {entry.unit_id: entry for entry in await repository.roster_of(session, period.id)}
    taking_part = {level.level_id: [m for m in members if m.level_id == level.level_id] for level in levels}
    require_known(entries, {member.unit_id for group in taking_part.values() for member in group})
    for level in levels:
        rows = list(participants(period.id, taking_part[level.level_id], entries))
        await repository.insert_cohort(session, period.id, level)
        await repository.insert_participants(session, rows)
        await start_chain(session, period, level, rows, actor)


def require_usable(period: PeriodRow, levels: Sequence[LevelOfPeriod]) -> None:
    """Refuse frameworks that are not published or for another level, and levels that do not exist on the first day."""
    for index, level in enumerate(levels):
        if level.status != "published":
            detail = f"Framework '{level.framework}' is {level.status}, not published."
            error = FieldError(f"/levels/{index}/framework", "framework_not_published", detail)
            raise ConflictError("framework_not_published", detail, [error])
        if level.framework_level_id != level.level_id:  # it was a draft yet when the period named it
            detail = f"Framework '{level.framework}' is not for level '{level.level}'."
            error = FieldError(f"/levels/{index}/framework", "framework_level_differs", detail)
            raise ConflictError("framework_level_differs", detail, [error])
        ended = level.valid_to is not None and level.valid_to <= period.starts_on
        if ended or (level.valid_from is not None and level.valid_from > period.starts_on):
            detail = f"Level '{level.level}' is not valid on {period.starts_on.isoformat()}."
            error = FieldError(f"/levels/{index}/level", "level_not_valid", detail)
            raise InvalidError("level_not_valid", detail, [error])


def require_known(entries: Mapping[int, Any], taking_part: set[int]) -> None:
    """Refuse roster entries of units that could not take part anyway: a typing error, most likely.

    Pointers go into the roster as the period shows it, by unit code.
    """
    errors = [
        FieldError(f"/roster/{index}/unit", "unit_not_eligible", f"Unit '{entry.unit}' is not among the participants.")
        for index, (unit_id, entry) in enumerate(entries.items())
        if unit_id not in taking_part
    ]
    if errors:
        raise InvalidError("invalid_period", "The roster names units that cannot take part.", errors)


def participants(
    period_id: int, members: Sequence[SubtreeMember], entries: Mapping[int, Any]
) -> Iterator[dict[str, Any]]:
    """The participant rows of one level."""
    for member in members:
        entry = entries.get(member.unit_id)
        if entry is not None and entry.excluded:
            continue
        yield {
            "period_id": period_id,
            "unit_id": member.unit_id,
            "level_id": member.level_id,
            "code": member.code,
            "name": member.name,
            "sort_key": member.sort_key,
            "parent": member.parent,
            "ancestors": list(member.ancestors),
            "traits": list(member.traits),
            "group": entry.group if entry else None,
            "ranked": entry.ranked if entry else True,
        }


async def start_chain(
    session: AsyncSession, period: PeriodRow, level: LevelOfPeriod, rows: Sequence[dict[str, Any]], actor: str
) -> None:
    """The first event of a cohort: its framework by hash, and its whole roster."""
    cohort = await get_cohort(session, period.code, level.level)
    kept = ("code", "name", "parent", "traits", "group", "ranked")
    data = {
        "framework": level.framework,
        "content_hash": level.content_hash,
        "roster": [{field: row[field] for field in kept} for row in rows],
    }
    link = await lock_cohort(session, cohort)
    await record_cohort(session, cohort, link, actor=actor, type="cohort.opened", data=data)
