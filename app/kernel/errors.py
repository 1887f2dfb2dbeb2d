"""Errors, in one place: raise one of these anywhere, and the caller gets `application/problem+json`."""

from collections.abc import Awaitable, Callable

import asyncpg
import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import iter_route_contexts
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.outages import Breach, driver_error, explain, name_breaches
from app.kernel.pointers import field_errors, pointer
from app.kernel.problems import (
    TITLES,
    BadRequestError,
    ConflictError,
    FieldError,
    ForbiddenError,
    InvalidError,
    NotFoundError,
    PayloadTooLargeError,
    PreconditionFailedError,
    Problem,
    ProblemError,
    TooManyRequestsError,
    UnauthorizedError,
    UnavailableError,
    UnsupportedMediaTypeError,
    count_told,
    problem_responses,
    render,
    respond,
)

__all__ = [
    "BadRequestError",
    "Breach",
    "ConflictError",
    "FieldError",
    "ForbiddenError",
    "InvalidError",
    "NotFoundError",
    "PayloadTooLargeError",
    "PreconditionFailedError",
    "Problem",
    "ProblemError",
    "TooManyRequestsError",
    "UnauthorizedError",
    "UnavailableError",
    "UnsupportedMediaTypeError",
    "answer_unexpected",
    "install",
    "name_breaches",
    "pointer",
    "problem_of",
    "problem_responses",
    "render",
]

_log = structlog.get_logger(__name__)
_CODES = {
    400: ("unreadable_body", "The body cannot be read."),
    404: ("route_not_found", "There is no such path."),
    405: ("method_not_allowed", "The path does not take this method."),
    413: ("body_too_large", "The body is larger than allowed."),
}


def install(app: FastAPI) -> None:
    """Answer every error of `app` as a problem.

    ProblemError as it says; a request that breaks its schema 422 `validation_failed`, unreadable JSON 400;
    what routing refuses (404, 405); a broken constraint by its name; a lost, full or busy database 503
    with `Retry-After`; anything else 500 without detail.
    """
    for kind, handler in _handlers().items():
        app.add_exception_handler(kind, handler)


async def answer_unexpected(request: Request, error: Exception) -> Response:
    """The last answer: 500 with a request id to quote, and the reason in the log only."""
    _log.error("unexpected_error", path=request.url.path, exc_info=error)
    return render(ProblemError("internal_error", "The server failed. Quote the X-Request-Id when reporting it."))


def problem_of(error: Exception, method: str) -> ProblemError | None:
    """The problem that a request of `method` would be answered with for this error; None for an unexpected one."""
    if isinstance(error, ProblemError):
        return error
    if isinstance(error, RequestValidationError):
        return _of_validation(error)
    return explain(error, method)


def _handlers() -> dict[type[Exception], Callable[..., Awaitable[Response]]]:
    return {
        ProblemError: _on_problem,
        RequestValidationError: _on_validation,
        HTTPException: _on_http,
        DBAPIError: _on_database,
        # Of statements that were sent straight to the driver.
        asyncpg.PostgresError: _on_database,
        asyncpg.InterfaceError: _on_database,
        asyncpg.InternalClientError: _on_database,
        PoolTimeoutError: _on_database,
        OSError: _on_database,
        Exception: answer_unexpected,
    }


async def _on_problem(_: Request, error: ProblemError) -> Response:
    return render(error)


async def _on_validation(_: Request, error: RequestValidationError) -> Response:
    return render(_of_validation(error))


def _of_validation(error: RequestValidationError) -> ProblemError:
    if any(item["type"] == "json_invalid" for item in error.errors()):
        return BadRequestError(*_CODES[400])
    errors = field_errors(error.errors(), error.body)
    return InvalidError("validation_failed", count_told(errors), errors)


async def _on_http(request: Request, error: HTTPException) -> Response:
    title = TITLES.get(error.status_code, "Error")
    code, detail = _CODES.get(error.status_code, ("http_error", title))
    headers = dict(error.headers or {})
    if error.status_code == 405:
        headers["Allow"] = ", ".join(_allowed(request))
    return respond(error.status_code, title, ProblemError(code, detail, headers=headers))


async def _on_database(request: Request, error: Exception) -> Response:
    problem = explain(error, request.method)
    if problem is None:
        return await answer_unexpected(request, error)
    if problem.status == 503:
        # One line and no traceback: in an outage every request comes by here.
        _log.warning(problem.code, error=type(error).__name__, reason=str(driver_error(error)))
    return render(problem)


def _allowed(request: Request) -> list[str]:
    # Starlette names only the methods of the first route that fits the path. One without parameters is what the
    # document means by it, and not the pattern that fits too.
    path = request.scope["path"]
    routes = [route for route in iter_route_contexts(request.app.routes) if route.path_regex.match(path)]
    exact = [route for route in routes if not route.path_regex.groups]
    routes = exact or routes
    return sorted({method for route in routes for method in route.methods or ()})
