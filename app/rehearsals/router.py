"""POST /v1/frameworks/{code}/{version}/rehearsals."""

from fastapi import APIRouter, Request

from app.clients.access import Reader
from app.frameworks.router.parameters import FrameworkCode, FrameworkVersion
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.rehearsals.schemas import Rehearsal, RehearsalCreate
from app.rehearsals.service import rehearse

router = APIRouter(tags=["frameworks"], route_class=OnceRoute)


@router.post(
    "/frameworks/{code}/{version}/rehearsals", responses=problem_responses(400, 401, 403, 404, 409, 413, 415, 422)
)
async def rehearse_framework(
    request: Request, client: Reader, code: FrameworkCode, version: FrameworkVersion, body: RehearsalCreate
) -> Rehearsal:
    """Score a past period's answers by this framework, be it a draft. Nothing is stored and no one is held up.

    Answers are matched by the indicator's code. What was reported, or assessed in its place, counts where the leaf
    takes those inputs; awarded points where the leaf has the same maximum; a granted exemption where this framework
    grants it too; traits exempt as this framework says. `without_data` lists the criteria for which units are left
    without data, and why. Points and ranks before are those of `GET /v1/rankings` at `version`.

    404 `cohort_not_found` where the period does not assess the framework's level; 409 `period_not_open` while the
    period is a draft; 422 `invalid_framework` for a draft whose sums do not add up yet.
    """
    return await rehearse(request.app.state.database, client, (code, version), body)
