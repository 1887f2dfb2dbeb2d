"""What the OpenAPI document says of every operation, so that no route has to."""

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI
from pydantic.json_schema import models_json_schema

from app.kernel.idempotency import HEADER, REPLAYED
from app.kernel.problems import Problem, problem_responses
from app.kernel.rates import UNLIMITED

_REPLAYED = {
    "description": "`true` where this answer was given before, to the same Idempotency-Key",
    "schema": {"type": "string", "const": "true"},
}
_RATES = {
    "RateLimit-Policy": 'The rate and its window in seconds, such as `"client";q=6000;w=60`',
    "RateLimit": 'What is left of it, and for how many seconds, such as `"client";r=0;t=17`',
    "Retry-After": "Seconds until requests are answered again",
}


class DocumentedAPI(FastAPI):
    """FastAPI with the Problem schema, and the refusals that follow from what an operation takes."""

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document.setdefault("components", {}).setdefault("schemas", {}).update(_problem_schemas())
            for path, operation in _operations(document):
                _complete(path, operation)
        assert self.openapi_schema is not None  # noqa: S101  the line above has made it
        return self.openapi_schema


def _problem_schemas() -> dict[str, Any]:
    _, schema = models_json_schema([(Problem, "serialization")], ref_template="#/components/schemas/{model}")
    definitions: dict[str, Any] = schema["$defs"]
    return definitions


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation


def _complete(path: str, operation: dict[str, Any]) -> None:
    for status, response in problem_responses(*_refusals(path, operation)).items():
        operation["responses"].setdefault(str(status), response)
    if HEADER in _named(operation, "header"):
        for status, response in operation["responses"].items():
            if int(status) < 400:
                response.setdefault("headers", {})[REPLAYED] = _REPLAYED
    if "429" in operation["responses"]:
        operation["responses"]["429"]["headers"] = {name: _header(told) for name, told in _RATES.items()}
    operation["responses"] = dict(sorted(operation["responses"].items()))
    # A route that names no scope takes visitors too.
    if any(not scopes for requirement in operation.get("security", ()) for scopes in requirement.values()):
        operation["security"].append({})


def _refusals(path: str, operation: dict[str, Any]) -> Iterator[int]:
    yield from (422, 500, 503)
    if path not in UNLIMITED:
        yield 429
    headers = _named(operation, "header")
    if "requestBody" in operation:
        yield from (400, 413, 415)
    if "cursor" in _named(operation, "query"):
        yield 400
    if "security" in operation:
        yield from (401, 403)
    if "{" in path:
        yield 404
    if "If-Match" in headers:
        yield 412
    if HEADER in headers:
        yield from (400, 409)


def _header(description: str) -> dict[str, Any]:
    return {"description": description, "schema": {"type": "string"}}


def _named(operation: dict[str, Any], place: str) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == place}
