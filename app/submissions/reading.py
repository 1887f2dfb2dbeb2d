"""Submissions as they are shown."""

from collections.abc import Sequence
from typing import Any, cast

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.periods.participants import Participant, require_opened
from app.scores.cohort import ScoredCohort, load
from app.scoring import answerable, coverage
from app.submissions import repository
from app.submissions.repository import AnswerRecord
from app.submissions.schemas import (
    Answer,
    Review,
    Submission,
    SubmissionsQuery,
    SubmissionStatus,
    SubmissionSummary,
    SubmittingUnit,
    Totals,
)


async def list_submissions(
    session: AsyncSession, client: Client, query: SubmissionsQuery, limit: int, after: Sequence[Any] | None
) -> Sequence[Any]:
    """Rows of a period's submissions within the client's bounds, in Vietnamese order."""
    await require_opened(session, query.period)
    levels = client.levels
    if query.level is not None:
        levels = frozenset({query.level}) if levels is None or query.level in levels else frozenset()
    values: dict[str, Any] = query.model_dump(include={"period", "status", "within"})
    values |= {"bound": client.unit, "levels": None if levels is None else sorted(levels), "limit": limit}
    if after is not None:
        values |= {"name": after[0], "code": after[1]}
    return await repository.list_(session, values)


def summary(row: Any) -> SubmissionSummary:
    """One row of the list."""
    return SubmissionSummary(
        period=row.period,
        unit=SubmittingUnit(code=row.code, name=row.name, parent=row.parent),
        level=row.level,
        status=row.status,
        revision=row.revision,
        submitted_at=row.submitted_at,
        updated_at=row.updated_at,
    )


async def get_submission(session: AsyncSession, participant: Participant) -> Submission:
    """One unit's submission, its answers in the framework's order."""
    scored = await load(session, participant.cohort)
    state = await repository.get_state(session, participant)
    leaves = scored.leaf_by_id()
    records = await repository.list_answers(session, participant)
    records.sort(key=lambda record: leaves[record.indicator_id].ordinal)
    return Submission(
        period=participant.cohort.period,
        unit=SubmittingUnit(code=participant.code, name=participant.name, parent=participant.parent),
        level=participant.cohort.level,
        status=cast("SubmissionStatus", state.status),
        revision=state.revision,
        submitted_at=state.submitted_at,
        updated_at=state.updated_at,
        version=state.version,
        totals=await totals(session, participant, scored),
        answers=[answer(leaves[record.indicator_id].code, record) for record in records],
    )


async def totals(session: AsyncSession, participant: Participant, scored: ScoredCohort) -> dict[Any, Totals]:
    """The unit's points and coverage, by basis."""
    per_node = answerable(scored.framework)
    total = sum((per_node[ordinal] for ordinal in scored.pillars), per_node[0] * 0)
    return {
        row.basis: Totals(points=row.points, coverage=coverage(row.covered, total))
        for row in await repository.totals(session, participant)
    }


def answer(code: str, record: AnswerRecord) -> Answer:
    """One stored answer."""
    return Answer(
        indicator=code,
        inputs=record.reported,
        note=record.note,
        source=record.source,
        sequence=record.sequence,
        observed_at=record.observed_at,
        reported_by=record.reported_by,
        reported_at=record.reported_at,
        review=review(record),
    )


def review(record: AnswerRecord) -> Review | None:
    """The verdict on one answer, where there is one."""
    if record.verdict is None:
        return None
    return Review.model_validate(
        {
            "verdict": record.verdict,
            "inputs": record.assessed,
            "points": record.awarded,
            "exemption": record.exemption,
            "reason": record.reason,
            "reviewed_by": record.reviewed_by,
            "reviewed_at": record.reviewed_at,
            "outdated": record.review_outdated,
        }
    )


def review_of(submission: Submission, indicator: str) -> Review:
    """The verdict that has just been written."""
    found = next(item.review for item in submission.answers if item.indicator == indicator)
    assert found is not None  # noqa: S101 - the same transaction has written it
    return found
