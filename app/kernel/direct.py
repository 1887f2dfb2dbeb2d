"""Routes whose arguments are read by hand, for what is asked most: solving declared ones costs several times as much.

Each has a declared twin in its feature's router, which the OpenAPI document is made from and whose function it calls.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Match, Route
from starlette.types import Scope

from app.kernel.strictness import check_path, check_query, parse_json, read_json_text

M = TypeVar("M", bound=BaseModel)


class DirectRoute(Route):
    """A route that tells the log which path it stands for."""

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """As any route, and itself in the scope."""
        match, found = super().matches(scope)
        if match is Match.FULL:
            found["route"] = self
        return match, found


def direct(method: str, path: str, answer: Callable[[Request], Awaitable[Response]]) -> Route:
    """A route to be tried before all declared ones; a path parameter goes to the next slash."""
    return DirectRoute(path, answer, methods=[method], include_in_schema=False)


def read_parameters(model: type[M], where: Mapping[str, str], given: Mapping[str, str]) -> M:
    """The parameters of path (`where`) and query (`given`) as `model` declares them. RequestValidationError."""
    try:
        return model.model_validate({**given, **where})
    except ValidationError as error:
        raise _refused(error, lambda name: "path" if name in where else "query") from None


async def read_body(request: Request, model: type[M]) -> M:
    """The JSON body as `model` declares it, parsed once. What `Strictness` refuses, and RequestValidationError."""
    return parse_body(await read_json_text(request), model)


def parse_body(body: bytes, model: type[M]) -> M:
    """The same of a body that was received before."""
    document = parse_json(body)
    if document is None:
        raise RequestValidationError([{"type": "missing", "loc": ("body",), "msg": "Field required", "input": None}])
    try:
        return model.model_validate(document)
    except ValidationError as error:
        raise _refused(error, None, document) from None


def check_parameters(request: Request, declared: Mapping[str, bool]) -> None:
    """Refuse parameters that are not declared, repeated, or hold U+0000, as `Strictness` does."""
    check_path(request)
    if request.scope["query_string"]:
        check_query(request.query_params, declared)


def _refused(
    error: ValidationError, place: Callable[[str], str] | None, document: Any = None
) -> RequestValidationError:
    problems = [
        {**problem, "loc": (place(str(problem["loc"][0])) if place else "body", *problem["loc"])}
        for problem in error.errors()
    ]
    return RequestValidationError(problems, body=document)
