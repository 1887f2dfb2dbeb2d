"""Idempotency-Key: what is sent again is answered again, and done once.

After the IETF's draft-ietf-httpapi-idempotency-key-header. The answer is stored in the transaction of the work: both
are there, or neither. What is refused or fails is raised, rolls back, and leaves the key unused: it may be sent again,
corrected too. The lock on a key is the transaction's and ends with it, whoever crashes.
"""

import re
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.requests import Request
from starlette.responses import Response

from app.kernel import canonical
from app.kernel.database import fetch, transaction
from app.kernel.errors import BadRequestError, ConflictError, FieldError, InvalidError, pointer
from app.kernel.sealing import Seal
from app.kernel.strictness import read_whole

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"

_Handler = Callable[[Request], Coroutine[Any, Any, Response]]

_BARE = re.compile(r"[!#-~]{1,255}")
_QUOTED = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\]){1,255})"')
_PARAMETER = {
    "name": HEADER,
    "in": "header",
    "required": False,
    "description": (
        "Names this request, for sending it again: 1 to 255 characters, bare or as a quoted string. The same key with "
        "the same request within 24 hours gets the first answer again, with `Idempotent-Replayed: true`. 422 "
        "`idempotency_key_reused` for another request; 409 `idempotency_key_in_flight` while the first still runs; "
        "400 `invalid_idempotency_key`. What was refused has not used its key."
    ),
    "schema": {"type": "string", "minLength": 1, "pattern": f"^({_BARE.pattern}|{_QUOTED.pattern})$"},
    "example": '"8e03978e-40d5-43e8-bc93-6894a57f9324"',
}
_ESCAPED = re.compile(r"\\(.)")
_BOUNDARY = re.compile(r'multipart/.*\bboundary="?([^";]+)', re.IGNORECASE)

_CLAIM = "SELECT pg_try_advisory_xact_lock($1)"
# A statement of its own: its snapshot must be younger than the lock.
_FIND = """
    SELECT fingerprint, status, headers, body FROM idempotency_keys
     WHERE client_id = $1 AND key = $2 AND created_at > now() - interval '24 hours'
"""
# What is in the way has expired.
_STORE = """
    INSERT INTO idempotency_keys (client_id, key, fingerprint, status, headers, body) VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (client_id, key) DO UPDATE
       SET fingerprint = excluded.fingerprint, status = excluded.status, headers = excluded.headers,
           body = excluded.body, created_at = excluded.created_at
"""
# More than one for each that comes. After the insert, which may wait for another's deletion, and itself never waiting:
# so no two can wait for each other.
_EXPIRE = """
    WITH expired AS (
        SELECT client_id, key FROM idempotency_keys WHERE created_at <= now() - interval '24 hours'
         ORDER BY created_at LIMIT 10 FOR UPDATE SKIP LOCKED
    )
    DELETE FROM idempotency_keys k USING expired e WHERE k.client_id = e.client_id AND k.key = e.key
"""


class OnceRoute(APIRoute):
    """The `route_class` of every router with POSTs: each is done once for a key of a client.

    A POST that bears a key runs inside a transaction opened here, which its WriteSession is, and which is committed
    here: before the answer goes out, as always.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        if "POST" in (options.get("methods") or ()):
            options["openapi_extra"] = {**(options.get("openapi_extra") or {}), "parameters": [_PARAMETER]}
        super().__init__(path, endpoint, **options)

    def get_route_handler(self) -> _Handler:
        handler = super().get_route_handler()
        return once(handler) if "POST" in (self.methods or ()) else handler


def once(handler: _Handler) -> _Handler:
    """`handler` for a POST that may bear a key. It has to go through the door and to write in a WriteSession."""

    async def answer(request: Request) -> Response:
        # Whoever does not even say who calls is sent away by the door, before megabytes are read.
        if HEADER not in request.headers or "authorization" not in request.headers:
            return await handler(request)
        return await _answer_once(request, handler)

    return answer


@dataclass
class _Attempt:
    """One request with a key; `client_id` is known once the door has let the client in."""

    session: AsyncSession
    key: str
    fingerprint: bytes
    seal: Seal
    client_id: str | None = None

    @property
    def name(self) -> bytes:
        """Of the key among those of all clients."""
        return f"{self.client_id}\0{self.key}".encode()


class _AnsweredError(Exception):
    """There is nothing left to do: this is the first answer."""

    def __init__(self, response: Response) -> None:
        super().__init__()
        self.response = response


async def claim(request: Request, client_id: str) -> None:
    """Reserve the request's key for its client until the transaction ends; to be called before any work is done.

    Where the key has an answer already, the route is left with it, or with InvalidError `idempotency_key_reused`.
    ConflictError `idempotency_key_in_flight`, at once, while another request holds the key. Nothing without a key.
    """
    attempt: _Attempt | None = getattr(request.state, "attempt", None)
    if attempt is None or attempt.client_id is not None:
        return
    attempt.client_id = client_id
    lock = int.from_bytes(sha256(attempt.name).digest()[:8], signed=True)
    [[is_free]] = await fetch(attempt.session, _CLAIM, lock)
    if not is_free:
        detail = "A request with this key is still running. Send it again in a moment."
        raise ConflictError("idempotency_key_in_flight", detail, headers={"Retry-After": "1"})
    for fingerprint, *answer in await fetch(attempt.session, _FIND, client_id, attempt.key):
        if fingerprint != attempt.fingerprint:
            detail = "This key was used for another request. Take a new one."
            raise InvalidError(
                "idempotency_key_reused", detail, [_at("idempotency_key_reused", "Names another request")]
            )
        raise _AnsweredError(_replay(attempt, *answer))


async def _answer_once(request: Request, handler: _Handler) -> Response:
    key = _read_key(request.headers.getlist(HEADER))
    # The whole body first: a slow caller must not hold a connection of the database.
    fingerprint = _fingerprint(request, await read_whole(request))
    seal = Seal(request.app.state.keys.pepper, "idempotency_keys")
    try:
        async with transaction(request.app.state.database) as session:
            request.state.transaction = session
            request.state.attempt = attempt = _Attempt(session, key, fingerprint, seal)
            response = await handler(request)
            await _store(attempt, response)
    except _AnsweredError as answered:
        return answered.response
    return response


def _read_key(lines: list[str]) -> str:
    if len(lines) == 1:
        if _BARE.fullmatch(lines[0]):
            return lines[0]
        quoted = _QUOTED.fullmatch(lines[0])
        if quoted:
            return _ESCAPED.sub(r"\1", quoted[1])
    detail = "The key must have 1 to 255 characters, bare or as a quoted string, on one line."
    raise BadRequestError("invalid_idempotency_key", detail, [_at("invalid_idempotency_key", "Not one key")])


def _at(code: str, detail: str) -> FieldError:
    return FieldError(pointer("header", HEADER), code, detail)


def _fingerprint(request: Request, body: bytes) -> bytes:
    target = [request.method, request.scope["path"], request.scope["query_string"].decode("latin-1")]
    boundary = _BOUNDARY.match(request.headers.get("content-type", ""))
    if boundary:
        # Made anew by chance each time that a client writes the same form.
        body = body.replace(boundary[1].encode("latin-1"), b"")
    digest = sha256(canonical.dumps(target).encode())
    digest.update(body)  # not joined: there may be 60 MB of it
    return digest.digest()


async def _store(attempt: _Attempt, response: Response) -> None:
    if attempt.client_id is None:
        message = "The route answered without asking who calls."
        raise RuntimeError(message)
    headers = [f"{name.decode('latin-1')}: {value.decode('latin-1')}" for name, value in response.raw_headers]
    # Sealed: what is told only once, such as a client's secret, is not to be read in the database.
    body = attempt.seal.seal(bytes(response.body), attempt.name)
    row = (attempt.client_id, attempt.key, attempt.fingerprint, response.status_code, headers, body)
    await fetch(attempt.session, _STORE, *row)
    await fetch(attempt.session, _EXPIRE)


def _replay(attempt: _Attempt, status: int, headers: list[str], body: bytes) -> Response:
    response = Response(attempt.seal.open(body, attempt.name), status)
    lines = [line.partition(": ") for line in headers]
    response.raw_headers = [(name.encode("latin-1"), value.encode("latin-1")) for name, _, value in lines]
    response.headers[REPLAYED] = "true"
    return response
