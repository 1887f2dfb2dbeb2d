"""The way of one write: lock the cohort, store, score, record. Each verb of the feature goes this way."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Link
from app.kernel.conditional import check_if_match, check_if_none_match
from app.kernel.errors import ConflictError
from app.kernel.pending import Pending
from app.periods.cohorts import lock_cohort
from app.periods.participants import Participant, not_taking_part
from app.periods.recording import record_cohort
from app.scores.cohort import ScoredCohort
from app.scores.refresh import OwnScore, UnitChange, refresh
from app.scores.stored import Basis, StoredAnswer, compared_values
from app.scoring import Indicator
from app.submissions import repository
from app.submissions.repository import AnswerRecord, SubmissionState


@dataclass(frozen=True, slots=True)
class Preconditions:
    """What the caller holds true of the submission's revision: `If-Match` and `If-None-Match`."""

    if_match: str | None = None
    if_none_match: str | None = None

    def check(self, revision: int) -> None:
        """PreconditionFailedError when it is not so. Revision 0 means that nothing has been written."""
        check_if_match(self.if_match, revision)
        check_if_none_match(self.if_none_match, revision or None)


@dataclass(frozen=True, slots=True)
class Locked:
    """One unit's submission as it stands under the cohort's lock; `stored` is what scores depend on, by leaf.

    `pending` are the writes that go out with the event.
    """

    participant: Participant
    scored: ScoredCohort
    link: Link
    state: SubmissionState
    records: Mapping[str, AnswerRecord]
    stored: Mapping[str, StoredAnswer]
    pending: Pending

    @property
    def now(self) -> datetime:
        """The time of this write, by the database's clock."""
        return self.link.now

    def values(self, leaf: Indicator, answer: StoredAnswer) -> dict[str, Any]:
        """What the leaf gives to the cohort's figures, by column; null where it gives nothing."""
        return compared_values(self.scored.framework, leaf, self.participant.traits, answer)


@dataclass(frozen=True, slots=True)
class Written:
    """What a write left: the submission's state and answers, and the unit's scores; None where nothing changed."""

    state: SubmissionState
    records: Mapping[str, AnswerRecord]
    scores: Mapping[Basis, OwnScore] | None


async def lock(
    session: AsyncSession, participant: Participant, scored: ScoredCohort, preconditions: Preconditions
) -> Locked:
    """Wait for the cohort and read the submission as the writer before left it.

    NotFoundError `participant_not_found` when the unit has left the roster meanwhile.
    """
    link = await lock_cohort(session, participant.cohort)
    state, answers = await repository.read(session, participant)
    if state.traits is None:
        raise not_taking_part(participant.cohort.period, participant.code)
    participant = replace(participant, traits=frozenset(state.traits))
    preconditions.check(state.revision)
    leaves = scored.leaf_by_id()
    records = {leaves[answer.indicator_id].code: answer for answer in answers}
    stored = {code: record.scored for code, record in records.items()}
    return Locked(participant, scored, link, state, records, stored, Pending())


def require_reporting(locked: Locked) -> None:
    """ConflictError as `Windows.require_reporting`, or `submission_not_editable`, unless the unit may report now."""
    state = locked.state
    state.windows.require_reporting(locked.participant.cohort.period, locked.now)
    if state.status not in {"draft", "returned"}:
        detail = f"The submission is {state.status}; a reviewer can return it."
        raise ConflictError("submission_not_editable", detail)


def require_reviewing(locked: Locked) -> None:
    """ConflictError as `Windows.require_reviewing` unless reviewers may judge now."""
    locked.state.windows.require_reviewing(locked.participant.cohort.period, locked.now)


async def rescore(session: AsyncSession, locked: Locked, after: Mapping[str, StoredAnswer]) -> dict[Basis, OwnScore]:
    """Score the unit, and whomever it moves, now that its answers are `after`."""
    participant = locked.participant
    change = UnitChange(participant.unit_id, participant.traits, locked.stored, after)
    return await refresh(session, locked.scored, change, locked.pending)


async def record(session: AsyncSession, locked: Locked, actor: str, event: str, data: Mapping[str, Any]) -> int:
    """Append the event of this write to the cohort's chain; return the cohort's new version."""
    participant = locked.participant
    return await record_cohort(
        session,
        participant.cohort,
        locked.link,
        actor=actor,
        type=event,
        data={"unit": participant.code, **data},
        unit_id=participant.unit_id,
        pending=locked.pending,
    )


def row_to_store(locked: Locked, leaf: Indicator, answer: StoredAnswer, note: str | None) -> dict[str, Any]:
    """One reported answer as the repository takes it."""
    return {
        "indicator_id": locked.scored.indicator_id(leaf.code),
        "reported": answer.reported,
        "note": note,
        **locked.values(leaf, answer),
    }
