"""Reporting: a unit's answers replaced, changed and withdrawn."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.periods.participants import Participant
from app.scores.cohort import load
from app.scores.stored import NOTHING, StoredAnswer
from app.submissions import repository
from app.submissions.checking import Change, check_changes
from app.submissions.repository import AnswerRecord, SubmissionState
from app.submissions.schemas import SubmissionWrite
from app.submissions.writing import (
    Locked,
    Preconditions,
    Written,
    lock,
    record,
    require_reporting,
    rescore,
    row_to_store,
)


async def replace_answers(
    session: AsyncSession,
    client: Client,
    participant: Participant,
    body: SubmissionWrite,
    preconditions: Preconditions,
) -> Written:
    """Replace all reported answers of a unit: leaves that the body does not name are withdrawn."""
    locked, changes = await begin(session, client, participant, body, preconditions)
    named = {change.leaf.code for change in changes}
    withdrawn = [
        Change(locked.scored.framework.by_code[code], None, None)
        for code, kept in locked.records.items()
        if kept.reported is not None and code not in named
        if client.indicators is None or code in client.indicators
    ]
    return await report(session, client, locked, [*changes, *withdrawn])


async def change_answers(
    session: AsyncSession,
    client: Client,
    participant: Participant,
    body: SubmissionWrite,
    preconditions: Preconditions,
) -> Written:
    """Change the answers that the body names, and leave the others."""
    locked, changes = await begin(session, client, participant, body, preconditions)
    return await report(session, client, locked, changes)


async def begin(
    session: AsyncSession, client: Client, participant: Participant, body: SubmissionWrite, preconditions: Preconditions
) -> tuple[Locked, list[Change]]:
    """Check every answer before anything is locked, then wait for the cohort."""
    scored = await load(session, participant.cohort)
    changes = check_changes(scored.framework, client, body.answers)
    return await lock(session, participant, scored, preconditions), changes


async def report(session: AsyncSession, client: Client, locked: Locked, changes: Sequence[Change]) -> Written:
    """Store what differs from what is stored, score it and record it; nothing happens when nothing differs."""
    require_reporting(locked)
    effective = [change for change in changes if differs(locked, change)]
    if not effective:
        return Written(locked.state, locked.records, None)
    after = {**locked.stored, **reported_now(locked, effective)}
    state = replace(locked.state, revision=locked.state.revision + 1, updated_at=locked.now)
    await store(session, client, locked, effective, after, state)
    scores = await rescore(session, locked, after)
    data = {"answers": [{"indicator": c.leaf.code, "inputs": c.inputs, "note": c.note} for c in effective]}
    version = await record(session, locked, client.id, "answers.reported", data)
    return Written(replace(state, version=version), records_after(locked, client, effective), scores)


def reported_now(locked: Locked, changes: Sequence[Change]) -> dict[str, StoredAnswer]:
    """The changed answers as scores will see them, by leaf code."""
    return {c.leaf.code: locked.stored.get(c.leaf.code, NOTHING)._replace(reported=c.inputs) for c in changes}


async def store(
    session: AsyncSession,
    client: Client,
    locked: Locked,
    changes: Sequence[Change],
    after: Mapping[str, StoredAnswer],
    state: SubmissionState,
) -> None:
    """Write the given answers and the submission's new state, and take the withdrawn ones back."""
    rows = [row_to_store(locked, change.leaf, after[change.leaf.code], change.note) for change in changes]
    given = [row for row in rows if row["reported"] is not None]
    gone = [row for row in rows if row["reported"] is None]
    locked.pending.add(*repository.reported(locked.participant, given, client.id, state))
    if gone:
        await locked.pending.send(session)
        await repository.withdraw(session, locked.participant, gone, client.id, locked.now)


def records_after(locked: Locked, client: Client, changes: Sequence[Change]) -> dict[str, AnswerRecord]:
    """The stored answers as this write leaves them."""
    records = dict(locked.records)
    for change in changes:
        code = change.leaf.code
        known = records.pop(code, None) or AnswerRecord(locked.scored.indicator_id(code))
        if change.inputs is None and known.verdict is None:
            continue
        records[code] = known.reported_anew(change.inputs, change.note, client.id, locked.now)
    return records


def differs(locked: Locked, change: Change) -> bool:
    """Whether a change says anything that is not stored already."""
    known = locked.records.get(change.leaf.code)
    if known is None:
        return change.inputs is not None
    return known.reported != change.inputs or known.note != change.note
