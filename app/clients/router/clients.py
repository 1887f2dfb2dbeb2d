"""Clients as documents, and their secrets. For administrators, each within its own bounds."""

from dataclasses import fields
from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients import repository, schemas, service
from app.clients.access import Admin, Client
from app.clients.repository import Registration
from app.clients.schemas import ClientCreate, ClientReplace, ClientWithSecret, RotationWrite
from app.kernel.conditional import IfMatch, IfNoneMatch, etag
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next

router = APIRouter(prefix="/clients", tags=["clients"], route_class=OnceRoute)

ClientId = Annotated[
    str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="`id` of a client", examples=["client-0f2c9a51d3b7e864"])
]


async def _writing(session: WriteSession, client: Admin) -> Client:
    return await service.confirm(session, client)


Writer = Annotated[Client, Depends(_writing)]
"""The administrator as it stands now, while no other writes clients."""


@router.get("", responses=problem_responses(400))
async def list_clients(
    request: Request, response: Response, session: ReadSession, client: Admin, paging: Paging
) -> Page[schemas.RegisteredClient]:
    """Clients within the caller's bounds, the oldest first, the disabled ones too."""
    after = repository.position(decode_cursor(paging.cursor, str, str)) if paging.cursor else None
    rows = await repository.list_(session, client, paging.limit + 1, after)
    page, cursor = cut(rows, paging.limit, lambda row: (row.created_at.isoformat(), row.client.id))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[schemas.RegisteredClient(**_shown(row)) for row in page], next=cursor)


@router.post("", status_code=201)
async def create_client(
    request: Request, response: Response, session: WriteSession, client: Writer, body: ClientCreate
) -> ClientWithSecret:
    """Register a client. Its secret is in this answer and nowhere else.

    422 `unknown_unit`, `unknown_level`, `unknown_indicator` for bounds that do not exist or stand outside the caller's
    own; `bound_required` where the caller has a bound and the client would not; `scope_not_held`.
    """
    client_id, secret = await service.register(session, request.app.state.keys.pepper, client, body)
    response.headers["Location"] = f"/v1/clients/{client_id}"
    return await _with_secret(response, session, client, client_id, secret)


@router.get("/{id}", responses=problem_responses(404))
async def get_client(
    response: Response, session: ReadSession, client: Admin, client_id: Annotated[ClientId, Path(alias="id")]
) -> schemas.RegisteredClient:
    """One client, never with a secret. 404 `client_not_found` also when it is outside the caller's bounds.

    The ETag is of its revision, which use does not move: so there is no 304.
    """
    return await _answer(response, session, client, client_id)


@router.put("/{id}", responses=problem_responses(404, 409, 412))
async def put_client(
    response: Response,
    session: WriteSession,
    client: Writer,
    client_id: Annotated[ClientId, Path(alias="id")],
    body: ClientReplace,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
) -> schemas.RegisteredClient:
    """Replace what can change of a client; 404 where there is none, as ids are made here.

    Within half a second its tokens have the new bounds and scopes. `disabled` true voids them for good: enabled again,
    it has to get new ones. 409 `last_admin` for the last client that may do everything; 422 as for POST.
    """
    conditions = {"if_match": if_match, "if_none_match": if_none_match}
    await service.change(session, client, client_id, body, **conditions)
    return await _answer(response, session, client, client_id)


@router.delete("/{id}", status_code=204, responses=problem_responses(404, 409, 412))
async def delete_client(
    session: WriteSession, client: Writer, client_id: Annotated[ClientId, Path(alias="id")], if_match: IfMatch
) -> None:
    """Delete a client; its tokens are void within half a second. 409 `last_admin`.

    What it has written stays, under its id.
    """
    await service.remove(session, client, client_id, if_match)


@router.post("/{id}/rotate", responses=problem_responses(404, 409, 412))
async def rotate_client(
    request: Request,
    response: Response,
    session: WriteSession,
    client: Writer,
    client_id: Annotated[ClientId, Path(alias="id")],
    if_match: IfMatch,
    body: Annotated[RotationWrite | None, Body()] = None,
) -> ClientWithSecret:
    """Give a client a new secret, which is in this answer and nowhere else. Send an Idempotency-Key with it.

    The old secret stays good for `overlap_seconds`, a day if nothing is said; with 0 it ends at once, and so do all
    tokens. 409 `still_rotating` while the secret before is good, unless `overlap_seconds` is 0.
    """
    overlap = (body or RotationWrite()).overlap_seconds
    pepper = request.app.state.keys.pepper
    secret = await service.rotate(session, pepper, client, client_id, overlap, if_match)
    return await _with_secret(response, session, client, client_id, secret)


async def _answer(
    response: Response, session: AsyncSession, caller: Client, client_id: str
) -> schemas.RegisteredClient:
    found = await service.get(session, caller, client_id)
    response.headers["ETag"] = etag(found.revision)
    return schemas.RegisteredClient(**_shown(found))


async def _with_secret(
    response: Response, session: AsyncSession, caller: Client, client_id: str, secret: str
) -> ClientWithSecret:
    shown = await _answer(response, session, caller, client_id)
    response.headers["Cache-Control"] = "no-store"
    return ClientWithSecret(**shown.model_dump(), client_secret=secret)


def _shown(found: Registration) -> dict[str, Any]:
    client = found.client
    told = {field.name: getattr(found, field.name) for field in fields(found) if field.name != "client"}
    return {
        **told,
        "id": client.id,
        "scopes": sorted(client.scopes),
        "unit": client.unit,
        "levels": None if client.levels is None else sorted(client.levels),
        "indicators": None if client.indicators is None else sorted(client.indicators),
        "disabled": found.disabled_at is not None,
    }
