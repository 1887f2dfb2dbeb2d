"""GET /v1/changes."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.changes.schemas import Changes, ChangesQuery
from app.changes.service import ChangeLog
from app.clients.access import Reader
from app.kernel.conditional import IfNoneMatch, etag, none_match, not_modified
from app.kernel.errors import problem_responses
from app.kernel.paging import link_next

router = APIRouter(tags=["changes"])


@router.get(
    "/changes",
    response_model=Changes,
    responses={
        304: {"description": "Nothing has changed since the answer whose ETag was sent"},
        **problem_responses(400, 404, 409),
    },
)
async def list_changes(
    request: Request,
    response: Response,
    client: Reader,
    query: Annotated[ChangesQuery, Query()],
    if_none_match: IfNoneMatch,
) -> Changes | Response:
    """Which units of a level changed after version `since`, and at which version each of them changed last.

    For systems that ask instead of being told: begin with `since=0`, read all pages, and send the `version` of the
    answer as `since` next time. Each unit is told once, however often it changed; none is left out, whoever writes
    meanwhile. One that changes between two pages comes in the next list.

    A unit changes when its answers, its status or a review change, its points or states on either basis (also by what
    others report), its place on the roster, and when it leaves it: then it is told, and answers 404 elsewhere. Now and
    then a unit is told whose points moved and moved back within one push.

    The ETag is the cohort's version. 409 `version_ahead` where the cohort has not come to `since`: an older state of
    the database has been restored, and only `since=0` tells all of it.
    """
    changes: ChangeLog = request.app.state.changes
    cohort = await changes.cohort(client, query)
    if none_match(if_none_match, etag(cohort.version)):
        return not_modified(etag(cohort.version))
    found = await changes.read(client, cohort, query)
    response.headers.update(
        {"ETag": etag(found.version), "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    )
    if found.page.next is not None:
        response.headers["Link"] = link_next(request, found.page.next)
    return found.page
