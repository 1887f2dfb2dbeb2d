"""GET /v1/jobs."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response, Security

from app.clients.access import Client, Scope, Visitor, authorised
from app.kernel.conditional import IfNoneMatch, etag, none_match, not_modified
from app.kernel.database import ReadSession
from app.kernel.errors import problem_responses
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.pushes import repository
from app.pushes.jobs.schemas import Job, JobDetail
from app.pushes.jobs.showing import get_visible_job, shown, tag, whole

router = APIRouter(prefix="/jobs", tags=["data values"], responses=problem_responses(401, 403))

_RETRY_AFTER = {
    "description": "Seconds after which it is worth while to ask again, while the job has not ended",
    "schema": {"type": "integer"},
}


async def _asking(client: Visitor) -> Client:
    return authorised(client, Scope.REVIEW if client and client.may(Scope.REVIEW) else Scope.PUSH)


Asking = Annotated[Client, Security(_asking, scopes=[Scope.PUSH.value])]


@router.get("", responses=problem_responses(400))
async def list_jobs(
    request: Request, response: Response, session: ReadSession, client: Asking, paging: Paging
) -> Page[Job]:
    """The client's own jobs, the newest first, without their reports."""
    before = decode_cursor(paging.cursor, int)[0] if paging.cursor else None
    hours = request.app.state.settings.job_hours
    rows = await repository.list_jobs(session, client.id, hours, before, paging.limit + 1)
    page, cursor = cut(rows, paging.limit, lambda job: (job.position,))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[shown(job) for job in page], next=cursor)


@router.get(
    "/{id}",
    response_model=None,
    responses={
        200: {"model": JobDetail, "description": "The job as it stands", "headers": {"Retry-After": _RETRY_AFTER}},
        304: {"description": "The job is still as its ETag says", "headers": {"Retry-After": _RETRY_AFTER}},
        **problem_responses(404),
    },
)
async def get_job(
    request: Request,
    session: ReadSession,
    client: Asking,
    job_id: Annotated[UUID, Path(alias="id")],
    if_none_match: IfNoneMatch,
) -> Response:
    """A push that was answered with 202: whether it waits, runs or has ended, and then what it would have answered.

    `report` is that of `POST /v1/data-values`, `problem` the problem that it would have been refused with; or
    `client_disabled`, where the client was disabled or deleted meanwhile, or `job_abandoned`, where the service was
    stopped again and again while it ran the job. A job is seen by the client that made it and by administrators
    without bounds. It can be read for a day after its end, as one of its client's 200 newest.
    """
    job = await get_visible_job(session, client, job_id, request.app.state.settings.job_hours)
    held = etag(tag(job))
    answer = (
        not_modified(held)
        if none_match(if_none_match, held)
        else Response(await whole(session, job), media_type="application/json", headers={"ETag": held})
    )
    answer.headers.update({"Cache-Control": "private, no-cache", "Vary": "Authorization"})
    if job.finished_at is None:
        answer.headers["Retry-After"] = "1"
    return answer
