"""Extensions of units in a period."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response

from app.clients.access import Admin, Reader
from app.kernel.conditional import IfMatch, IfNoneMatch, etag, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.periods import repository, service
from app.periods.participants import require_opened
from app.periods.repository import GrantedExtension
from app.periods.router.parameters import CREATED, NOT_MODIFIED, AdministeredParticipant, PeriodRef, ReadableParticipant
from app.periods.schemas import Extension, ExtensionWrite, ParticipantUnit, ReasonWrite

router = APIRouter(prefix="/periods/{period}/extensions", tags=["periods"], responses=problem_responses(404, 409))


@router.get("")
async def list_extensions(
    request: Request, response: Response, session: ReadSession, client: Reader, paging: Paging, period: PeriodRef
) -> Page[Extension]:
    """The extensions of a period, in Vietnamese order of the units; those that have ended too."""
    await require_opened(session, period)
    row = await repository.get(session, period)
    values: dict[str, Any] = {"period_id": row.id, "within": client.unit, "limit": paging.limit + 1}
    values["levels"] = None if client.levels is None else sorted(client.levels)
    if paging.cursor:
        values |= dict(zip(("name", "code"), decode_cursor(paging.cursor, str, str), strict=True))
    rows = await repository.list_extensions(session, values)
    page, cursor = cut(rows, paging.limit, lambda row: (row.sort_key, row.unit))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[extension(row) for row in page], next=cursor)


@router.get("/{unit}", response_model=Extension, responses=NOT_MODIFIED)
async def get_extension(
    response: Response, session: ReadSession, participant: ReadableParticipant, if_none_match: IfNoneMatch
) -> Extension | Response:
    """One unit's extension."""
    found = await service.get_extension(session, participant)
    if none_match(if_none_match, etag(found.revision)):
        return not_modified(etag(found.revision))
    response.headers["ETag"] = etag(found.revision)
    return extension(found)


@router.put("/{unit}", responses={**CREATED, **problem_responses(412)})
async def put_extension(
    response: Response,
    session: WriteSession,
    client: Admin,
    roster: AdministeredParticipant,
    body: ExtensionWrite,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
) -> Extension:
    """Let one unit report until `until`, past the period's `closes_at` and also after the period was closed.

    201 where the unit had no extension. It ends at `until`, when it is withdrawn, or when the period is published.
    """
    found, is_new = await service.extend(
        session, client, roster.period, roster.participant, body, if_match, if_none_match
    )
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(found.revision)
    return extension(found)


@router.delete("/{unit}", status_code=204, responses=problem_responses(412))
async def delete_extension(
    session: WriteSession,
    client: Admin,
    roster: AdministeredParticipant,
    if_match: IfMatch,
    body: Annotated[ReasonWrite | None, Body()] = None,
) -> None:
    """Take a unit's extension away; a reason may be given."""
    reason = body.reason if body else None
    await service.withdraw_extension(session, client, roster.period, roster.participant, reason, if_match)


def extension(row: GrantedExtension) -> Extension:
    """An extension as it is shown."""
    return Extension(
        unit=ParticipantUnit(code=row.unit, name=row.name, parent=row.parent),
        level=row.level,
        until=row.until,
        reason=row.reason,
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        revision=row.revision,
    )
