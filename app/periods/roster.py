"""Freezing the roster: who takes part, as the tree of units stood on the period's first day."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.errors import ConflictError, FieldError, InvalidError
from app.periods import repository
from app.periods.cohorts import get_cohort, lock_cohort
from app.periods.models import PeriodRow
from app.periods.recording import record_cohort
from app.periods.repository import LevelOfPeriod, RosterEntryOfPeriod
from app.units.repository import SubtreeMember, subtree


class Dated(Protocol):
    """Something valid from a day (None: since ever) up to, not including, another."""

    @property
    def valid_from(self) -> date | None: ...
    @property
    def valid_to(self) -> date | None: ...


def is_valid(dated: Dated, on: date) -> bool:
    """Whether it is valid on that day."""
    begun = dated.valid_from is None or dated.valid_from <= on
    return begun and (dated.valid_to is None or dated.valid_to > on)


@dataclass(frozen=True, slots=True)
class FrozenRoster:
    """The participants of one level, as rows."""

    level: LevelOfPeriod
    rows: Sequence[dict[str, Any]]


async def freeze(session: AsyncSession, period: PeriodRow) -> list[FrozenRoster]:
    """Write cohorts and participants of a period that is being opened: as of the first event, which `start_chain` adds.

    ConflictError `framework_not_published`, `framework_level_differs`; InvalidError `level_not_valid`,
    `authority_not_valid`, `overlapping_validity`, and `invalid_period` when a roster entry is outside the authority's
    subtree or levels.
    """
    levels = (await repository.levels_of(session, [period.id]))[period.id]
    require_usable(period, levels)
    members = await members_of(session, period)
    entries = {entry.unit_id: entry for entry in (await repository.rosters_of(session, [period.id]))[period.id]}
    taking_part = {level.level_id: [m for m in members if m.level_id == level.level_id] for level in levels}
    require_known(entries, {member.unit_id for group in taking_part.values() for member in group})
    frozen_rosters = [
        FrozenRoster(level, list(participants(period.id, taking_part[level.level_id], entries))) for level in levels
    ]
    for roster in frozen_rosters:
        await repository.insert_cohort(session, period.id, roster.level)
        await repository.insert_participants(session, roster.rows, version=1)
    return frozen_rosters


async def members_of(session: AsyncSession, period: PeriodRow) -> list[SubtreeMember]:
    """The authority's subtree on the period's first day. InvalidError `authority_not_valid`, `overlapping_validity`."""
    members = await subtree(session, period.authority_id, period.starts_on)
    if not members:
        detail = "The authority is not valid on the period's first day."
        raise InvalidError("authority_not_valid", detail, [FieldError("/authority", "authority_not_valid", detail)])
    twice = sorted(code for code, times in Counter(member.code for member in members).items() if times > 1)
    if twice:
        detail = f"More than one version is valid on {period.starts_on.isoformat()} of: {', '.join(twice[:20])}."
        raise InvalidError("overlapping_validity", detail, [FieldError("/starts_on", "overlapping_validity", detail)])
    return members


def require_usable(period: PeriodRow, levels: Sequence[LevelOfPeriod]) -> None:
    """Refuse frameworks that are not published or for another level, and levels that do not exist on the first day.

    All of them at once; what is in conflict decides the code.
    """
    conflicts: list[FieldError] = []
    invalid: list[FieldError] = []
    for index, level in enumerate(levels):
        at = f"/levels/{index}"
        if level.status != "published":
            detail = f"Framework '{level.framework}' is {level.status}, not published."
            conflicts.append(FieldError(f"{at}/framework", "framework_not_published", detail))
        elif level.framework_level_id != level.level_id:  # it was a draft yet when the period named it
            detail = f"Framework '{level.framework}' is not for level '{level.level}'."
            conflicts.append(FieldError(f"{at}/framework", "framework_level_differs", detail))
        if not is_valid(level, period.starts_on):
            detail = f"Level '{level.level}' is not valid on {period.starts_on.isoformat()}."
            invalid.append(FieldError(f"{at}/level", "level_not_valid", detail))
    if conflicts:
        raise ConflictError(conflicts[0].code, conflicts[0].detail, [*conflicts, *invalid])
    if invalid:
        raise InvalidError("level_not_valid", invalid[0].detail, invalid)


def require_known(entries: Mapping[int, RosterEntryOfPeriod], taking_part: set[int]) -> None:
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
    period_id: int, members: Sequence[SubtreeMember], entries: Mapping[int, RosterEntryOfPeriod]
) -> Iterator[dict[str, Any]]:
    """The participant rows of one level."""
    for member in members:
        entry = entries.get(member.unit_id)
        if entry is not None and entry.excluded:
            continue
        group, ranked = (entry.group, entry.ranked) if entry else (None, True)
        yield frozen(period_id, member) | {"group": group, "ranked": ranked}


def frozen(period_id: int, member: SubtreeMember) -> dict[str, Any]:
    """What a participant's row takes from the tree of units."""
    return {
        "period_id": period_id,
        "unit_id": member.unit_id,
        "level_id": member.level_id,
        "code": member.code,
        "name": member.name,
        "sort_key": member.sort_key,
        "parent": member.parent,
        "ancestors": list(member.ancestors),
        "traits": list(member.traits),
    }


async def start_chain(session: AsyncSession, period: PeriodRow, roster: FrozenRoster, actor: str) -> None:
    """The first event of a cohort: its framework by hash, its benchmarks, and its whole roster."""
    level = roster.level
    cohort = await get_cohort(session, period.code, level.level)
    kept = ("code", "name", "parent", "traits", "group", "ranked")
    goalposts = ("indicator", "min", "max", "best", "source")
    data = {
        "framework": level.framework,
        "content_hash": level.content_hash,
        "benchmarks": [
            {field: getattr(benchmark, field) for field in goalposts}
            for benchmark in await repository.list_benchmarks(session, period.id, level.level)
        ],
        "roster": [{field: row[field] for field in kept} for row in roster.rows],
    }
    link = await lock_cohort(session, cohort)
    await record_cohort(session, cohort, link, actor=actor, type="cohort.opened", data=data)
