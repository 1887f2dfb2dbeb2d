"""The opening of a period, which scores everybody once."""

from fastapi import APIRouter, Response

from app.clients.access import Admin
from app.kernel.conditional import IfMatch, check_if_match, etag
from app.kernel.database import WriteSession
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.periods import service as periods
from app.periods.repository import lock
from app.periods.router.parameters import PeriodRef
from app.periods.schemas import Period
from app.scores import opening

router = APIRouter(tags=["periods"], route_class=OnceRoute, responses=problem_responses(404))


@router.post("/periods/{period}/open", responses=problem_responses(409, 412))
async def open_period(
    response: Response, session: WriteSession, client: Admin, period: PeriodRef, if_match: IfMatch
) -> Period:
    """Open a draft: freeze the roster as units stood on `starts_on`, and score everybody once."""
    row = await lock(session, period)
    check_if_match(if_match, row.revision)
    await opening.open_period(session, row, client.id)
    response.headers["ETag"] = etag(row.revision)
    return await periods.present(session, row, client)
