"""Submissions as they are shown: written out by hand, as 63 answers through a schema cost more than scoring them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.periods.naming import code_within
from app.periods.participants import Participant, require_opened
from app.scores.cohort import ScoredCohort, load
from app.scores.refresh import OwnScore
from app.scores.stored import Basis
from app.scoring import Framework, answerable, coverage
from app.submissions import repository
from app.submissions.repository import AnswerRecord, SubmissionState
from app.submissions.schemas import Review, SubmissionsQuery, SubmissionSummary, SubmittingUnit
from app.submissions.writing import Written

Totals = Mapping[str, Mapping[str, Any]]


async def list_submissions(
    session: AsyncSession, client: Client, query: SubmissionsQuery, limit: int, after: Sequence[Any] | None
) -> Sequence[Any]:
    """Rows of a period's submissions within the client's bounds, in Vietnamese order."""
    await require_opened(session, query.period)
    levels = client.levels
    if query.level is not None:
        levels = frozenset({query.level}) if levels is None or query.level in levels else frozenset()
    values: dict[str, Any] = query.model_dump(include={"period", "status"})
    values["within"] = await code_within(session, client, query.period, query.within, query.unit_scheme)
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


async def read_submission(session: AsyncSession, participant: Participant) -> dict[str, Any]:
    """One unit's submission as it stands in the database."""
    scored = await load(session, participant.cohort)
    state, records = await repository.read(session, participant)
    return submission(participant, scored, state, records)


async def read_effect(session: AsyncSession, participant: Participant) -> dict[str, Any]:
    """The same with the unit's points, as this transaction leaves them."""
    scored = await load(session, participant.cohort)
    state, records = await repository.read(session, participant)
    totals = await stored_totals(session, participant, scored)
    return submission(participant, scored, state, records) | effect(state, totals)


async def written_effect(session: AsyncSession, participant: Participant, written: Written) -> dict[str, Any]:
    """The same after a report, from what it left in hand."""
    scored = await load(session, participant.cohort)
    if written.scores is None:
        totals: Totals = await stored_totals(session, participant, scored)
    else:
        totals = own_totals(scored.framework, written.scores)
    return submission(participant, scored, written.state, written.records.values()) | effect(written.state, totals)


def effect(state: SubmissionState, totals: Totals) -> dict[str, Any]:
    """What a write did: the cohort's version, and the unit's points on both bases."""
    return {"version": state.version, "totals": {basis: totals[basis] for basis in ("self", "assessed")}}


async def stored_totals(session: AsyncSession, participant: Participant, scored: ScoredCohort) -> Totals:
    """The unit's stored points and coverage, by basis."""
    rows = await repository.totals(session, participant)
    total = answerable_total(scored.framework)
    return {row.basis: {"points": row.points, "coverage": coverage(row.covered, total)} for row in rows}


def own_totals(framework: Framework, scores: Mapping[Basis, OwnScore]) -> Totals:
    """The unit's points and coverage as they have just been scored, by basis."""
    total = answerable_total(framework)
    return {
        basis: {"points": own.card.total, "coverage": coverage(own.card.total_covered, total)}
        for basis, own in scores.items()
    }


def answerable_total(framework: Framework) -> Any:
    """The points of all leaves that can be answered."""
    per_node = answerable(framework)
    return sum(per_node[pillar.ordinal] for pillar in framework.pillars)


def submission(
    participant: Participant,
    scored: ScoredCohort,
    state: SubmissionState,
    records: Iterable[AnswerRecord],
) -> dict[str, Any]:
    """A submission as the schema `Submission` describes it, its answers in the framework's order."""
    leaves = scored.leaf_by_id()
    ordered = sorted(records, key=lambda record: leaves[record.indicator_id].ordinal)
    return {
        "period": participant.cohort.period,
        "unit": {"code": participant.code, "name": participant.name, "parent": participant.parent},
        "level": participant.cohort.level,
        "status": state.status,
        "revision": state.revision,
        "submitted_at": moment(state.submitted_at),
        "updated_at": moment(state.updated_at),
        "answers": [answer(leaves[record.indicator_id].code, record) for record in ordered],
    }


def answer(code: str, record: AnswerRecord) -> dict[str, Any]:
    """One stored answer."""
    return {
        "indicator": code,
        "inputs": record.reported,
        "note": record.note,
        "source": record.source,
        "sequence": record.sequence,
        "observed_at": moment(record.observed_at),
        "reported_by": record.reported_by,
        "reported_at": moment(record.reported_at),
        "review": review(record),
    }


def review(record: AnswerRecord) -> dict[str, Any] | None:
    """The verdict on one answer, where there is one."""
    if record.verdict is None:
        return None
    return {
        "verdict": record.verdict,
        "inputs": record.assessed,
        "points": record.awarded,
        "exemption": record.exemption,
        "reason": record.reason,
        "reviewed_by": record.reviewed_by,
        "reviewed_at": moment(record.reviewed_at),
        "outdated": record.review_outdated,
    }


def review_of(document: Mapping[str, Any], indicator: str) -> Review:
    """The verdict that has just been written."""
    return Review.model_validate(next(item["review"] for item in document["answers"] if item["indicator"] == indicator))


@lru_cache(256)  # 63 answers mostly share one
def moment(value: datetime | None) -> str | None:
    """A time of the database, which speaks UTC, as RFC 3339."""
    return None if value is None else value.isoformat().replace("+00:00", "Z")
