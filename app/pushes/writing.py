"""Changes of one cohort written under its lock: answers, scores, one event."""

from collections.abc import Mapping, Sequence
from functools import partial

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.pending import Pending
from app.kernel.threads import aside, beside
from app.periods.recording import record_cohort
from app.pushes import repository
from app.pushes.deciding import Change
from app.pushes.rows import Rows, StoredAnswers, Work, rows_of, stored_after
from app.pushes.telling import told
from app.scores.rebuild import score_bases, settle
from app.scores.refresh import UnitChange, refresh
from app.scores.repository import load_figures, participants_of

# Scoring unit by unit costs a few statements each, scoring anew as much as the cohort is large. So many units, or
# such a part of a larger cohort, are still scored one by one.
FEW_UNITS = 8
SMALL_PART = 8

Points = Mapping[int, int]
"""In millionths, by unit."""


async def write(session: AsyncSession, work: Work) -> tuple[int, Points | None]:
    """Store what is not yet stored of the changes, bring everybody's scores up to date, record it.

    The cohort's new version; and everybody's points on the assessed basis by unit, where they were all made anew.
    """
    if work.after is None:
        await write_one_by_one(session, work)
        data, points = await aside(len(work.changes), told, work.changes, work.source), None
    else:
        data, points = await write_together(session, work, work.after)
    cohort = work.scored.cohort
    version = await record_cohort(session, cohort, work.link, actor=work.actor, type="values.pushed", data=data)
    return version, points


def grouped(changes: Sequence[Change]) -> dict[int, list[Change]]:
    """Changes by unit, in their order."""
    by_unit: dict[int, list[Change]] = {}
    for change in changes:
        by_unit.setdefault(change.placed.target.unit_id, []).append(change)
    return by_unit


def is_small(units: int, cohort: int) -> bool:
    """Whether the incremental path is the cheaper one, for so many units of a cohort of that size."""
    return units <= FEW_UNITS or units * SMALL_PART <= cohort


async def write_one_by_one(session: AsyncSession, work: Work) -> None:
    """Each unit as its own report would be: what one moves is settled before the next is stored."""
    by_unit = await aside(len(work.changes), grouped, work.changes)
    answers = await repository.list_answers(session, work.scored, list(by_unit))
    for unit_id, changes in by_unit.items():
        await put(session, work, rows_of(work, changes))
        before = answers[unit_id]
        after = {**before, **{change.leaf.code: stored_after(change, work.source) for change in changes}}
        pending = Pending()
        change = UnitChange(unit_id, work.units[unit_id].traits, before, after)
        await refresh(session, work.scored, change, pending)
        await pending.send(session)


async def write_together(session: AsyncSession, work: Work, after: StoredAnswers) -> tuple[bytes, Points]:
    """The cohort scored anew from its answers in memory; the event's data, and the points.

    The database stores the last answers while a thread scores them all, and the scores while another writes the event.
    """
    units = await participants_of(session, work.scored.cohort)
    benchmarks = (await load_figures(session, work.scored))["self"].benchmarks
    storing = put(session, work, work.rows)
    scores = await beside(lambda: score_bases(work.scored, units, after, benchmarks), storing)
    after.clear()  # as large as the cohort
    assessed = next(score for basis, _, score in scores if basis == "assessed")
    points = {int(unit): int(card.total.scaleb(6)) for unit, card in assessed.units.items()}
    data = await beside(partial(tell_last, work), settle(session, work.scored, scores))
    return data, points


def tell_last(work: Work) -> bytes:
    """What the event tells of the changes, which are let go of."""
    data = told(work.changes, work.source)
    work.changes.clear()
    return data


async def put(session: AsyncSession, work: Work, rows: Rows) -> None:
    """Write answers: what is new is copied in, what is known is changed. Their submissions get their next revision."""
    if rows.units:
        head = (work.scored.cohort, work.link, work.actor, work.source)
        await repository.touch(session, work.scored.cohort, rows.units, work.link.now)
        await repository.copy_reported(session, *head, rows.new)
        await repository.upsert_reported(session, *head, rows.known)
        await repository.upsert_awarded(session, *head, rows.awarded)
