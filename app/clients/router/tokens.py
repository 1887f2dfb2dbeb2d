"""POST /oauth/token: OAuth 2.0 client credentials (RFC 6749, 4.4); and the keys that its tokens are verified with."""

import base64
import binascii
from typing import Annotated
from urllib.parse import unquote_plus

from fastapi import APIRouter, Form, Request, Response

from app.clients import service
from app.clients.schemas import Jwk, JwkSet, Token
from app.clients.tokens import Tokens
from app.kernel.database import WriteSession
from app.kernel.errors import BadRequestError, UnauthorizedError, problem_responses

PATH = "/oauth/token"
router = APIRouter(tags=["clients"])


@router.post(PATH, responses=problem_responses(400, 401, 415))
async def issue_token(
    request: Request,
    response: Response,
    session: WriteSession,
    grant_type: Annotated[str | None, Form(examples=["client_credentials"])] = None,
    scope: Annotated[str | None, Form(description="Some of the client's scopes; else all of them")] = None,
    client_id: Annotated[str | None, Form()] = None,
    client_secret: Annotated[str | None, Form(json_schema_extra={"format": "password"})] = None,
) -> Token:
    """An access token for a client, which says who it is by HTTP Basic or in the form.

    Errors are problems that also carry `error` and `error_description` (RFC 6749, 5.2).
    """
    if grant_type is None:
        raise service.refuse(BadRequestError, "invalid_request", "grant_type is missing.")
    if grant_type != "client_credentials":
        raise service.refuse(BadRequestError, "unsupported_grant_type", "Only client_credentials is supported.")
    credentials = _credentials(request.headers.get("authorization"), client_id, client_secret)
    known = await service.authenticate(session, request.app.state.keys.pepper, *credentials)
    scopes = service.grant(known.client, scope)
    tokens: Tokens = request.app.state.tokens
    response.headers["Cache-Control"] = "no-store"
    return Token(
        access_token=tokens.issue(known.client.id, scopes, known.generation),
        token_type="Bearer",  # noqa: S106  a kind, no secret
        expires_in=tokens.seconds,
        scope=" ".join(sorted(scopes)),
    )


@router.get("/.well-known/jwks.json")
async def get_jwks(request: Request, response: Response) -> JwkSet:
    """The public keys of the access tokens made here, by `kid`."""
    tokens: Tokens = request.app.state.tokens
    response.headers["Cache-Control"] = "public, max-age=300"
    return JwkSet(keys=[Jwk.model_validate(key) for key in tokens.public_keys()])


def _credentials(header: str | None, client_id: str | None, client_secret: str | None) -> tuple[str, str]:
    if header is not None and client_secret is not None:
        raise service.refuse(BadRequestError, "invalid_request", "Use HTTP Basic or the form, not both.")
    if header is not None:
        return _basic(header)
    if client_id is None or client_secret is None:
        raise service.refuse(UnauthorizedError, "invalid_client", "Say who you are: HTTP Basic, or in the form.")
    return client_id, client_secret


def _basic(header: str) -> tuple[str, str]:
    kind, _, encoded = header.partition(" ")
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode() if kind.lower() == "basic" else ""
    except (binascii.Error, ValueError):
        text = ""
    # Both parts are form-encoded first (RFC 6749, 2.3.1).
    client_id, _, client_secret = text.partition(":")
    return unquote_plus(client_id), unquote_plus(client_secret)
