"""HTTP of frameworks."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from app.clients.access import Visitor
from app.frameworks import repository, service
from app.frameworks.document import FrameworkDocument
from app.frameworks.repository import Selection
from app.frameworks.router.parameters import (
    NOT_MODIFIED,
    FrameworkCode,
    FrameworkVersion,
    PutConditions,
    Readable,
    Writer,
    link,
    sees_drafts,
    tag,
)
from app.frameworks.schemas import Framework, FrameworkReplacement, FrameworkStatus, FrameworkSummary
from app.kernel.conditional import IfMatch, IfNoneMatch, etag, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.kernel.paging import Page, Paging, cut, decode_cursor
from app.kernel.schema import Code

router = APIRouter(prefix="/frameworks", tags=["frameworks"], route_class=OnceRoute)


@router.get("", responses=problem_responses(400, 401, 422))
async def list_frameworks(
    request: Request,
    response: Response,
    session: ReadSession,
    client: Visitor,
    paging: Paging,
    level: Annotated[Code | None, Query(description="Only those of this level")] = None,
    status: Annotated[FrameworkStatus | None, Query(description="Only those in this status")] = None,
) -> Page[FrameworkSummary]:
    """Frameworks by code and version, without their trees. Drafts are listed for clients with the scope
    `read`.
    """
    after = None
    if paging.cursor is not None:
        after_code, after_version = decode_cursor(paging.cursor, str, int)
        after = (after_code, after_version)
    selection = Selection(level, status, drafts=sees_drafts(client))
    rows = await repository.list_(session, selection, paging.limit + 1, after)
    page, following = cut(rows, paging.limit, lambda row: (row.code, row.version))
    link(request, response, following)
    return Page[FrameworkSummary](items=[FrameworkSummary.of(row) for row in page], next=following)


@router.post("", status_code=201, responses=problem_responses(400, 401, 403, 409, 413, 415, 422))
async def create_framework(
    request: Request, response: Response, session: WriteSession, client: Writer, document: FrameworkDocument
) -> Framework:
    """Store a whole document as a draft. `/v1/schemas/framework.json` is its JSON Schema, for editors.

    Every error is told at once: 422 `invalid_framework`, each with its pointer into the document. Sums that
    do not add up (`points_do_not_add_up`) name the node and both figures; expressions tell the position of
    the character.
    """
    row = await service.create(session, document, client.id)
    tag(response, row)
    response.headers["Location"] = f"{request.url.path}/{row.code}/{row.version}"
    return Framework.of(row)


@router.get(
    "/{code}/{version}",
    response_model=Framework,
    responses={**NOT_MODIFIED, **problem_responses(401, 404, 422)},
)
async def get_framework(row: Readable, response: Response, if_none_match: IfNoneMatch) -> Framework | Response:
    """One framework, whole. Without a token what is published or retired; a draft needs the scope `read`.

    `content_hash` can be checked by anyone: leave the five status fields out of this answer and hash the
    rest in its canonical form (RFC 8785) with SHA-256.
    """
    if none_match(if_none_match, etag(row.revision)):
        return not_modified(etag(row.revision))
    tag(response, row)
    return Framework.of(row)


@router.put(
    "/{code}/{version}",
    responses={
        201: {"model": Framework, "description": "Created"},
        **problem_responses(400, 401, 403, 404, 409, 412, 413, 415, 422),
    },
)
async def replace_framework(
    request: Request,
    response: Response,
    session: WriteSession,
    client: Writer,
    code: FrameworkCode,
    version: FrameworkVersion,
    document: FrameworkReplacement,
    conditions: PutConditions,
) -> Framework:
    """Replace a draft's whole document; checked as when it is created. 409 `framework_not_draft` otherwise.

    Where there is none: 404, but with `If-None-Match: *` it is created (201).
    """
    row, created = await service.replace(
        session,
        code,
        version,
        document,
        client.id,
        if_match=conditions.if_match,
        if_none_match=conditions.if_none_match,
        seen=document.revision,
    )
    if created:
        response.status_code = 201
        response.headers["Location"] = request.url.path
    tag(response, row)
    return Framework.of(row)


@router.delete("/{code}/{version}", status_code=204, responses=problem_responses(401, 403, 404, 409, 412, 422))
async def delete_framework(
    session: WriteSession, client: Writer, code: FrameworkCode, version: FrameworkVersion, if_match: IfMatch
) -> None:
    """Delete a draft. 409 `framework_not_draft`; 409 `still_referenced` while a period names it."""
    await service.delete(session, code, version, client.id, if_match)


@router.post("/{code}/{version}/publish", responses=problem_responses(401, 403, 404, 409, 412, 422))
async def publish_framework(
    response: Response,
    session: WriteSession,
    client: Writer,
    code: FrameworkCode,
    version: FrameworkVersion,
    if_match: IfMatch,
) -> Framework:
    """Seal a draft. From here on it never changes, and periods can be opened with it.

    The document is read once more, its sums too, which editing node by node may have left wrong: 422
    `invalid_framework`. Then its own `examples` are scored: 422 `example_failed` lists every one that does not
    give its points, and every input that its leaf refuses. What is published or retired already: 409
    `framework_not_draft`.
    """
    row = await service.publish(session, code, version, client.id, if_match)
    tag(response, row)
    return Framework.of(row)


@router.post("/{code}/{version}/retire", responses=problem_responses(401, 403, 404, 409, 412, 422))
async def retire_framework(
    response: Response,
    session: WriteSession,
    client: Writer,
    code: FrameworkCode,
    version: FrameworkVersion,
    if_match: IfMatch,
) -> Framework:
    """Take a published framework out of use for new periods. It stays readable, and what it scored stays.

    What is not published: 409 `framework_not_published`.
    """
    row = await service.retire(session, code, version, client.id, if_match)
    tag(response, row)
    return Framework.of(row)
