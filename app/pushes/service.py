"""A push: its values are read and checked, the cohorts locked in one order, all of it written or told why not."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.periods import repository as periods
from app.periods.cohorts import list_cohorts
from app.periods.participants import require_opened
from app.pushes import repository
from app.pushes.checking import Findings, Roster, place, require_scopes
from app.pushes.deciding import Outcome, decide_all, latest
from app.pushes.effects import moved, standings
from app.pushes.locking import Locked, check_standing, lock_all
from app.pushes.progress import CHECKED, DECIDED, READ, reached, written
from app.pushes.refusing import refusal
from app.pushes.schemas import PushCounts, PushEffect, PushQuery, PushReport, PushWrite
from app.pushes.values import Given, read_values
from app.pushes.writing import Work, write
from app.scores.cohort import load
from app.units.repository import list_codes


@dataclass(slots=True)
class Outcomes:
    """What has become of a push so far. `versions` are by level."""

    findings: Findings
    counts: Counter[Outcome] = field(default_factory=Counter)
    versions: dict[str, int] = field(default_factory=dict)
    effects: list[PushEffect] = field(default_factory=list)


async def push(session: AsyncSession, client: Client, body: PushWrite, query: PushQuery) -> PushReport:
    """Carry a push out, or try it: a dry run does the very same and takes it back, locks included.

    ForbiddenError `insufficient_scope`; NotFoundError `period_not_found`; ConflictError `period_not_open` and as
    `check_standing` says; InvalidError `values_rejected` with the report, for an atomic push with anything wrong.
    """
    if not query.dry_run:
        return await carry_out(session, client, body, query)
    async with session.begin_nested() as trial:
        report = await carry_out(session, client, body, query)
        await trial.rollback()
    return report


async def carry_out(session: AsyncSession, client: Client, body: PushWrite, query: PushQuery) -> PushReport:
    """Check, lock, decide, write. Many values are read and checked in a thread, beside the other requests."""
    received = len(body.values)
    given, unreadable = await asyncio.to_thread(read_values, body.values)
    reached(READ)
    require_scopes(client, given)
    outcomes = Outcomes(Findings(unreadable, {error.index for error in unreadable}))
    roster = await read_roster(session, client, body.period, query.unit_scheme, given)
    placed = await asyncio.to_thread(place, client, roster, body.source, given, outcomes.findings)
    reached(CHECKED)
    locked = await lock_all(session, roster, placed)
    check_standing(roster, locked, outcomes.findings)
    works = [await settle(session, client, each, body.source, outcomes) for each in locked]
    if outcomes.findings.errors and query.atomic:
        raise refusal(report_of(outcomes, query, PushCounts(received=received, rejected=received)))
    reached(DECIDED)
    for number, work in enumerate(works, 1):
        if work.changes:
            await carry_into(session, client, work, outcomes)
        written(number, len(works))
    return report_of(outcomes, query, counted(outcomes, received))


async def read_roster(
    session: AsyncSession, client: Client, period: str, scheme: str | None, given: Sequence[Given]
) -> Roster:
    """The units that the values name, and the period's cohorts in the order in which they are locked.

    NotFoundError `period_not_found`; ConflictError `period_not_open` while the period is a draft.
    """
    await require_opened(session, period)
    row = await periods.get(session, period)
    codes = {value.unit: value.unit for value in given}
    if scheme is not None:
        codes = await list_codes(session, sorted(codes), scheme, row.starts_on)
    targets = await repository.list_targets(session, client, row.id, sorted(set(codes.values())))
    cohorts = {cohort.level_id: await load(session, cohort) for cohort in await list_cohorts(session, period)}
    return Roster(period, scheme, {name: targets[code] for name, code in codes.items() if code in targets}, cohorts)


async def settle(session: AsyncSession, client: Client, locked: Locked, source: str | None, outcomes: Outcomes) -> Work:
    """Decide what becomes of each value of one cohort, as the writer before left it."""
    scored, found = locked.scored, outcomes.findings
    outcomes.versions[scored.cohort.level] = locked.link.version
    sound = [each for each in locked.values if each.given.position not in found.rejected]
    values = await asyncio.to_thread(latest, sound, found, outcomes.counts)
    ids = {leaf.ordinal: indicator_id for indicator_id, leaf in scored.leaf_by_id().items()}
    units, leaves = {each.target.unit_id for each in values}, {ids[each.leaf.ordinal] for each in values if each.leaf}
    records = await repository.list_records(session, scored.cohort, list(units), list(leaves))
    changes = await asyncio.to_thread(decide_all, values, ids, records, source, outcomes.counts)
    return Work(scored, locked.link, locked.units, changes, client.id, source)


async def carry_into(session: AsyncSession, client: Client, work: Work, outcomes: Outcomes) -> None:
    """Write the changes of one cohort, and see whom they move."""
    before = await standings(session, work.scored)
    outcomes.versions[work.scored.cohort.level] = await write(session, work)
    after = await standings(session, work.scored)
    own = {change.placed.target.code for change in work.changes if change.moves}
    outcomes.effects += moved(client, work.scored, before, after, own)


def counted(outcomes: Outcomes, received: int) -> PushCounts:
    """The counts of a push that was let in."""
    counts = outcomes.counts
    return PushCounts(
        received=received,
        created=counts["created"],
        updated=counts["updated"],
        unchanged=counts["unchanged"],
        stale=counts["stale"],
        rejected=len(outcomes.findings.rejected),
    )


def report_of(outcomes: Outcomes, query: PushQuery, counts: PushCounts) -> PushReport:
    """The report; its errors in the order of the values."""
    errors = sorted(outcomes.findings.errors, key=lambda error: error.index)
    taken = counts.received - counts.rejected
    return PushReport(
        status="success" if not errors else "partial" if taken else "rejected",
        dry_run=query.dry_run,
        atomic=query.atomic,
        versions=outcomes.versions,
        counts=counts,
        errors=errors,
        effects=outcomes.effects,
    )
