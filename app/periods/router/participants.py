"""The frozen roster of a period."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from app.clients.access import Reader
from app.kernel.database import ReadSession
from app.kernel.errors import problem_responses
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.kernel.schema import Code
from app.periods import repository
from app.periods.participants import require_opened
from app.periods.router.parameters import PeriodRef
from app.periods.schemas import Participant, ParticipantUnit

router = APIRouter(prefix="/periods/{period}/participants", tags=["periods"], responses=problem_responses(404, 409))


@router.get("")
async def list_participants(
    request: Request,
    response: Response,
    session: ReadSession,
    client: Reader,
    paging: Paging,
    period: PeriodRef,
    level: Annotated[Code | None, Query()] = None,
) -> Page[Participant]:
    """The roster of a period, in Vietnamese order."""
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
