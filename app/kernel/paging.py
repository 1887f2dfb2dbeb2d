"""Lists: items, an opaque cursor to the next page (keyset), and the Link header. No totals."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query
from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import from_json
from starlette.requests import Request

from app.kernel import canonical
from app.kernel.errors import BadRequestError
from app.kernel.schema import Schema

T = TypeVar("T")
_LARGEST = 2**63 - 1
_CURSOR_LIMIT = 2000


class Page(Schema, Generic[T]):
    """One page of a list. `next` is the cursor of the page after it, null on the last."""

    items: list[T]
    next: str | None


class PageQuery(BaseModel):
    """`limit` 1 to 1000, default 100; `cursor` as the page before gave it."""

    # Other parameters of the route pass through here too: unknown ones are refused for all routes at once.
    model_config = ConfigDict(frozen=True, extra="ignore")

    limit: int = Field(100, ge=1, le=1000, description="Items per page")
    cursor: str | None = Field(None, max_length=_CURSOR_LIMIT, description="`next` of the page before")


Paging = Annotated[PageQuery, Query()]


def encode_cursor(*parts: str | int | None) -> str:
    """The sort key of the last item of a page, as opaque base64url text."""
    return base64.urlsafe_b64encode(canonical.dumps(parts).encode()).decode().rstrip("=")


def decode_cursor(cursor: str, *kinds: type[str] | type[int]) -> list[Any]:
    """The parts of a cursor, one per kind. Raises BadRequestError `invalid_cursor`."""
    try:
        parts = from_json(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error) as error:
        raise _invalid_cursor() from error
    if not isinstance(parts, list) or len(parts) != len(kinds):
        raise _invalid_cursor()
    if not all(_fits(part, kind) for part, kind in zip(parts, kinds, strict=True)):
        raise _invalid_cursor()
    return parts


def cut(rows: Sequence[T], limit: int, key: Callable[[T], Sequence[str | int | None]]) -> tuple[list[T], str | None]:
    """The page and the cursor after it, from up to `limit + 1` rows; `key` gives a row's sort key."""
    page = list(rows[:limit])
    if len(rows) <= limit:
        return page, None
    return page, encode_cursor(*key(page[-1]))


def link_next(request: Request, cursor: str) -> str:
    """The `Link` header's value: this request with another cursor.

    The target is relative to the request (RFC 8288, 3.1), so it is right behind any proxy.
    """
    return f'<{request.url.path}?{request.url.include_query_params(cursor=cursor).query}>; rel="next"'


def _fits(part: Any, kind: type[str] | type[int]) -> bool:
    if kind is int:
        return type(part) is int and abs(part) <= _LARGEST
    return isinstance(part, str) and "\x00" not in part


def _invalid_cursor() -> BadRequestError:
    return BadRequestError("invalid_cursor", "The cursor is not one this list gave. Start again without it.")
