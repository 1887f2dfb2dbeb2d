"""Scorecards, receipts, aggregates, and the opening of a period, which scores everybody once."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.clients.access import Admin, Reader
from app.kernel.conditional import IfMatch, IfNoneMatch, check_if_match, etag, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.schema import IndicatorCode
from app.periods import service as periods
from app.periods.cohorts import get_visible_cohort, list_cohorts
from app.periods.naming import code_within
from app.periods.repository import lock
from app.periods.router.parameters import NOT_MODIFIED, PeriodRef, ReadableParticipant
from app.periods.schemas import Period
from app.scores import reading
from app.scores.aggregates import get_aggregates
from app.scores.cohort import load
from app.scores.rebuild import rebuild
from app.scores.schemas import Aggregates, AggregatesQuery, Receipt, Scorecard
from app.scores.stored import Basis

router = APIRouter(tags=["scores"], responses=problem_responses(404))


@router.post("/periods/{period}/open", tags=["periods"], responses=problem_responses(409, 412))
async def open_period(
    response: Response, session: WriteSession, client: Admin, period: PeriodRef, if_match: IfMatch
) -> Period:
    """Open a draft: freeze the roster as units stood on `starts_on`, and score everybody once."""
    row = await lock(session, period)
    check_if_match(if_match, row.revision)
    await periods.open_period(session, row, client.id)
    for cohort in await list_cohorts(session, period):
        await rebuild(session, cohort)
    response.headers["ETag"] = etag(row.revision)
    return await periods.present(session, row, client)


@router.get(
    "/scorecards/{period}/{unit}",
    response_model=Scorecard,
    responses={**NOT_MODIFIED, **problem_responses(409)},
)
async def get_scorecard(
    response: Response,
    session: ReadSession,
    participant: ReadableParticipant,
    if_none_match: IfNoneMatch,
    basis: Annotated[Basis, Query()] = "assessed",
) -> Scorecard | Response:
    """Every node of one unit: points, maximum, share and state, at the cohort's current version."""
    if none_match(if_none_match, etag(participant.cohort.version)):
        return not_modified(etag(participant.cohort.version))
    scored = await load(session, participant.cohort)
    card = await reading.get_scorecard(session, participant, scored, basis)
    response.headers["ETag"] = etag(card.version)
    return card


@router.get(
    "/scorecards/{period}/{unit}/{indicator}/receipt",
    response_model=Receipt,
    responses={**NOT_MODIFIED, **problem_responses(409)},
)
async def get_receipt(
    session: ReadSession,
    participant: ReadableParticipant,
    indicator: Annotated[IndicatorCode, Path()],
    if_none_match: IfNoneMatch,
    basis: Annotated[Basis, Query()] = "assessed",
) -> Response:
    """Why one node has its points: whoever has only this can compute them again (QĐ 2554/QĐ-UBND, IV.2).

    Values, figures and goalposts are written with all their digits, up to 24 decimals.
    """
    if none_match(if_none_match, etag(participant.cohort.version)):
        return not_modified(etag(participant.cohort.version))
    scored = await load(session, participant.cohort)
    receipt = await reading.get_receipt(session, participant, scored, basis, indicator)
    headers = {"ETag": etag(receipt["cohort_version"])}
    return Response(reading.digit_for_digit(receipt), media_type="application/json", headers=headers)


@router.get("/aggregates", response_model=Aggregates, responses=NOT_MODIFIED)
async def list_aggregates(
    request: Request,
    response: Response,
    session: ReadSession,
    client: Reader,
    if_none_match: IfNoneMatch,
    query: Annotated[AggregatesQuery, Query()],
) -> Aggregates | Response:
    """Count, mean, quartiles, extremes and coverage of every node over a cohort; computed once per version."""
    cohort = await get_visible_cohort(session, client, query.period, query.level)
    within = await code_within(session, client, query.period, query.within, query.unit_scheme)
    if none_match(if_none_match, etag(cohort.version)):
        return not_modified(etag(cohort.version))
    scored = await load(session, cohort)
    database = request.app.state.database
    version, nodes = await get_aggregates(session, database, scored, query.basis, within)
    response.headers["ETag"] = etag(version)
    return reading.present_aggregates(query, within, scored, version, nodes)
