"""What follows from what an operation takes and answers, so that no route has to say it."""

from collections.abc import Iterator
from typing import Any

from app.kernel.idempotency import HEADER, REPLAYED
from app.kernel.problems import MEDIA_TYPE, problem_responses
from app.kernel.rates import UNLIMITED

_JSON = "application/json"
_REPLAYED = {
    "description": "`true` where this answer was given before, to the same Idempotency-Key",
    "schema": {"type": "string", "const": "true"},
}
_RATES = {
    "RateLimit-Policy": 'The rate and its window in seconds, such as `"client";q=6000;w=60`',
    "RateLimit": 'What is left of it, and for how many seconds, such as `"client";r=0;t=17`',
    "Retry-After": "Seconds until requests are answered again",
}
_ETAG = {"description": "What this answer is of: for If-Match and If-None-Match", "schema": {"type": "string"}}


def complete(path: str, operation: dict[str, Any]) -> None:
    """Add refusals, headers and security to an operation of the OpenAPI document, and put its schemas right."""
    _declare_refusals(path, operation)
    _declare_headers(operation)
    _repeat_what_is_created(operation["responses"])
    operation["responses"] = dict(sorted(operation["responses"].items()))
    bodies = operation.get("requestBody", {}).get("content", {}).values()
    for place in (*operation.get("parameters", ()), *bodies):
        place["schema"] = _without_null(place["schema"])
    _declare_visitors(operation)


def _declare_refusals(path: str, operation: dict[str, Any]) -> None:
    answers = operation["responses"]
    for status, response in problem_responses(*_refusals(path, operation)).items():
        answers.setdefault(str(status), response)
    for status, response in answers.items():
        # A route that has members of its own to tell gives their model, which the framework takes for JSON's.
        if int(status) >= 400 and _JSON in response.get("content", {}):
            response["content"] = {MEDIA_TYPE: response["content"][_JSON]}


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


def _declare_headers(operation: dict[str, Any]) -> None:
    sent = _named(operation, "header")
    for status, response in operation["responses"].items():
        if int(status) < 400 and HEADER in sent:
            response.setdefault("headers", {})[REPLAYED] = _REPLAYED
        if status in ("200", "201", "304") and "If-None-Match" in sent:
            response.setdefault("headers", {})["ETag"] = _ETAG
    if "429" in operation["responses"]:
        operation["responses"]["429"]["headers"] = {
            name: {"description": told, "schema": {"type": "string"}} for name, told in _RATES.items()
        }


def _repeat_what_is_created(answers: dict[str, Any]) -> None:
    """A route that may create and may change answers with the same model: generated clients must know that."""
    if "200" in answers and "201" in answers:
        answers["201"].setdefault("content", answers["200"]["content"])


def _without_null(schema: dict[str, Any]) -> dict[str, Any]:
    """A parameter or a body is sent or left out; the null of its default would let clients send the text `null`."""
    if {"type": "null"} not in schema.get("anyOf", ()):
        return schema
    kind: dict[str, Any]
    (kind,) = [choice for choice in schema["anyOf"] if choice != {"type": "null"}]
    if "$ref" in kind:
        return kind
    return {**kind, **{name: value for name, value in schema.items() if name != "anyOf"}}


def _declare_visitors(operation: dict[str, Any]) -> None:
    security = operation.setdefault("security", [])
    # A route that names no scope takes visitors too.
    if any(not scopes for requirement in security for scopes in requirement.values()):
        security.append({})


def _named(operation: dict[str, Any], place: str) -> set[str]:
    return {parameter["name"] for parameter in operation.get("parameters", ()) if parameter["in"] == place}
