"""What the framework would let pass: unknown or repeated parameters, bodies of another type, U+0000."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, get_args, get_origin

import jiter
from fastapi import params
from fastapi.dependencies.utils import get_flat_params
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.datastructures import QueryParams
from starlette.requests import ClientDisconnect, Request

from app.kernel.errors import BadRequestError, FieldError, InvalidError, UnsupportedMediaTypeError, pointer
from app.kernel.problems import count_told

_JSON = re.compile(r"application/([\w.+-]+\+)?json\s*(;|$)", re.IGNORECASE)
_FORM = re.compile(r"(application/x-www-form-urlencoded|multipart/form-data)\s*(;|$)", re.IGNORECASE)
_TWICE = "Detected duplicate key "
# Only these can parse to NUL or to infinity: a body without them need not be walked.
_SUSPECT = re.compile(rb"\\u0000|\d[eE]\+?\d{3}|\d{300}")


@dataclass(frozen=True)
class _Declared:
    """What one route takes: its query parameters (True: may be repeated) and the type of its body."""

    query: dict[str, bool]
    body: re.Pattern[str] | None


class Strictness:
    """A dependency of the whole application; every route is checked against what it declares.

    Raises InvalidError `unknown_parameter`, `repeated_parameter` or `validation_failed` (NUL, infinity, no UTF-8),
    UnsupportedMediaTypeError, and BadRequestError for JSON that is not UTF-8, not Unicode, nested
    too deep or has a member twice.
    """

    def __init__(self) -> None:
        self._declared: dict[Callable[..., Any], _Declared] = {}

    async def __call__(self, request: Request) -> None:
        declared = self._of(request)
        check_path(request)
        if request.scope["query_string"]:
            check_query(request.query_params, declared.query)
        if declared.body is not None:
            await _check_body(request, declared.body)

    def _of(self, request: Request) -> _Declared:
        endpoint = request.scope["endpoint"]
        if endpoint not in self._declared:
            routes = iter_route_contexts(request.app.routes)
            self._declared[endpoint] = _declared([route for route in routes if route.endpoint is endpoint])
        return self._declared[endpoint]


def _declared(routes: list[RouteContext]) -> _Declared:
    fields = [field for route in routes for field in get_flat_params(route.dependant)]
    query = {
        field.alias: _is_list(field.field_info.annotation)
        for field in fields
        if not isinstance(field.field_info, params.Path | params.Header | params.Cookie)
    }
    bodies = [route.body_field for route in routes if route.body_field is not None]
    if not bodies:
        return _Declared(query, None)
    return _Declared(query, _FORM if isinstance(bodies[0].field_info, params.Form) else _JSON)


def _is_list(annotation: Any) -> bool:
    kinds = (annotation, *get_args(annotation))
    return any((get_origin(kind) or kind) in (list, set, tuple, frozenset) for kind in kinds)


def check_query(given: QueryParams, declared: Mapping[str, bool]) -> None:
    """Refuse parameters that are not declared, and repeated ones unless their name maps to True."""
    names = Counter(name for name, _ in given.multi_items())
    unknown = [
        FieldError(pointer("query", name), "unknown_parameter", "Not a parameter here")
        for name in names
        if name not in declared
    ]
    if unknown:
        raise InvalidError("unknown_parameter", "The path does not take all of these parameters.", unknown)
    repeated = [name for name, times in names.items() if times > 1 and not declared[name]]
    if repeated:
        errors = [FieldError(pointer("query", name), "repeated_parameter", "Given more than once") for name in repeated]
        raise InvalidError("repeated_parameter", "A parameter may be given only once.", errors)
    _refuse([pointer("query", name) for name, value in given.multi_items() if "\x00" in value])
    # What is not UTF-8 has been read as U+FFFD, which nobody means.
    lost = [name for name, value in given.multi_items() if "\ufffd" in value]
    if lost:
        errors = [FieldError(pointer("query", name), "not_unicode", "Is not UTF-8") for name in lost]
        raise InvalidError("validation_failed", count_told(errors), errors)


def check_path(request: Request) -> None:
    """Refuse U+0000 in the path's parameters."""
    _refuse([pointer("path", name) for name, value in request.path_params.items() if "\x00" in value])


async def _check_body(request: Request, media_type: re.Pattern[str]) -> None:
    if media_type is _FORM:
        _check_form(request)
    else:
        await read_json(request)


async def read_whole(request: Request) -> bytes:
    """The bytes of the body. BadRequestError when the caller hangs up in the middle."""
    try:
        return await request.body()
    except ClientDisconnect:
        raise BadRequestError("unreadable_body", "The caller hung up before the body was whole.") from None


async def read_json(request: Request) -> Any:
    """The document in the body, None without one. Numbers are int and float.

    Raises UnsupportedMediaTypeError, BadRequestError and InvalidError as told above.
    """
    return parse_json(await read_json_text(request))


async def read_json_text(request: Request) -> bytes:
    """The body as it was sent, which says that it is JSON; empty without one. UnsupportedMediaTypeError."""
    body = await read_whole(request)
    if body and not _JSON.match(request.headers.get("content-type", "")):
        raise UnsupportedMediaTypeError("unsupported_media_type", "Send the body as application/json.")
    return body


def parse_json(body: bytes) -> Any:
    """The document in `body`, None where that is empty. BadRequestError and InvalidError as told above."""
    if not body:
        return None
    document = parse(body)
    if document is None:
        # The framework takes it for no body at all, where one may be left out. To the document it is none of both.
        errors = [FieldError("", "not_an_object", "Must be an object")]
        raise InvalidError("validation_failed", count_told(errors), errors)
    if is_suspect(body):
        refuse_unstorable(document)
    return document


def parse(body: bytes) -> Any:
    """The document. BadRequestError `duplicate_member`; `unreadable_body` for what is no JSON in UTF-8, no Unicode, or
    nested too deep.
    """
    try:
        # The framework's parser takes NaN, lone surrogates, any depth and the last of two members; this one does not.
        return jiter.from_json(body, allow_inf_nan=False, catch_duplicate_keys=True)
    except ValueError as error:
        raise _unreadable(error) from None


def is_suspect(body: bytes) -> bool:
    """Whether the document may hold something that `refuse_unstorable` refuses."""
    return _SUSPECT.search(body) is not None


def refuse_unstorable(document: Any) -> None:
    """InvalidError `validation_failed` naming every U+0000 and every number that is not finite."""
    _refuse(list(_unstorable(document, "")))


def _unreadable(error: ValueError) -> BadRequestError:
    if str(error).startswith(_TWICE):
        detail = f"An object has two members of one name: {str(error).removeprefix(_TWICE)}."
        return BadRequestError("duplicate_member", detail)
    return BadRequestError("unreadable_body", "The body is not JSON in UTF-8, or nested too deep.")


def _check_form(request: Request) -> None:
    # The form is parsed already, and its bytes are gone; a body of another type has parsed to an empty form.
    length = request.headers.get("content-length", "0" if "transfer-encoding" not in request.headers else "1")
    if length != "0" and not _FORM.match(request.headers.get("content-type", "")):
        raise UnsupportedMediaTypeError("unsupported_media_type", "Send the body as a form.")


def _unstorable(value: Any, at: str) -> Iterator[str]:
    if isinstance(value, dict):
        for key, item in value.items():
            if "\x00" in key:
                yield at
            yield from _unstorable(item, at + pointer(key))
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unstorable(item, f"{at}/{index}")
    elif (isinstance(value, str) and "\x00" in value) or (isinstance(value, float) and not isfinite(value)):
        yield at


def _refuse(pointers: list[str]) -> None:
    if not pointers:
        return
    errors = [FieldError(place, "not_storable", "Holds U+0000, or a number that is not finite") for place in pointers]
    raise InvalidError("validation_failed", count_told(errors), errors)
