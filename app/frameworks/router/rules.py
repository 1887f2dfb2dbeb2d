"""HTTP of rules: trying one out."""

from fastapi import APIRouter

from app.clients.access import Scope, requires
from app.frameworks.checking import check_rule as check
from app.frameworks.schemas import RuleCheck, RuleReport
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute

router = APIRouter(prefix="/rules", tags=["rules"], route_class=OnceRoute)


@router.post(
    "/check",
    dependencies=[requires(Scope.READ)],
    responses=problem_responses(400, 401, 403, 413, 415, 422),
)
async def check_rule(body: RuleCheck) -> RuleReport:
    """Try out the rule of a leaf, and an answer to it. Nothing is stored.

    What the engine refuses is told with 200 and `valid: false`; a body that is no rule at all is 422. A rule
    that looks at the cohort gives no share here, but where both goalposts are fixed.
    """
    return check(body)
