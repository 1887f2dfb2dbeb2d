"""HTTP of indicators: reading them, searching them, and editing those of a draft one by one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from app.clients.access import Visitor
from app.frameworks import editing, repository
from app.frameworks.editing import Draft
from app.frameworks.repository import Search
from app.frameworks.router.parameters import (
    NOT_MODIFIED,
    FrameworkCode,
    FrameworkVersion,
    IndicatorPath,
    Readable,
    Writer,
    link,
    split,
    tag,
)
from app.frameworks.schemas import FoundIndicator, FrameworkReference, IndicatorNode, PlacedIndicator
from app.frameworks.tree import Place, walk
from app.kernel.conditional import IfMatch, IfNoneMatch, etag, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.kernel.paging import Page, Paging, cut, decode_cursor
from app.kernel.schema import Code

router = APIRouter(tags=["indicators"], route_class=OnceRoute)
_LIST = "/frameworks/{code}/{version}/indicators"
_ONE = _LIST + "/{indicator}"
_Term = Annotated[str, Field(min_length=1, max_length=200)]


@router.get("/indicators", responses=problem_responses(400, 401, 422))
async def search_indicators(
    request: Request,
    response: Response,
    session: ReadSession,
    _visitor: Visitor,
    paging: Paging,
    framework: Annotated[FrameworkReference | None, Query()] = None,
    level: Annotated[Code | None, Query(description="Only those of frameworks of this level")] = None,
    q: Annotated[
        _Term | None,
        Query(description="Part of the title or of the method's beginning, whatever marks and capitals"),
    ] = None,
    lead_agency: Annotated[_Term | None, Query(description="Part of a lead agency's name, whatever capitals")] = None,
) -> Page[FoundIndicator]:
    """Indicators of all published frameworks that meet every condition, by framework and document order."""
    after = None
    if paging.cursor is not None:
        code, version, ordinal = decode_cursor(paging.cursor, str, int, int)
        after = (code, version, ordinal)
    wanted = Search(None if framework is None else split(framework), level, q, lead_agency)
    hits = await repository.search(session, wanted, paging.limit + 1, after)
    page, following = cut(hits, paging.limit, lambda hit: (hit.code, hit.version, hit.ordinal))
    link(request, response, following)
    return Page[FoundIndicator](items=[FoundIndicator.of(hit) for hit in page], next=following)


@router.get(
    _LIST,
    response_model=Page[IndicatorNode],
    responses={**NOT_MODIFIED, **problem_responses(400, 401, 404, 422)},
)
async def list_indicators(
    request: Request, response: Response, row: Readable, paging: Paging, if_none_match: IfNoneMatch
) -> Page[IndicatorNode] | Response:
    """Every node in document order, parents first, each with its parent. The ETag is the framework's."""
    if none_match(if_none_match, etag(row.revision)):
        return not_modified(etag(row.revision))
    start = 0 if paging.cursor is None else decode_cursor(paging.cursor, int)[0] or 0
    places = list(enumerate(walk(row.document), 1))[max(0, start) :]
    page, following = cut(places, paging.limit, lambda numbered: (numbered[0],))
    tag(response, row)
    link(request, response, following)
    return Page[IndicatorNode](items=[_flat(place) for _, place in page], next=following)


@router.post(_LIST, status_code=201, responses=problem_responses(400, 401, 403, 404, 409, 412, 413, 415, 422))
async def create_indicator(
    request: Request,
    response: Response,
    session: WriteSession,
    client: Writer,
    code: FrameworkCode,
    version: FrameworkVersion,
    body: PlacedIndicator,
    if_match: IfMatch,
) -> PlacedIndicator:
    """Add a node to a draft, and all below it, as the last child of `parent`.

    While a draft is edited node by node its sums may be wrong; everything else is checked each time, and
    publishing refuses wrong sums. ETag and `If-Match` are the framework's.
    """
    row = await editing.add_indicator(session, Draft(code, version, if_match), body, client.id)
    tag(response, row)
    response.headers["Location"] = f"{request.url.path}/{body.code}"
    return _placed(editing.get_place(row.document, body.code))


@router.get(
    _ONE,
    response_model=PlacedIndicator,
    responses={**NOT_MODIFIED, **problem_responses(401, 404, 422)},
)
async def get_indicator(
    response: Response, row: Readable, indicator: IndicatorPath, if_none_match: IfNoneMatch
) -> PlacedIndicator | Response:
    """One node with all below it. The ETag is the framework's."""
    place = editing.get_place(row.document, indicator)
    if none_match(if_none_match, etag(row.revision)):
        return not_modified(etag(row.revision))
    tag(response, row)
    return _placed(place)


@router.put(_ONE, responses=problem_responses(400, 401, 403, 404, 409, 412, 413, 415, 422))
async def replace_indicator(
    response: Response,
    session: WriteSession,
    client: Writer,
    code: FrameworkCode,
    version: FrameworkVersion,
    indicator: IndicatorPath,
    body: PlacedIndicator,
    if_match: IfMatch,
) -> PlacedIndicator:
    """Replace a node of a draft and all below it; without `children` it becomes a leaf.

    It keeps its code and its place (`parent` may be left out). The sums may be wrong until the draft is
    published.
    """
    row = await editing.put_indicator(session, Draft(code, version, if_match), indicator, body, client.id)
    tag(response, row)
    return _placed(editing.get_place(row.document, indicator))


@router.delete(_ONE, status_code=204, responses=problem_responses(401, 403, 404, 409, 412, 422))
async def delete_indicator(
    response: Response,
    session: WriteSession,
    client: Writer,
    code: FrameworkCode,
    version: FrameworkVersion,
    indicator: IndicatorPath,
    if_match: IfMatch,
) -> None:
    """Delete a node of a draft and all below it. The last child of a node cannot go: replace the node
    instead.
    """
    tag(
        response,
        await editing.delete_indicator(session, Draft(code, version, if_match), indicator, client.id),
    )


def _flat(place: Place) -> IndicatorNode:
    node = {name: value for name, value in place.node.items() if name != "children"}
    return IndicatorNode.model_validate({**node, "parent": place.parent, "is_leaf": not place.node["children"]})


def _placed(place: Place) -> PlacedIndicator:
    return PlacedIndicator.model_validate({**place.node, "parent": place.parent})
