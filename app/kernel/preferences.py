"""Prefer (RFC 7240): what a caller would like, and can go without."""

import re
from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Header
from starlette.requests import Request

from app.kernel.conditional import joined

APPLIED = "Preference-Applied"
RESPOND_ASYNC = "respond-async"
# One that is not closed reaches to the end.
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*(?:"|\\?$)')


async def _prefers_async(
    request: Request,
    _prefer: Annotated[
        str | None,
        Header(
            alias="Prefer",
            description="`respond-async`: answer 202 with a job, and do the work afterwards. Others are not known here",
            examples=["respond-async"],
        ),
    ] = None,
) -> bool:
    return RESPOND_ASYNC in preferences(joined(request, "Prefer") or "")


PrefersAsync = Annotated[bool, Depends(_prefers_async)]
"""Whether the caller would rather have a job to ask for than wait."""


def preferences(header: str) -> Iterator[str]:
    """The names of the preferences in lower case, without their values and parameters."""
    for preference in _QUOTED.sub('""', header).split(","):
        yield re.split("[=;]", preference, maxsplit=1)[0].strip().lower()
