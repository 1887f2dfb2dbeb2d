"""Which bodies are read: none above a size, and none that is packed."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.problems import PayloadTooLargeError, ProblemError, UnsupportedMediaTypeError, render

_MOST_DIGITS = 18  # of a number that is worth reading


class BodyLimit:
    """Answers 413 as soon as a body is known to be too large: by its Content-Length, or while it is read.

    415 for a body with a Content-Encoding: a few kilobytes could unpack to gigabytes, and nobody here unpacks anything.

    `paths` gives some paths a limit of their own. Starlette's own limit is not used: it answers a large
    Content-Length in plain text, whatever the application says.
    """

    def __init__(self, app: ASGIApp, limit: int, paths: Mapping[str, int] = MappingProxyType({})) -> None:
        self._app = app
        self._limit = limit
        self._paths = paths

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._paths.get(scope["path"], self._limit)
        error = _refusal(scope, limit)
        if error is not None:
            await render(error)(scope, receive, send)
            return
        await self._app(scope, _counted(receive, limit), send)


def _counted(receive: Receive, limit: int) -> Receive:
    total = 0

    async def counted() -> Message:
        nonlocal total
        message = await receive()
        total += len(message.get("body", b""))
        if total > limit:
            # FastAPI turns any other error of a body into a 400.
            raise HTTPException(413)
        return message

    return counted


def _refusal(scope: Scope, limit: int) -> ProblemError | None:
    headers = dict(scope["headers"])
    length = headers.get(b"content-length", b"")
    if length.isdigit() and (len(length) > _MOST_DIGITS or int(length) > limit):
        return PayloadTooLargeError("body_too_large", f"The body is larger than {limit} bytes.")
    if headers.get(b"content-encoding", b"identity").lower() == b"identity":
        return None
    if length in (b"", b"0") and b"transfer-encoding" not in headers:
        return None
    return UnsupportedMediaTypeError(
        "unsupported_content_encoding",
        "Send the body as it is, without Content-Encoding.",
        headers={"Accept-Encoding": "identity"},
    )
