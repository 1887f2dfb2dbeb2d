"""The error tree, and how one becomes `application/problem+json` (RFC 9457)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from types import MappingProxyType
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from app.kernel import canonical

MEDIA_TYPE = "application/problem+json"
_NOTHING: Mapping[str, Any] = MappingProxyType({})

TITLES = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    405: "Method not allowed",
    409: "Conflict",
    412: "Precondition failed",
    413: "Content too large",
    415: "Unsupported media type",
    422: "Unprocessable content",
    429: "Too many requests",
    500: "Internal server error",
    503: "Service unavailable",
}


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with a request.

    `pointer` is an RFC 6901 pointer into the body; what is wrong with a parameter is named by a first segment
    `query`, `path` or `header`: `/query/limit`, `/path/unit`, `/header/If-Match`.
    """

    pointer: str
    code: str
    detail: str


class ProblemError(Exception):
    """A refusal: three facts (status, code, detail), the fields at fault, and members of its own.

    `code` is stable and snake_case; clients decide by it. `detail` is for people and may change.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = TITLES[500]

    def __init__(
        self,
        code: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        headers: Mapping[str, str] = _NOTHING,
        extensions: Mapping[str, Any] = _NOTHING,
    ) -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers)
        self.extensions = dict(extensions)


class BadRequestError(ProblemError):
    status = 400
    title = TITLES[400]


class UnauthorizedError(ProblemError):
    status = 401
    title = TITLES[401]


class ForbiddenError(ProblemError):
    status = 403
    title = TITLES[403]


class NotFoundError(ProblemError):
    status = 404
    title = TITLES[404]


class ConflictError(ProblemError):
    status = 409
    title = TITLES[409]


class PreconditionFailedError(ProblemError):
    status = 412
    title = TITLES[412]


class PayloadTooLargeError(ProblemError):
    status = 413
    title = TITLES[413]


class UnsupportedMediaTypeError(ProblemError):
    status = 415
    title = TITLES[415]


class InvalidError(ProblemError):
    status = 422
    title = TITLES[422]


class TooManyRequestsError(ProblemError):
    status = 429
    title = TITLES[429]


class UnavailableError(ProblemError):
    status = 503
    title = TITLES[503]

    def __init__(
        self,
        code: str,
        detail: str,
        errors: Sequence[FieldError] = (),
        *,
        headers: Mapping[str, str] = _NOTHING,
        extensions: Mapping[str, Any] = _NOTHING,
    ) -> None:
        super().__init__(code, detail, errors, headers={"Retry-After": "1", **headers}, extensions=extensions)


class Problem(BaseModel):
    """What every error answer looks like (RFC 9457); some have further members."""

    model_config = ConfigDict(extra="allow")

    type: str = Field(examples=["urn:dti:problem:unit_not_found"])
    title: str
    status: int
    detail: str
    code: str = Field(examples=["unit_not_found"])
    errors: list[FieldError]


def render(error: ProblemError) -> Response:
    """The answer for one error. Text that UTF-8 cannot carry is replaced, never a second failure."""
    return respond(error.status, error.title, error)


def respond(status: int, title: str, error: ProblemError) -> Response:
    """As `render`, for a status that has no class of its own (405 and what the framework raises)."""
    body = {
        "type": f"urn:dti:problem:{error.code}",
        "title": title,
        "status": status,
        "detail": error.detail,
        "code": error.code,
        "errors": [asdict(field) for field in error.errors],
    }
    content = canonical.dumps({**error.extensions, **body}).encode("utf-8", "replace")
    return Response(content, status, error.headers, MEDIA_TYPE)


def count_told(errors: Sequence[FieldError]) -> str:
    """How many fields a request breaks its schema in, as the detail of `validation_failed`."""
    return (
        "1 field breaks a rule; see errors." if len(errors) == 1 else f"{len(errors)} fields break a rule; see errors."
    )


def problem_responses(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route or router: each status under `application/problem+json`."""
    reference = {"$ref": "#/components/schemas/Problem"}
    return {
        status: {"description": TITLES[status], "content": {MEDIA_TYPE: {"schema": reference}}} for status in statuses
    }
