"""ETags and preconditions (RFC 9110, sections 8.8.3 and 13)."""

import re
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from app.kernel.errors import PreconditionFailedError

_TAG = re.compile(r'(W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


def etag(revision: int | str) -> str:
    """The strong tag of a revision or version: `etag(7)` is `"7"` with its quotes."""
    return f'"{revision}"'


async def _if_match(
    request: Request,
    _if_match: Annotated[str | None, Header(alias="If-Match", description="ETag to change")] = None,
) -> str | None:
    return joined(request, "If-Match")


async def _if_none_match(
    request: Request,
    _if_none_match: Annotated[
        str | None, Header(alias="If-None-Match", description="ETag already held; `*` on PUT: create only")
    ] = None,
) -> str | None:
    return joined(request, "If-None-Match")


IfMatch = Annotated[str | None, Depends(_if_match)]
IfNoneMatch = Annotated[str | None, Depends(_if_none_match)]


def check_if_match(header: str | None, revision: int | str | None) -> None:
    """Let a write through when `If-Match` is absent or names the current revision (None: nothing is there).

    Strong comparison: a weak tag, and anything that is no tag, never matches. Raises PreconditionFailedError
    `stale_revision` with `current_revision`.
    """
    if header is None:
        return
    if revision is not None and (header.strip() == "*" or ("", str(revision)) in _TAG.findall(header)):
        return
    raise PreconditionFailedError(
        "stale_revision",
        "It has changed since it was read. Read it again, then send the change with its new ETag.",
        headers={} if revision is None else {"ETag": etag(revision)},
        extensions={"current_revision": revision},
    )


def check_if_none_match(header: str | None, revision: int | str | None) -> None:
    """Let a PUT through unless `If-None-Match` says "create only" (`*`, or the tag held) and it is there.

    Raises PreconditionFailedError `already_exists` with `current_revision`.
    """
    if header is None or revision is None or not none_match(header, etag(revision)):
        return
    raise PreconditionFailedError(
        "already_exists",
        "It is already there, and If-None-Match asked to create it only.",
        headers={"ETag": etag(revision)},
        extensions={"current_revision": revision},
    )


def none_match(header: str | None, tag: str) -> bool:
    """True when the caller's `If-None-Match` holds `tag`: answer a GET with 304.

    Weak comparison; the header may be a list, or `*`.
    """
    if header is None:
        return False
    held = {opaque for _, opaque in _TAG.findall(header)}
    return header.strip() == "*" or any(opaque in held for _, opaque in _TAG.findall(tag))


def not_modified(tag: str) -> Response:
    """304 with the tag it confirms."""
    return Response(status_code=304, headers={"ETag": tag})


def joined(request: Request, name: str) -> str | None:
    """All lines of one header as one list, None where there is none."""
    # The header may be sent on several lines; the framework would show the first only.
    return ", ".join(request.headers.getlist(name)) or None
