"""Submissions, their answers, states and reviews."""

from collections.abc import Awaitable, Callable
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.access import Client, Reader, Reviewer, Scope, Submitter, authorised, visitor_of
from app.kernel.canonical import dumps
from app.kernel.conditional import IfMatch, IfNoneMatch, etag, joined, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession, transaction
from app.kernel.direct import check_parameters, direct, read_body, read_parameters
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.kernel.schema import IndicatorCode
from app.periods.participants import Participant, get_participant
from app.periods.router.parameters import (
    NOT_MODIFIED,
    ParticipantRef,
    ReadableParticipant,
    ReportingParticipant,
    ReviewedParticipant,
)
from app.submissions import reading, reporting, service
from app.submissions.schemas import (
    Review,
    ReviewWrite,
    Submission,
    SubmissionsQuery,
    SubmissionSummary,
    SubmissionWrite,
    TransitionWrite,
    WrittenSubmission,
)
from app.submissions.writing import Preconditions

router = APIRouter(
    prefix="/submissions", tags=["submissions"], route_class=OnceRoute, responses=problem_responses(404, 409)
)

SHOWN: dict[int | str, dict[str, Any]] = {200: {"model": Submission, "description": "The submission as it stands"}}
WRITTEN: dict[int | str, dict[str, Any]] = {
    200: {"model": WrittenSubmission, "description": "The submission as the write left it, with its effect"}
}
IndicatorRef = Annotated[IndicatorCode, Path()]


async def preconditions(if_match: IfMatch, if_none_match: IfNoneMatch) -> Preconditions:
    """The caller's conditions on the submission's revision."""
    return Preconditions(if_match, if_none_match)


Conditions = Annotated[Preconditions, Depends(preconditions)]


def shown(document: dict[str, Any]) -> Response:
    """A submission with its ETag."""
    headers = {"ETag": etag(document["revision"])}
    return Response(dumps(document), media_type="application/json", headers=headers)


@router.get("")
async def list_submissions(
    request: Request,
    response: Response,
    session: ReadSession,
    client: Reader,
    paging: Paging,
    query: Annotated[SubmissionsQuery, Query()],
) -> Page[SubmissionSummary]:
    """Where the submissions of a period stand, in Vietnamese order of the units; those not begun are drafts."""
    after = decode_cursor(paging.cursor, str, str) if paging.cursor else None
    rows = await reading.list_submissions(session, client, query, paging.limit + 1, after)
    page, cursor = cut(rows, paging.limit, lambda row: (row.sort_key, row.code))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[reading.summary(row) for row in page], next=cursor)


@router.get("/{period}/{unit}", response_model=None, responses={**SHOWN, **NOT_MODIFIED})
async def get_submission(
    session: ReadSession, participant: ReadableParticipant, if_none_match: IfNoneMatch
) -> Response:
    """A unit's submission with its answers and their reviews. Revision 0: nothing has been written yet."""
    document = await reading.read_submission(session, participant)
    if none_match(if_none_match, etag(document["revision"])):
        return not_modified(etag(document["revision"]))
    return shown(document)


@router.put("/{period}/{unit}", response_model=None, responses={**WRITTEN, **problem_responses(412)})
async def put_submission(
    session: WriteSession,
    client: Submitter,
    participant: ReportingParticipant,
    body: SubmissionWrite,
    conditions: Conditions,
) -> Response:
    """Replace all answers of a unit: leaves that are not named are withdrawn. Everybody's scores follow at once."""
    written = await reporting.replace_answers(session, client, participant, body, conditions)
    return shown(await reading.written_effect(session, participant, written))


@router.patch("/{period}/{unit}", response_model=None, responses={**WRITTEN, **problem_responses(412)})
async def patch_submission(
    session: WriteSession,
    client: Submitter,
    participant: ReportingParticipant,
    body: SubmissionWrite,
    conditions: Conditions,
) -> Response:
    """Change the named answers only; `inputs` null withdraws one."""
    written = await reporting.change_answers(session, client, participant, body, conditions)
    return shown(await reading.written_effect(session, participant, written))


@router.post("/{period}/{unit}/submit", response_model=None, responses={**WRITTEN, **problem_responses(412)})
async def submit_submission(
    session: WriteSession,
    client: Submitter,
    participant: ReportingParticipant,
    conditions: Conditions,
    body: Annotated[TransitionWrite | None, Body()] = None,
) -> Response:
    """Hand a submission in. The unit changes it no more unless a reviewer returns it."""
    await service.move(session, client, participant, "submit", body.reason if body else None, conditions)
    return shown(await reading.read_effect(session, participant))


@router.post("/{period}/{unit}/return", response_model=None, responses={**WRITTEN, **problem_responses(412)})
async def return_submission(
    session: WriteSession,
    client: Reviewer,
    participant: ReviewedParticipant,
    conditions: Conditions,
    body: TransitionWrite,
) -> Response:
    """Give a submission back to its unit, with a reason (QĐ 2554/QĐ-UBND, VI.1: yêu cầu giải trình, làm rõ)."""
    await service.move(session, client, participant, "return", body.reason, conditions)
    return shown(await reading.read_effect(session, participant))


@router.put("/{period}/{unit}/reviews/{indicator}", responses=problem_responses(412))
async def put_review(
    response: Response,
    session: WriteSession,
    client: Reviewer,
    participant: ReviewedParticipant,
    indicator: IndicatorRef,
    body: ReviewWrite,
    conditions: Conditions,
) -> Review:
    """Give a verdict on one leaf, on the assessed basis: agree, disagree, adjust or award, exempt.

    What the unit reported stays as it is. The ETag is the submission's.
    """
    await service.review(session, client, participant, indicator, body, conditions)
    document = await reading.read_submission(session, participant)
    response.headers["ETag"] = etag(document["revision"])
    return reading.review_of(document, indicator)


Report = Callable[[AsyncSession, Client, Participant, SubmissionWrite, Preconditions], Awaitable[Response]]


def reporting_route(method: str, report: Report) -> Any:
    """The direct twin of a declared route that takes answers: other systems write through it all night."""

    async def answer(request: Request) -> Response:
        client = authorised(await visitor_of(request, request.headers.get("authorization")), Scope.SUBMIT)
        check_parameters(request, {"unit_scheme": False})
        ref = read_parameters(ParticipantRef, request.path_params, request.query_params)
        # The whole body first: a slow caller must not hold a connection of the database.
        document = await read_body(request, SubmissionWrite)
        conditions = Preconditions(joined(request, "If-Match"), joined(request, "If-None-Match"))
        async with transaction(request.app.state.database) as session:
            participant = await get_participant(session, client, ref.period, ref.unit, ref.unit_scheme)
            return await report(session, client, participant, document, conditions)

    return direct(method, "/v1/submissions/{period}/{unit}", answer)


reported = [reporting_route("PUT", put_submission), reporting_route("PATCH", patch_submission)]
