"""Periods as documents, closed and reopened. Opening one is in scores: everybody is scored once."""

from fastapi import APIRouter, Request, Response

from app.clients.access import Admin, Reader
from app.kernel.conditional import (
    IfMatch,
    IfNoneMatch,
    check_if_match,
    check_if_none_match,
    etag,
    none_match,
    not_modified,
)
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.periods import repository, service
from app.periods.naming import by_codes
from app.periods.router.parameters import CREATED, NOT_MODIFIED, PeriodRef, UnitScheme
from app.periods.schemas import Period, PeriodCreate, ReopenWrite

router = APIRouter(prefix="/periods", tags=["periods"], route_class=OnceRoute)


@router.get("")
async def list_periods(
    request: Request, response: Response, session: ReadSession, client: Reader, paging: Paging
) -> Page[Period]:
    """All periods, the latest first. A bounded client sees the roster entries within its bounds."""
    after = decode_cursor(paging.cursor, str, str) if paging.cursor else None
    rows = await repository.list_(session, paging.limit + 1, repository.position(after))
    page, cursor = cut(rows, paging.limit, lambda row: (row.starts_on.isoformat(), row.code))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=await service.present_all(session, page, client), next=cursor)


@router.post("", status_code=201, responses=problem_responses(409))
async def create_period(
    response: Response, session: WriteSession, client: Admin, body: PeriodCreate, unit_scheme: UnitScheme = None
) -> Period:
    """Draft a period: who runs it, when, which framework each level is assessed by.

    Under `unit_scheme` the authority and the units of the roster are named by identifiers, those of the day on which
    the period begins; 422 `unknown_unit` otherwise. The answer has their codes.
    """
    row = await service.create(session, await by_codes(session, body, unit_scheme), client.id)
    response.headers["Location"] = f"/v1/periods/{row.code}"
    response.headers["ETag"] = etag(row.revision)
    return await service.present(session, row, client)


@router.get(
    "/{period}",
    response_model=Period,
    responses={**NOT_MODIFIED, **problem_responses(404)},
)
async def get_period(
    response: Response, session: ReadSession, client: Reader, period: PeriodRef, if_none_match: IfNoneMatch
) -> Period | Response:
    """One period. A bounded client sees the roster entries within its bounds."""
    row = await repository.get(session, period)
    if none_match(if_none_match, etag(row.revision)):
        return not_modified(etag(row.revision))
    response.headers["ETag"] = etag(row.revision)
    return await service.present(session, row, client)


@router.put("/{period}", responses={**CREATED, **problem_responses(409, 412)})
async def put_period(
    response: Response,
    session: WriteSession,
    client: Admin,
    period: PeriodRef,
    body: PeriodCreate,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
    unit_scheme: UnitScheme = None,
) -> Period:
    """Replace a draft, or make it where there is none. Units as in POST.

    Of an opened period only the title and the windows change: 409 points at every other field that differs. A roster
    that is left out stays as it is; it changes by PUT and DELETE of single participants, with a reason.
    """
    row = await repository.find_locked(session, period)
    check_if_match(if_match, row.revision if row else None)
    check_if_none_match(if_none_match, row.revision if row else None)
    service.require_same_code(period, body)
    body = await by_codes(session, body, unit_scheme)
    if row is None:
        response.status_code = 201
        row = await service.create(session, body, client.id)
    elif row.status == "draft":
        await service.replace(session, row, body, client.id)
    else:
        await service.change_opened(session, row, body, client.id)
    response.headers["ETag"] = etag(row.revision)
    return await service.present(session, row, client)


@router.delete("/{period}", status_code=204, responses=problem_responses(404, 409, 412))
async def delete_period(session: WriteSession, client: Admin, period: PeriodRef, if_match: IfMatch) -> None:
    """Delete a draft."""
    row = await repository.lock(session, period)
    check_if_match(if_match, row.revision)
    await service.remove(session, row, client.id)


@router.post("/{period}/close", responses=problem_responses(404, 409, 412))
async def close_period(
    response: Response, session: WriteSession, client: Admin, period: PeriodRef, if_match: IfMatch
) -> Period:
    """Close an open period: units report no more, but those with an extension; reviewers still judge."""
    row = await repository.lock(session, period)
    check_if_match(if_match, row.revision)
    await service.close_period(session, row, client.id)
    response.headers["ETag"] = etag(row.revision)
    return await service.present(session, row, client)


@router.post("/{period}/reopen", responses=problem_responses(404, 409, 412))
async def reopen_period(
    response: Response, session: WriteSession, client: Admin, period: PeriodRef, body: ReopenWrite, if_match: IfMatch
) -> Period:
    """Open a closed period again, for a reason. Windows stay: where `closes_at` has passed, PUT a later one.

    A published period does not reopen; a correction is a new publication.
    """
    row = await repository.lock(session, period)
    check_if_match(if_match, row.revision)
    await service.reopen_period(session, row, body.reason, client.id)
    response.headers["ETag"] = etag(row.revision)
    return await service.present(session, row, client)
