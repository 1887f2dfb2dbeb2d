"""What is done to a submission beside reporting: it is submitted, returned, reviewed."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.errors import ConflictError, FieldError, InvalidError
from app.periods.participants import Participant
from app.scores.cohort import load
from app.scores.stored import NOTHING
from app.submissions import repository
from app.submissions.checking import check_review, get_leaf
from app.submissions.schemas import ReviewWrite
from app.submissions.writing import Locked, Preconditions, lock, record, require_reviewing, rescore
from app.webhooks.announcing import submission_moved

# verb → (from which states, to which, whether a reason is obligatory)
TRANSITIONS = {
    "submit": (("draft", "returned"), "submitted", False),
    "return": (("submitted", "verified"), "returned", True),
}


async def review(
    session: AsyncSession,
    client: Client,
    participant: Participant,
    indicator: str,
    body: ReviewWrite,
    preconditions: Preconditions,
) -> None:
    """Give a verdict on one leaf. A verdict that stands already in the same words changes nothing."""
    scored = await load(session, participant.cohort)
    leaf = get_leaf(scored.framework, client, indicator)
    verdict = check_review(scored.framework, leaf, body)
    locked = await lock(session, participant, scored, preconditions)
    require_reviewing(locked)
    known = locked.records.get(leaf.code)
    if body.verdict in {"agree", "disagree"} and (known is None or known.reported is None):
        raise ConflictError("nothing_reported", f"'{leaf.code}' has not been reported; there is nothing to judge.")
    assessed = locked.stored.get(leaf.code, NOTHING)._replace(**verdict)
    if locked.stored.get(leaf.code) == assessed and known is not None and not known.review_outdated:
        return
    await repository.touch(session, participant, locked.state.status, locked.now)
    row = {**verdict, "indicator_id": scored.indicator_id(leaf.code)}
    row["assessed_values"] = locked.values(leaf, assessed)["assessed_values"]
    await repository.upsert_review(session, participant, row, client.id, locked.now)
    await rescore(session, locked, {**locked.stored, leaf.code: assessed})
    await record(session, locked, client.id, "answer.reviewed", {"indicator": leaf.code, **verdict})


async def move(
    session: AsyncSession,
    client: Client,
    participant: Participant,
    verb: str,
    reason: str | None,
    preconditions: Preconditions,
) -> None:
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
    await repository.touch(session, participant, status, locked.now, submitted_at)
    told = (participant.unit_id, participant.code, status, locked.link.version + 1, locked.now)
    locked.pending.add(submission_moved(participant.cohort, *told))
    data: dict[str, Any] = {"from": state.status, "to": status, "reason": reason}
    await record(session, locked, client.id, "submission.status_changed", data)


def require_open_for(verb: str, locked: Locked) -> None:
    """Units submit while they may report; reviewers return while they may judge."""
    if verb == "submit":
        locked.state.windows.require_reporting(locked.participant.cohort.period, locked.now)
    else:
        require_reviewing(locked)
