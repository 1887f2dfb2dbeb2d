"""What can be done to a submission: report, withdraw, submit, return, review."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.errors import ConflictError, FieldError, InvalidError
from app.periods.participants import Participant
from app.scores.cohort import load
from app.scores.stored import NOTHING
from app.submissions import repository
from app.submissions.checking import Change, check_changes, check_review, get_leaf
from app.submissions.schemas import ReviewWrite, SubmissionWrite
from app.submissions.writing import (
    Locked,
    Preconditions,
    Written,
    lock,
    record,
    require_reporting,
    require_reviewing,
    rescore,
    rows_to_store,
    with_reported,
)

# verb → (from which states, to which, whether a reason is obligatory)
TRANSITIONS = {
    "submit": (("draft", "returned"), "submitted", False),
    "return": (("submitted", "verified"), "returned", True),
}


async def replace_answers(
    session: AsyncSession,
    client: Client,
    participant: Participant,
    body: SubmissionWrite,
    preconditions: Preconditions,
) -> Written:
    """Replace all reported answers of a unit: leaves that the body does not name are withdrawn."""
    scored = await load(session, participant.cohort)
    changes = check_changes(scored.framework, client, body.answers)
    locked = await lock(session, participant, scored, preconditions)
    named = {change.leaf.code for change in changes}
    withdrawn = [
        Change(scored.framework.by_code[code], None, None)
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
    scored = await load(session, participant.cohort)
    changes = check_changes(scored.framework, client, body.answers)
    locked = await lock(session, participant, scored, preconditions)
    return await report(session, client, locked, changes)


async def report(session: AsyncSession, client: Client, locked: Locked, changes: Sequence[Change]) -> Written:
    """Store what differs from what is stored, score it and record it; nothing happens when nothing differs."""
    require_reporting(locked)
    effective = [change for change in changes if differs(locked, change)]
    if not effective:
        return Written(locked.state.revision, locked.state.version, None)
    before = locked.stored()
    after = {**before, **{c.leaf.code: with_reported(before.get(c.leaf.code), c.inputs) for c in effective}}
    participant, now = locked.participant, locked.now
    revision = await repository.touch(session, participant, locked.state.status, now)
    given = [(c.leaf, after[c.leaf.code], c.note) for c in effective if c.inputs is not None]
    gone = [(c.leaf, after[c.leaf.code], None) for c in effective if c.inputs is None]
    if given:
        await repository.upsert_reported(session, participant, rows_to_store(locked, given), client.id, now)
    if gone:
        await repository.withdraw(session, participant, rows_to_store(locked, gone), client.id, now)
    scores = await rescore(session, locked, after)
    data = {"answers": [{"indicator": c.leaf.code, "inputs": c.inputs, "note": c.note} for c in effective]}
    version = await record(session, locked, client.id, "answers.reported", data)
    return Written(revision, version, scores)


def differs(locked: Locked, change: Change) -> bool:
    """Whether a change says anything that is not stored already."""
    known = locked.records.get(change.leaf.code)
    if known is None:
        return change.inputs is not None
    return known.reported != change.inputs or known.note != change.note


async def review(
    session: AsyncSession,
    client: Client,
    participant: Participant,
    indicator: str,
    body: ReviewWrite,
    preconditions: Preconditions,
) -> Written:
    """Give a verdict on one leaf. A verdict that stands already in the same words changes nothing."""
    scored = await load(session, participant.cohort)
    leaf = get_leaf(scored.framework, client, indicator)
    verdict = check_review(scored.framework, leaf, body)
    locked = await lock(session, participant, scored, preconditions)
    require_reviewing(locked)
    known = locked.records.get(leaf.code)
    if body.verdict in {"agree", "disagree"} and (known is None or known.reported is None):
        raise ConflictError("nothing_reported", f"'{leaf.code}' has not been reported; there is nothing to judge.")
    assessed = replace(known.scored if known else NOTHING, **verdict)
    before = locked.stored()
    if before.get(leaf.code) == assessed and known is not None and not known.review_outdated:
        return Written(locked.state.revision, locked.state.version, None)
    revision = await repository.touch(session, participant, locked.state.status, locked.now)
    row = {**verdict, "indicator_id": scored.indicator_id(leaf.code)}
    row["assessed_values"] = locked.values(leaf, assessed)["assessed_values"]
    await repository.upsert_review(session, participant, row, client.id, locked.now)
    scores = await rescore(session, locked, {**before, leaf.code: assessed})
    version = await record(session, locked, client.id, "answer.reviewed", {"indicator": leaf.code, **verdict})
    return Written(revision, version, scores)


async def move(
    session: AsyncSession,
    client: Client,
    participant: Participant,
    verb: str,
    reason: str | None,
    preconditions: Preconditions,
) -> Written:
    """Take a submission to its next state. ConflictError `wrong_status`; InvalidError `missing_reason`."""
    allowed, status, needs_reason = TRANSITIONS[verb]
    if needs_reason and reason is None:
        error = FieldError("/reason", "missing_reason", f"To {verb} a submission takes a reason.")
        raise InvalidError("missing_reason", error.detail, [error])
    scored = await load(session, participant.cohort)
    locked = await lock(session, participant, scored, preconditions)
    state = locked.state
    require_open_for(verb, locked)
    if state.status not in allowed:
        raise ConflictError("wrong_status", f"The submission is {state.status}; {verb} takes {' or '.join(allowed)}.")
    submitted_at = locked.now if status == "submitted" else None
    revision = await repository.touch(session, participant, status, locked.now, submitted_at)
    data: dict[str, Any] = {"from": state.status, "to": status, "reason": reason}
    version = await record(session, locked, client.id, "submission.status_changed", data)
    return Written(revision, version, None)


def require_open_for(verb: str, locked: Locked) -> None:
    """Units submit while the period is open; reviewers return until it is published."""
    if verb == "submit" and locked.state.period_status != "open":
        cohort = locked.participant.cohort
        raise ConflictError("period_not_open", f"Period '{cohort.period}' is {locked.state.period_status}.")
    require_reviewing(locked)
