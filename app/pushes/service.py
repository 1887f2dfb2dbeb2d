"""A push: its values are read, the cohorts locked in one order, all of it checked and written or told why not."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.collector import collector_at_rest
from app.kernel.threads import aside
from app.periods import repository as periods
from app.periods.cohorts import list_cohorts
from app.periods.participants import require_opened
from app.pushes import repository
from app.pushes.checking import Findings, Leaves, Roster, require_scopes, seat
from app.pushes.deciding import Outcome
from app.pushes.effects import moved
from app.pushes.judging import Judge
from app.pushes.ledger import go_through
from app.pushes.locking import Locked, check_standing, lock_all
from app.pushes.progress import DECIDED, READ, reached, written
from app.pushes.reading import UnusualError, read_with_care
from app.pushes.refusing import refusal
from app.pushes.rows import Work
from app.pushes.schemas import PushCounts, PushEffect, PushQuery, PushReport, PushWrite
from app.pushes.values import Given, read_values
from app.pushes.writing import FEW_UNITS, is_small, write
from app.scores.cohort import load
from app.units.repository import list_codes

MANY = 10_000
"""From so many values on a transaction may be left waiting for work of the processor."""


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
    with collector_at_rest():
        try:
            return await carry_out(session, client, body, query)
        except UnusualError:
            return await carry_out(session, client, await asyncio.to_thread(read_with_care, body), query)


async def carry_out(session: AsyncSession, client: Client, body: PushWrite, query: PushQuery) -> PushReport:
    """Do it, in a savepoint: a dry run goes back to it, and so does whoever has to begin anew.

    Where there are few values they are all checked before any is written.
    """
    if len(body.values) <= FEW_UNITS and not query.dry_run:
        return await do(session, client, body, query)
    async with session.begin_nested() as trial:
        report = await do(session, client, body, query)
        if query.dry_run:
            await trial.rollback()
    return report


async def do(session: AsyncSession, client: Client, body: PushWrite, query: PushQuery) -> PushReport:
    """Read, lock, check, decide, write, score. Many values are gone through in a thread, beside the other requests."""
    received = len(body.values)
    if received > MANY:
        await repository.allow_pauses(session)
    given, unreadable = await aside(received, read_values, body.values)
    units = await aside(received, named_units, client, given)
    reached(READ)
    outcomes = Outcomes(Findings(unreadable, {error.index for error in unreadable}))
    roster = await read_roster(session, client, body.period, query.unit_scheme, units)
    seats = await aside(received, seat, roster, given, outcomes.findings)
    del given
    locked = await lock_all(session, roster, seats)
    await aside(received, check_standing, roster, locked, outcomes.findings)
    works = [await settle(session, client, each, body.source, query, outcomes) for each in locked]
    if outcomes.findings.errors and query.atomic:
        raise refusal(report_of(outcomes, query, PushCounts(received=received, rejected=received)))
    reached(DECIDED)
    for number, work in enumerate(works, 1):
        if work.changes:
            await carry_into(session, client, work, outcomes)
        written(number, len(works))
    return report_of(outcomes, query, counted(outcomes, received))


def named_units(client: Client, given: Sequence[Given]) -> set[str]:
    """The units that the values name, if the client may send such values at all."""
    require_scopes(client, given)
    return {value.unit for value in given}


async def read_roster(
    session: AsyncSession, client: Client, period: str, scheme: str | None, units: Iterable[str]
) -> Roster:
    """The units of these names, and the period's cohorts in the order in which they are locked.

    NotFoundError `period_not_found`; ConflictError `period_not_open` while the period is a draft.
    """
    await require_opened(session, period)
    row = await periods.get(session, period)
    codes = {unit: unit for unit in units}
    if scheme is not None:
        codes = await list_codes(session, sorted(codes), scheme, row.starts_on)
    targets = await repository.list_targets(session, client, row.id, sorted(set(codes.values())))
    cohorts = {cohort.level_id: await load(session, cohort) for cohort in await list_cohorts(session, period)}
    return Roster(period, scheme, {name: targets[code] for name, code in codes.items() if code in targets}, cohorts)


async def settle(
    session: AsyncSession, client: Client, locked: Locked, source: str | None, query: PushQuery, outcomes: Outcomes
) -> Work:
    """Decide what becomes of each value of one cohort, as the writer before left it. Much is written at once."""
    scored, units = locked.scored, list(locked.values)
    outcomes.versions[scored.cohort.level] = locked.link.version
    judge = Judge(Leaves(client, scored), source, query.atomic, outcomes.findings, outcomes.counts)
    work = Work(scored, locked.link, locked.units, client.id, source)
    if len(units) <= FEW_UNITS or is_small(len(units), await repository.count_units(session, scored.cohort)):
        values = list(locked.all())
        await aside(len(values), judge.check, values)
        leaves = {value.leaf.id for value in values if value.leaf}
        records = await repository.list_records(session, scored.cohort, units, list(leaves))
        work.changes = await aside(len(values), judge.decide, values, records)
    else:
        await go_through(session, work, judge, locked.values)
    judge.leaves.forget()
    return work


async def carry_into(session: AsyncSession, client: Client, work: Work, outcomes: Outcomes) -> None:
    """Write the changes of one cohort, and see whom they move."""
    cohort = work.scored.cohort
    before = await repository.read_standings(session, cohort)
    own = {change.placed.target.unit_id for change in work.changes if change.moves}
    version, points = await write(session, work)
    outcomes.versions[cohort.level] = version
    if points is None:
        points = {**before.points, **await repository.list_rescored(session, cohort, version)}
    outcomes.effects += await moved(session, client, work.scored, before, points, own)


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
