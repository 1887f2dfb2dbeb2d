"""GET /v1/rankings."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError

from app.clients.access import Reader, Scope, authorised, visitor_of
from app.kernel.conditional import IfNoneMatch, etag, joined, none_match, not_modified
from app.kernel.errors import problem_responses
from app.kernel.paging import link_next
from app.kernel.strictness import check_query
from app.rankings.schemas import Ranking, RankingQuery
from app.rankings.service import Rankings

PARAMETERS = dict.fromkeys(RankingQuery.model_fields, False)


class PolledRoute(APIRoute):
    """The route that dashboards poll, its arguments read by hand.

    Solving the declared dependencies costs the framework several times what the answer costs. The declarations stay, as
    what the OpenAPI document is made from; here the same functions are called that they call.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Check the parameters, find the client, read the query, and answer."""
        return answer_poll


async def answer_poll(request: Request) -> Response:
    """`get_ranking` with its arguments."""
    check_query(request, PARAMETERS)
    client = authorised(visitor_of(request, request.headers.get("authorization")), Scope.READ)
    try:
        query = RankingQuery.model_validate(dict(request.query_params))
    except ValidationError as error:
        problems = [{**problem, "loc": ("query", *problem["loc"])} for problem in error.errors()]
        raise RequestValidationError(problems) from None
    return await get_ranking(request, client, query, joined(request, "If-None-Match"))


router = APIRouter(tags=["rankings"], route_class=PolledRoute)


@router.get(
    "/rankings",
    response_model=None,
    responses={
        200: {"model": Ranking, "description": "A page of the ranking, at the version its ETag names"},
        304: {"description": "The ranking is still the one whose ETag was sent"},
        **problem_responses(404, 409),
    },
)
async def get_ranking(
    request: Request, client: Reader, query: Annotated[RankingQuery, Query()], if_none_match: IfNoneMatch
) -> Response:
    """The ranking of a level in a period (QĐ 2554/QĐ-UBND, VIII), always as of the last acknowledged write.

    Units that take part without being ranked stand last with `rank` null. A client bounded to a unit sees the items of
    its own subtree, with their ranks in the whole selection. A cursor belongs to one version: once the cohort has moved
    on it answers 409 `stale_cursor`.
    """
    rankings: Rankings = request.app.state.rankings
    cohort = await rankings.cohort(client, query)
    query = await rankings.by_code(client, query)
    if none_match(if_none_match, etag(cohort.version)) and rankings.answers(client, query, cohort):
        return not_modified(etag(cohort.version))
    page = await rankings.page(client, query, cohort)
    headers = {"ETag": page.etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if none_match(if_none_match, page.etag):
        return not_modified(page.etag)
    if page.next is not None:
        headers["Link"] = link_next(request, page.next)
    return Response(page.body, media_type="application/json", headers=headers)
