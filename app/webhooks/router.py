"""Webhooks over HTTP. A client sees its own; an administrator without bounds sees everybody's."""

from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Path, Request, Response

from app.clients.access import Reader, Scope
from app.kernel.conditional import IfMatch, IfNoneMatch, check_if_match, etag, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import BadRequestError, problem_responses
from app.kernel.idempotency import OnceRoute
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.kernel.sealing import Seal
from app.webhooks import presenting, service
from app.webhooks.owner import Owner
from app.webhooks.receivers import Receivers
from app.webhooks.repository import deliveries, webhooks
from app.webhooks.schemas import Delivery, Rotation, Webhook, WebhookCreate, WebhookReplace, WebhookWithSecret
from app.webhooks.signing import secret_seal
from app.webhooks.targets import read_url

router = APIRouter(prefix="/webhooks", tags=["webhooks"], route_class=OnceRoute)

WebhookId = Annotated[UUID, Path(description="Id of a webhook")]
DeliveryId = Annotated[UUID, Path(description="Id of a delivery")]
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller holds this revision already"}}


async def _owner(client: Reader) -> Owner:
    bounded = client.unit is not None or client.levels is not None or client.indicators is not None
    return Owner(client.id, client.unit, client.levels, client.may(Scope.ADMIN) and not bounded)


async def _receivable(request: Request, _client: Reader, body: WebhookCreate) -> WebhookCreate:
    await _check_url(request, body.url)
    return body


async def _still_receivable(request: Request, _client: Reader, body: WebhookReplace) -> WebhookReplace:
    await _check_url(request, body.url)
    return body


async def _check_url(request: Request, url: str) -> None:
    receivers: Receivers = request.app.state.receivers
    await receivers.check(read_url(url))


async def _seal(request: Request) -> Seal:
    return secret_seal(request.app.state.keys.pepper)


Owning = Annotated[Owner, Depends(_owner)]
Sealing = Annotated[Seal, Depends(_seal)]
# Names are looked up before the session is begun: no transaction waits for them.
Created = Annotated[WebhookCreate, Depends(_receivable)]
Replaced = Annotated[WebhookReplace, Depends(_still_receivable)]


@router.get("")
async def list_webhooks(
    request: Request, response: Response, owner: Owning, session: ReadSession, paging: Paging
) -> Page[Webhook]:
    """The client's webhooks, the oldest first; everybody's for an administrator without bounds."""
    rows = await webhooks.list_(session, owner, _position(paging.cursor), paging.limit + 1)
    page, cursor = cut(rows, paging.limit, lambda row: (row.created_at.isoformat(), str(row.id)))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[presenting.webhook(row) for row in page], next=cursor)


@router.post("", status_code=201, responses=problem_responses(409))
async def create_webhook(
    response: Response, owner: Owning, seal: Sealing, body: Created, session: WriteSession
) -> WebhookWithSecret:
    """Be told, by POST to a URL, of what happens within the client's bounds. The secret is shown this once.

    Messages are Standard Webhooks 1.0: `{"type", "timestamp", "data"}`, signed by `webhook-signature` over
    `webhook-id`, `webhook-timestamp` and the body. `data` names what has changed (`period`, `level`, `unit`, `status`,
    `version`) and the `path` to read it; it holds no scores. Any 2xx within 15 s is success; else it is tried again,
    10 times in 3 days, under the same `webhook-id`. They may come twice and out of order. A ranking's newer version
    takes the place of one that has not arrived yet. 410 disables the webhook, redirects are not followed.

    422 at `/url`: `invalid_url`, `invalid_host`, `non_ascii_host`, `port_not_allowed`, `https_required`,
    `address_not_allowed`. 409 `too_many_webhooks`.
    """
    row, secret = await service.create(session, seal, owner, body)
    response.headers["Location"] = f"/v1/webhooks/{row.id}"
    response.headers["ETag"] = etag(row.revision)
    return presenting.webhook_with_secret(row, secret)


@router.get("/{webhook}", response_model=Webhook, responses={**_NOT_MODIFIED, **problem_responses(404)})
async def get_webhook(
    response: Response, owner: Owning, session: ReadSession, webhook: WebhookId, if_none_match: IfNoneMatch
) -> Webhook | Response:
    """One webhook, without its secret."""
    row = await webhooks.get(session, owner, webhook)
    tag = etag(row.revision)
    if none_match(if_none_match, tag):
        return not_modified(tag)
    response.headers["ETag"] = tag
    return presenting.webhook(row)


@router.put("/{webhook}", responses=problem_responses(404, 412))
async def put_webhook(
    response: Response,
    owner: Owning,
    webhook: WebhookId,
    body: Replaced,
    if_match: IfMatch,
    session: WriteSession,
) -> Webhook:
    """Change URL, types and description; disable a webhook, or take it up again.

    Nothing is put into the queue of a disabled webhook; what waited when it was disabled is sent when it is active
    again. Refusals of the URL as for POST. A webhook is made by POST only.
    """
    row = await webhooks.lock(session, owner, webhook)
    check_if_match(if_match, row.revision)
    await service.replace(session, owner, row, body)
    response.headers["ETag"] = etag(row.revision)
    return presenting.webhook(row)


@router.delete("/{webhook}", status_code=204, responses=problem_responses(404, 412))
async def delete_webhook(owner: Owning, session: WriteSession, webhook: WebhookId, if_match: IfMatch) -> None:
    """Delete a webhook, its log, and what still waits for it."""
    row = await webhooks.lock(session, owner, webhook)
    check_if_match(if_match, row.revision)
    await webhooks.remove(session, row)


@router.post("/{webhook}/rotate", responses=problem_responses(404, 412))
async def rotate_webhook_secret(
    response: Response,
    owner: Owning,
    seal: Sealing,
    session: WriteSession,
    webhook: WebhookId,
    if_match: IfMatch,
    body: Annotated[Rotation | None, Body()] = None,
) -> WebhookWithSecret:
    """Give the webhook a new secret, shown this once. The old one signs beside it for `overlap_seconds` (a day).

    Every message then carries two signatures. A second rotation within that time ends the first one's old secret.
    """
    row = await webhooks.lock(session, owner, webhook)
    check_if_match(if_match, row.revision)
    secret = await service.rotate(session, seal, row, (body or Rotation()).overlap_seconds)
    response.headers["ETag"] = etag(row.revision)
    return presenting.webhook_with_secret(row, secret)


@router.get("/{webhook}/deliveries", responses=problem_responses(404))
async def list_webhook_deliveries(
    request: Request, response: Response, owner: Owning, session: ReadSession, webhook: WebhookId, paging: Paging
) -> Page[Delivery]:
    """What was sent to a webhook in the last 30 days, the latest first, with every attempt and when the next is due."""
    row = await webhooks.get(session, owner, webhook)
    rows = await deliveries.list_(session, row.id, _position(paging.cursor), paging.limit + 1)
    page, cursor = cut(rows, paging.limit, lambda each: (each.created_at.isoformat(), str(each.id)))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[presenting.delivery(each, row) for each in page], next=cursor)


@router.post("/{webhook}/deliveries/{delivery}/replay", status_code=202, responses=problem_responses(404, 409))
async def replay_webhook_delivery(
    owner: Owning, session: WriteSession, webhook: WebhookId, delivery: DeliveryId
) -> Delivery:
    """Send a message once more, under the same `webhook-id`: the delivery that is due now.

    One that still waits is due at once; of one that has ended there is a new delivery, with attempts of its own. 409
    `webhook_disabled`, `delivery_under_way`.
    """
    row = await webhooks.lock(session, owner, webhook)
    again = await service.replay(session, row, delivery)
    await session.refresh(row)
    return presenting.delivery(again, row)


def _position(cursor: str | None) -> tuple[datetime, UUID] | None:
    if cursor is None:
        return None
    at, key = decode_cursor(cursor, str, str)
    try:
        return datetime.fromisoformat(at).astimezone(UTC), UUID(key)
    except (ValueError, OverflowError) as error:
        raise BadRequestError(
            "invalid_cursor", "The cursor is not one this list gave. Start again without it."
        ) from error
