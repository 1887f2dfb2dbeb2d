"""Scorecards, receipts, aggregates."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from app.clients.access import Reader
from app.kernel.conditional import IfNoneMatch, etag, none_match, not_modified
from app.kernel.database import ReadSession
from app.kernel.errors import problem_responses
from app.kernel.schema import IndicatorCode
from app.periods.cohorts import get_visible_cohort
from app.periods.naming import code_within
from app.periods.router.parameters import NOT_MODIFIED, ReadableParticipant
from app.scores import reading
from app.scores.aggregates import check_within, get_aggregates
from app.scores.cohort import load
from app.scores.schemas import Aggregates, AggregatesQuery, Receipt, Scorecard
from app.scores.stored import Basis

router = APIRouter(tags=["scores"], responses=problem_responses(404))


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
    """Count, mean, quartiles, extremes and coverage of every node over a cohort; computed once per version.

    `within` has to hold somebody whom a client bounded to a unit may know of: 404 `unit_not_found`.
    """
    cohort = await get_visible_cohort(session, client, query.period, query.level)
    within = await code_within(session, client, query.period, query.within, query.unit_scheme)
    if none_match(if_none_match, etag(cohort.version)):
        return not_modified(etag(cohort.version))
    await check_within(session, client, cohort, within)
    scored = await load(session, cohort)
    database = request.app.state.database
    version, nodes = await get_aggregates(session, database, scored, query.basis, within)
    response.headers["ETag"] = etag(version)
    return reading.present_aggregates(query, within, scored, version, nodes)
