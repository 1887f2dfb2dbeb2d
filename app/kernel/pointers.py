"""RFC 6901 pointers, and validation errors told with them."""

from collections.abc import Mapping, Sequence
from typing import Any

from app.kernel.problems import FieldError

_CODES = {
    "extra_forbidden": "unknown_field",
    "string_unicode": "not_unicode",
    "model_type": "not_an_object",
    "model_attributes_type": "not_an_object",
    "dict_type": "not_an_object",
}
_DETAILS = {"not_an_object": "Must be an object"}
_DETAIL_LIMIT = 300
_PARAMETERS = ("query", "path", "header", "cookie")


def pointer(*segments: str | int) -> str:
    """`pointer("values", 3, "a/b")` is `/values/3/a~1b`; no segment is the whole document."""
    return "".join("/" + str(segment).replace("~", "~0").replace("/", "~1") for segment in segments)


def field_errors(errors: Sequence[Mapping[str, Any]], body: Any) -> list[FieldError]:
    """The framework's list as ours, without inputs and contexts. `body` is what the pointers point into."""
    return [_field_error(error, body) for error in errors]


def _field_error(error: Mapping[str, Any], body: Any) -> FieldError:
    place, *rest = error["loc"]
    path = (place, *rest) if place in _PARAMETERS else _resolve(rest, body, str(error["type"]))
    detail = "".join(character for character in str(error["msg"]) if character.isprintable())
    code = _CODES.get(error["type"], str(error["type"]))
    return FieldError(pointer(*path), code, _DETAILS.get(code, detail[:_DETAIL_LIMIT]))


def _resolve(location: Sequence[str | int], body: Any, kind: str) -> tuple[str | int, ...]:
    # pydantic also names the branch of a union it tried ("bands", "decimal"): that is no place in the body. A branch
    # told by `type` may be called like one of its fields; its name comes first.
    path: list[str | int] = []
    branch: Any = None
    for segment in location:
        if _has(body, segment) and segment != branch:
            body = body[segment]
            path.append(segment)
            branch = body.get("type") if isinstance(body, dict) else None
        else:
            branch = None
    if kind == "missing" and location:
        path.append(location[-1])
    return tuple(path)


def _has(body: Any, segment: str | int) -> bool:
    if isinstance(body, dict):
        return segment in body
    return isinstance(body, list) and isinstance(segment, int) and segment < len(body)
