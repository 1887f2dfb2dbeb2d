"""Periods and their rosters. Opening one is in scores: everybody is scored once."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.clients.access import Admin, Reader, Scope, requires
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
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.kernel.schema import Code
from app.periods import repository, service
from app.periods.naming import by_codes
from app.periods.participants import require_opened
from app.periods.router.parameters import NOT_MODIFIED, PeriodRef, UnitScheme
from app.periods.schemas import Participant, ParticipantUnit, Period, PeriodCreate

router = APIRouter(prefix="/periods", tags=["periods"])


@router.get("", dependencies=[requires(Scope.READ)])
async def list_periods(request: Request, response: Response, session: ReadSession, paging: Paging) -> Page[Period]:
    """All periods, the latest first."""
    after = decode_cursor(paging.cursor, str, str) if paging.cursor else None
    rows = await repository.list_(session, paging.limit + 1, repository.position(after))
    page, cursor = cut(rows, paging.limit, lambda row: (row.starts_on.isoformat(), row.code))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[await service.present(session, row) for row in page], next=cursor)


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
    return await service.present(session, row)


@router.get(
    "/{period}",
    response_model=Period,
    responses={**NOT_MODIFIED, **problem_responses(404)},
    dependencies=[requires(Scope.READ)],
)
async def get_period(
    response: Response, session: ReadSession, period: PeriodRef, if_none_match: IfNoneMatch
) -> Period | Response:
    """One period."""
    row = await repository.get(session, period)
    if none_match(if_none_match, etag(row.revision)):
        return not_modified(etag(row.revision))
    response.headers["ETag"] = etag(row.revision)
    return await service.present(session, row)


@router.put("/{period}", responses=problem_responses(409, 412))
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
    """Replace a draft, or make it where there is none; an opened period no longer changes. Units as in POST."""
    row = await repository.find_locked(session, period)
    check_if_match(if_match, row.revision if row else None)
    check_if_none_match(if_none_match, row.revision if row else None)
    service.require_same_code(period, body)
    body = await by_codes(session, body, unit_scheme)
    if row is None:
        response.status_code = 201
        row = await service.create(session, body, client.id)
    else:
        await service.replace(session, row, body, client.id)
    response.headers["ETag"] = etag(row.revision)
    return await service.present(session, row)


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
    """Close an open period: units report no more; reviewers still may."""
    row = await repository.lock(session, period)
    check_if_match(if_match, row.revision)
    await service.close_period(session, row, client.id)
    response.headers["ETag"] = etag(row.revision)
    return await service.present(session, row)


@router.get("/{period}/participants", responses=problem_responses(404, 409))
async def list_participants(
    request: Request,
    response: Response,
    session: ReadSession,
    client: Reader,
    paging: Paging,
    period: PeriodRef,
    level: Annotated[Code | None, Query()] = None,
) -> Page[Participant]:
    """The frozen roster of a period, in Vietnamese order."""
    await require_opened(session, period)
    row = await repository.get(session, period)
    after = decode_cursor(paging.cursor, str, str) if paging.cursor else None
    values: dict[str, Any] = {
        "period_id": row.id,
        "level": level,
        "within": client.unit,
        "limit": paging.limit + 1,
    }
    values["levels"] = None if client.levels is None else sorted(client.levels)
    if after is not None:
        values |= {"name": after[0], "code": after[1]}
    rows = await repository.list_participants(session, values)
    page, cursor = cut(rows, paging.limit, lambda row: (row.sort_key, row.code))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[participant(row) for row in page], next=cursor)


def participant(row: Any) -> Participant:
    """One participant as API.md shows it."""
    return Participant(
        unit=ParticipantUnit(code=row.code, name=row.name, parent=row.parent),
        level=row.level,
        traits=row.traits,
        group=row.group,
        ranked=row.ranked,
    )
