"""The door: which client is calling, and whether it may."""

from typing import Annotated, Any

from fastapi import Request, Security
from fastapi.openapi.models import OAuthFlowClientCredentials, OAuthFlows
from fastapi.security import OAuth2

from app.clients.client import Client, Scope
from app.clients.door import Door
from app.clients.tokens import InvalidTokenError
from app.kernel.errors import ForbiddenError, UnauthorizedError
from app.kernel.idempotency import claim
from app.kernel.rates import admit

__all__ = [
    "Admin",
    "Client",
    "Publisher",
    "Pusher",
    "Reader",
    "Reviewer",
    "Scope",
    "Submitter",
    "Visitor",
    "authorised",
    "requires",
    "visitor_of",
]

_MEANINGS = {
    Scope.READ: "Read everything within the client's bounds",
    Scope.SUBMIT: "Report for the client's own unit and those below",
    Scope.PUSH: "Push values of the client's indicators and levels",
    Scope.REVIEW: "Review what was reported, and award points",
    Scope.PUBLISH: "Publish results",
    Scope.ADMIN: "Everything, reference data and clients included",
}
_scheme = OAuth2(
    flows=OAuthFlows(
        clientCredentials=OAuthFlowClientCredentials(
            tokenUrl="/oauth/token", scopes={scope.value: meaning for scope, meaning in _MEANINGS.items()}
        )
    ),
    scheme_name="oauth2",
    auto_error=False,
)


async def _visitor(request: Request, authorization: Annotated[str | None, Security(_scheme)]) -> Client | None:
    return await visitor_of(request, authorization)


Visitor = Annotated[Client | None, Security(_visitor)]
"""The client, or None without a token. A token that is no good is still 401."""


async def visitor_of(request: Request, authorization: str | None) -> Client | None:
    """The client that an `Authorization` header speaks for, with what it may do at present; None without one.

    UnauthorizedError; TooManyRequestsError `rate_limited` for a client that has used up its rate; UnavailableError
    `issuer_unavailable`; without a database, what a query raises.
    """
    if authorization is None:
        return None
    kind, _, token = authorization.partition(" ")
    if kind.lower() != "bearer":
        raise _unauthorized("token_missing", "Send an access token as `Authorization: Bearer …`.", "")
    door: Door = request.app.state.door
    try:
        client = await door.let_in(token.strip())
    except InvalidTokenError:
        detail = "The access token is not valid, has expired, or its client may not call any more. Get a new one."
        raise _unauthorized("invalid_token", detail, ', error="invalid_token"') from None
    admit(request, client.id)
    return client


def authorised(client: Client | None, scope: Scope) -> Client:
    """The client if it has `scope`. UnauthorizedError without one; ForbiddenError `insufficient_scope`."""
    if client is None:
        raise _unauthorized("token_missing", "Send an access token as `Authorization: Bearer …`.", "")
    if client.may(scope):
        return client
    raise ForbiddenError(
        "insufficient_scope",
        f"This needs the scope `{scope}`.",
        headers={"WWW-Authenticate": f'Bearer realm="dti", error="insufficient_scope", scope="{scope}"'},
    )


def requires(scope: Scope) -> Any:
    """A dependency that lets only clients with `scope` pass, and gives the route its Client.

    401 without a token or with a bad one; 403 `insufficient_scope`. Behind the door nothing is done twice: a POST
    with a known Idempotency-Key goes no further, see `claim`.
    """

    async def required(request: Request, client: Visitor) -> Client:
        found = authorised(client, scope)
        await claim(request, found.id)
        return found

    return Security(required, scopes=[scope.value])


Reader = Annotated[Client, requires(Scope.READ)]
Submitter = Annotated[Client, requires(Scope.SUBMIT)]
Pusher = Annotated[Client, requires(Scope.PUSH)]
Reviewer = Annotated[Client, requires(Scope.REVIEW)]
Publisher = Annotated[Client, requires(Scope.PUBLISH)]
Admin = Annotated[Client, requires(Scope.ADMIN)]


def _unauthorized(code: str, detail: str, challenge: str) -> UnauthorizedError:
    return UnauthorizedError(code, detail, headers={"WWW-Authenticate": f'Bearer realm="dti"{challenge}'})
