"""Changes of one cohort written under its lock: answers, scores, one event."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Link
from app.kernel.canonical import dumps
from app.kernel.pending import Pending
from app.periods.recording import record_cohort
from app.periods.windows import exact
from app.pushes import repository
from app.pushes.deciding import Change
from app.pushes.repository import AwardedRow, ReportedRow, UnitState
from app.scores.cohort import ScoredCohort
from app.scores.rebuild import rebuild
from app.scores.refresh import UnitChange, refresh
from app.scores.repository import array_text
from app.scores.stored import NOTHING, StoredAnswer, compared_values

# Scoring unit by unit costs a few statements each, scoring anew as much as the cohort is large. So many units, or
# such a part of a larger cohort, are still scored one by one.
FEW_UNITS = 8
SMALL_PART = 8


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be written into one locked cohort; `actor` and `source` are who sends it, and from where."""

    scored: ScoredCohort
    link: Link
    units: Mapping[int, UnitState]
    changes: Sequence[Change]
    actor: str
    source: str | None


async def write(session: AsyncSession, work: Work) -> int:
    """Store the changes, bring everybody's scores up to date, record it; the cohort's new version."""
    by_unit: dict[int, list[Change]] = {}
    for change in work.changes:
        by_unit.setdefault(change.placed.target.unit_id, []).append(change)
    await repository.touch(session, work.scored.cohort, list(by_unit), work.link.now)
    if await is_small(session, work, len(by_unit)):
        await write_one_by_one(session, work, by_unit)
    else:
        await store(session, work, work.changes)
        await rebuild(session, work.scored.cohort)
    data = {"source": work.source, "values": [told(change) for change in work.changes]}
    cohort = work.scored.cohort
    return await record_cohort(session, cohort, work.link, actor=work.actor, type="values.pushed", data=data)


async def is_small(session: AsyncSession, work: Work, units: int) -> bool:
    """Whether the incremental path is the cheaper one."""
    return units <= FEW_UNITS or units * SMALL_PART <= await repository.count_units(session, work.scored.cohort)


async def write_one_by_one(session: AsyncSession, work: Work, by_unit: Mapping[int, Sequence[Change]]) -> None:
    """Each unit as its own report would be: what one moves is settled before the next is stored."""
    answers = await repository.list_answers(session, work.scored, list(by_unit))
    for unit_id, changes in by_unit.items():
        await store(session, work, changes)
        before = answers[unit_id]
        after = {**before, **{change.leaf.code: stored_after(work, change) for change in changes}}
        pending = Pending()
        change = UnitChange(unit_id, work.units[unit_id].traits, before, after)
        await refresh(session, work.scored, change, pending)
        await pending.send(session)


async def store(session: AsyncSession, work: Work, changes: Sequence[Change]) -> None:
    """Write the answers."""
    reported, awarded = await asyncio.to_thread(rows_of, work, changes)
    head = (work.scored.cohort, work.link, work.actor, work.source)
    await repository.upsert_reported(session, *head, reported)
    await repository.upsert_awarded(session, *head, awarded)


def rows_of(work: Work, changes: Sequence[Change]) -> tuple[list[ReportedRow], list[AwardedRow]]:
    """The reported values and the awarded points among the changes, as they are stored."""
    reported = [reported_row(work, change) for change in changes if change.placed.points is None]
    awarded = [awarded_row(work, change) for change in changes if change.placed.points is not None]
    return reported, awarded


def stored_after(work: Work, change: Change) -> StoredAnswer:
    """The leaf's answer, as far as scores depend on it, once the change is written."""
    known = NOTHING if change.known.reported is None and change.known.verdict is None else change.known.scored
    if change.placed.points is None:
        return known._replace(reported=change.placed.inputs)
    points = change.placed.points
    return known._replace(verdict="adjust", assessed=None, awarded=points, exemption=None, reason=work.source)


def figure_texts(work: Work, change: Change) -> dict[str, str | None]:
    """What the leaf gives to the cohort's figures, as PostgreSQL reads arrays."""
    traits = work.units[change.placed.target.unit_id].traits
    values = compared_values(work.scored.framework, change.leaf, traits, stored_after(work, change))
    return {column: None if found is None else array_text(found) for column, found in values.items()}


def reported_row(work: Work, change: Change) -> ReportedRow:
    """A reported value as it is stored. Another value makes the verdict on it outdated, and has no note."""
    given, known, texts = change.placed.given, change.known, figure_texts(work, change)
    return ReportedRow(
        unit_id=change.placed.target.unit_id,
        indicator_id=work.scored.indicator_id(change.leaf.code),
        reported=dumps(change.placed.inputs),
        note=None if change.moves else known.note,
        sequence=given.sequence,
        observed_at=given.observed_at,
        self_values=texts["self_values"],
        assessed_values=texts["assessed_values"],
        review_outdated=known.verdict is not None if change.moves else known.review_outdated,
    )


def awarded_row(work: Work, change: Change) -> AwardedRow:
    """Awarded points as they are stored: a reviewer's verdict, whatever was said before."""
    given = change.placed.given
    return AwardedRow(
        unit_id=change.placed.target.unit_id,
        indicator_id=work.scored.indicator_id(change.leaf.code),
        awarded=str(change.placed.points),
        sequence=given.sequence,
        observed_at=given.observed_at,
        assessed_values=figure_texts(work, change)["assessed_values"],
    )


def told(change: Change) -> dict[str, Any]:
    """One changed value as the event tells it."""
    placed, given = change.placed, change.placed.given
    value = {"inputs": placed.inputs} if placed.points is None else {"points": placed.points}
    observed_at = None if given.observed_at is None else exact(given.observed_at)
    leaf = {"unit": placed.target.code, "indicator": change.leaf.code}
    return {**leaf, **value, "sequence": given.sequence, "observed_at": observed_at}
