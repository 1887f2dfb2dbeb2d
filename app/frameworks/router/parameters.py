"""What the routes of a framework share: its path, who may write, and what a revision means in headers."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.access import Admin, Client, Scope, Visitor
from app.frameworks.models import FrameworkRow
from app.frameworks.repository import get
from app.kernel.conditional import IfMatch, IfNoneMatch, etag
from app.kernel.database import ReadSession
from app.kernel.errors import ForbiddenError, NotFoundError
from app.kernel.paging import link_next
from app.kernel.schema import Code, IndicatorCode

FrameworkCode = Annotated[Code, Path(description="Code of a framework", examples=["vinh-long-commune"])]
FrameworkVersion = Annotated[int, Path(ge=1, le=999_999, description="Version of the framework", examples=[1])]
IndicatorPath = Annotated[IndicatorCode, Path(description="Code of an indicator", examples=["5.12.1"])]
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller holds this revision already"}}


async def _writer(client: Admin) -> Client:
    if (client.unit, client.levels, client.indicators) != (None, None, None):
        raise ForbiddenError("outside_bounds", "Frameworks belong to all: a client with bounds may not write them.")
    return client


Writer = Annotated[Client, Depends(_writer)]
"""A client with the scope `admin` and no bounds."""


def sees_drafts(client: Client | None) -> bool:
    """Drafts are for clients with the scope `read`."""
    return client is not None and client.may(Scope.READ)


async def visible(session: AsyncSession, client: Client | None, code: str, version: int) -> FrameworkRow:
    """The framework, if the caller may see it. NotFoundError `framework_not_found`."""
    row = await get(session, code, version)
    if row.status == "draft" and not sees_drafts(client):
        raise NotFoundError("framework_not_found", f"There is no framework '{code}/{version}'.")
    return row


async def _readable(
    client: Visitor, session: ReadSession, code: FrameworkCode, version: FrameworkVersion
) -> FrameworkRow:
    return await visible(session, client, code, version)


Readable = Annotated[FrameworkRow, Depends(_readable)]
"""The framework of the path, if the caller may see it. 404 `framework_not_found`."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """Header values of a PUT."""

    if_match: str | None
    if_none_match: str | None


async def _conditions(if_match: IfMatch, if_none_match: IfNoneMatch) -> Conditions:
    return Conditions(if_match, if_none_match)


PutConditions = Annotated[Conditions, Depends(_conditions)]


def split(reference: str) -> tuple[str, int]:
    """Code and version of a `FrameworkReference`."""
    code, version = reference.split("/")
    return code, int(version)


def tag(response: Response, row: FrameworkRow) -> None:
    """Say which revision the answer is."""
    response.headers["ETag"] = etag(row.revision)


def link(request: Request, response: Response, following: str | None) -> None:
    """Say where the next page is, if there is one."""
    if following is not None:
        response.headers["Link"] = link_next(request, following)
