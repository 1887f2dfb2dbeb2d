"""GET /v1/rankings."""

from functools import lru_cache
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.datastructures import QueryParams

from app.clients.access import Reader, Scope, authorised, visitor_of
from app.kernel.conditional import IfNoneMatch, joined, none_match, not_modified
from app.kernel.direct import direct, read_parameters
from app.kernel.errors import problem_responses
from app.kernel.paging import link_next
from app.kernel.strictness import check_query
from app.rankings.schemas import Ranking, RankingQuery
from app.rankings.service import Rankings

PARAMETERS = dict.fromkeys(RankingQuery.model_fields, False)


@lru_cache(1024)
def read_query(query_string: bytes) -> RankingQuery:
    """The parameters of a poll, refused as declared ones are. Dashboards send the same again and again."""
    given = QueryParams(query_string)
    check_query(given, PARAMETERS)
    return read_parameters(RankingQuery, {}, dict(given))


async def answer_poll(request: Request) -> Response:
    """`get_ranking` with its arguments."""
    client = authorised(await visitor_of(request, request.headers.get("authorization")), Scope.READ)
    query = read_query(request.scope["query_string"])
    return await get_ranking(request, client, query, joined(request, "If-None-Match"))


polled = direct("GET", "/v1/rankings", answer_poll)
router = APIRouter(tags=["rankings"])


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

    With `compare` the ETag is of both cohorts' versions and of the reorganisations between the two periods. Who came
    from whom is followed through all of them inside the level; predecessors that were not on that roster are left out.
    404 `cohort_not_found` where that period did not assess the level; 422 `compare_not_earlier`.
    """
    rankings: Rankings = request.app.state.rankings
    subject = await rankings.subject(client, query)
    query = await rankings.by_code(client, query)
    if none_match(if_none_match, subject.etag) and rankings.answers(client, query, subject):
        return not_modified(subject.etag)
    page = await rankings.page(client, query, subject)
    headers = {"ETag": page.etag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}
    if none_match(if_none_match, page.etag):
        return not_modified(page.etag)
    if page.next is not None:
        headers["Link"] = link_next(request, page.next)
    return Response(page.body, media_type="application/json", headers=headers)
