"""The log, as JSON lines: one per request, and in it nothing a caller sent in confidence."""

import logging
import re
import secrets
import time
from collections.abc import Callable
from typing import Any

import orjson
import structlog
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.errors import answer_unexpected

_SANE_ID = re.compile(r"[A-Za-z0-9._-]{1,128}")
_log = structlog.get_logger("dti.requests")


def configure_logs(level: str) -> None:
    """JSON lines on standard output from `level` up. For the process that serves, never at import."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(serializer=_line),
        ],
        # Line and line end in one write: workers share the output, which may be unbuffered.
        logger_factory=structlog.WriteLoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
    )


class RequestLog:
    """Gives every request its id, answers what nothing else answered, and writes the line."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        status = 0

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message.get("headers", ()), (b"x-request-id", request_id.encode())]
            await send(message)

        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_with_id)
            except Exception as error:  # noqa: BLE001  the outermost edge: the caller still gets a problem and an id
                response = await answer_unexpected(Request(scope), error)
                if status == 0:
                    await response(scope, receive, send_with_id)
            finally:
                _write_line(scope, status, time.perf_counter() - started)


def route_template(scope: Scope) -> str | None:
    """The path as it was declared (`/v1/units/{unit}`), or None where nothing fitted."""
    # Routes are a tree: the route itself only knows its path below the routers that include it.
    context = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(context, "path_format", None)


def _line(event: Any, default: Callable[[Any], Any]) -> str:
    return orjson.dumps(event, default=default).decode()


def _request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _SANE_ID.fullmatch(text := value.decode("latin-1")):
            return str(text)
    return secrets.token_hex(16)


def _write_line(scope: Scope, status: int, seconds: float) -> None:
    _log.info(
        "request",
        method=scope["method"],
        route=route_template(scope),
        status=status,
        duration_ms=round(seconds * 1000, 2),
        client=scope["state"].get("client_id"),
    )
