"""POST /v1/data-values, and GET /v1/data-values/reconciliation."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response, Security

from app.clients.access import Client, Scope, Visitor, authorised
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute, claim
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.kernel.preferences import APPLIED, RESPOND_ASYNC, PrefersAsync
from app.kernel.strictness import read_json_text, read_whole
from app.pushes import reconciliation
from app.pushes.jobs.accepting import accept
from app.pushes.jobs.schemas import Job
from app.pushes.jobs.showing import shown
from app.pushes.reading import read_push
from app.pushes.schemas import PushProblem, PushQuery, PushReport, PushWrite, ReconciledUnit, ReconciliationQuery
from app.pushes.service import push

router = APIRouter(
    prefix="/data-values",
    tags=["data values"],
    route_class=OnceRoute,
    responses=problem_responses(400, 401, 403, 404, 409),
)

PATH = "/v1/data-values"
MOST_BYTES = 60_000_000
"""The body of a push: 250 000 values of 240 bytes each."""
BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/PushWrite"}}},
    }
}
REPORTED: dict[int | str, dict[str, Any]] = {
    200: {"description": "Every value was taken, or was late"},
    202: {
        "model": Job,
        "description": "The push will be carried out; ask its job how it goes (`Prefer: respond-async`)",
        "headers": {
            "Location": {"description": "The job", "schema": {"type": "string"}},
            APPLIED: {"description": "`respond-async`", "schema": {"type": "string", "const": RESPOND_ASYNC}},
        },
    },
    207: {"model": PushReport, "description": "Some values were rejected, the others taken (`atomic=false`)"},
    422: {
        "model": PushProblem,
        "description": "Values are wrong, and nothing was written: the problem has the report's members",
    },
    **problem_responses(429),
}


async def _pushing(request: Request, client: Visitor) -> Client:
    found = authorised(client, Scope.REVIEW if client and client.may(Scope.REVIEW) else Scope.PUSH)
    await claim(request, found.id)
    return found


async def _reconciling(client: Visitor) -> Client:
    return authorised(client, Scope.READ if client and client.may(Scope.READ) else Scope.PUSH)


Pushing = Annotated[Client, Security(_pushing, scopes=[Scope.PUSH.value])]
Reconciling = Annotated[Client, Security(_reconciling, scopes=[Scope.PUSH.value])]


async def _body(request: Request, _client: Pushing) -> PushWrite:
    # Not declared as a body: that would be read before it is known who sends these megabytes, refused as a whole for
    # the first value that is wrong, and parsed twice.
    return await read_push(await read_json_text(request))


@router.post("", response_model=PushReport, responses=REPORTED, openapi_extra=BODY)
async def push_data_values(
    request: Request,
    response: Response,
    client: Pushing,
    body: Annotated[PushWrite, Depends(_body)],
    query: Annotated[PushQuery, Query()],
    prefers_async: PrefersAsync,
    session: WriteSession,
) -> PushReport | Response:
    """Take values of many units and indicators of one period; everybody's scores follow at once.

    `inputs` take the scope `push` and report in the unit's place; a reviewer's verdict stays and is marked as
    outdated by another value. `points` take the scope `review` and award, with `source` as their reason. A value
    older than the stored one is `stale`: by `sequence`, or by `observed_at` where a sequence is missing or the same;
    a value without either is never stale. Twice in one push: the higher sequence counts, and `duplicate_value` where
    that does not tell. A leaf that says the same already is `unchanged`, and takes a newer sequence.

    Nothing is written if anything is wrong (422), or with `atomic=false` the good values are (207). Every error is
    listed: `unknown_unit`, `unknown_indicator` (both also outside the client's bounds), `inputs_or_points`,
    `missing_source`, `duplicate_value`, `submission_not_editable`, what the leaf has against its inputs, and for
    units whose window is closed beside others with an extension `period_not_open`, `window_not_open`,
    `window_closed`. 409 with such a code where the windows let no value in.

    `dry_run` answers the same and keeps nothing. `effects` are those of `GET /v1/rankings`, assessed basis.

    With `Prefer: respond-async` the answer is 202 with a job, which does the same as soon as a process is free, dry
    runs too, and has the report; scopes, period and the body's own fields are checked before. 429 `too_many_jobs`
    while too many of the client's jobs have not ended.
    """
    if prefers_async:
        most = request.app.state.settings.jobs_per_client
        job = shown(await accept(session, client, await read_whole(request), body, query, most))
        headers = {"Location": f"/v1/jobs/{job.id}", APPLIED: RESPOND_ASYNC}
        return Response(job.model_dump_json(), 202, headers, "application/json")
    report = await push(session, client, body, query)
    if report.errors:
        response.status_code = 207
    return report


@router.get("/reconciliation")
async def reconcile_data_values(
    request: Request,
    response: Response,
    session: ReadSession,
    client: Reconciling,
    paging: Paging,
    query: Annotated[ReconciliationQuery, Query()],
) -> Page[ReconciledUnit]:
    """Count, sum and hash of what is stored of each unit, in Vietnamese order, to be held against what was sent.

    With `source` only what that source sent last. Within the client's bounds of units, levels and indicators.
    """
    after = decode_cursor(paging.cursor, str, str) if paging.cursor else None
    units, values = await reconciliation.reconcile(session, client, query, paging.limit + 1, after)
    page, cursor = cut(units, paging.limit, lambda row: (row.sort_key, row.code))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    items = [reconciliation.summed(row.code, row.level, values[row.unit_id]) for row in page]
    return Page(items=items, next=cursor)
