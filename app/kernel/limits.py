"""The largest body that is read."""

from collections.abc import Mapping
from types import MappingProxyType

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.problems import PayloadTooLargeError, render


class BodyLimit:
    """Answers 413 as soon as a body is known to be too large: by its Content-Length, or while it is read.

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
        if _announced(scope) > limit:
            error = PayloadTooLargeError("body_too_large", f"The body is larger than {limit} bytes.")
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


def _announced(scope: Scope) -> int:
    values = [value for name, value in scope["headers"] if name == b"content-length"]
    return int(values[0]) if values and values[0].isdigit() else 0
