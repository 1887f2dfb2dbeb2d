"""The whole application with a few routes of our own, nested as features nest theirs."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Form, Query, Request, Response
from httpx import ASGITransport, AsyncClient
from sqlalchemy import text

from app.clients.access import Admin, Reader, Visitor
from app.kernel.conditional import IfMatch, IfNoneMatch, check_if_match, etag, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import NotFoundError
from app.kernel.paging import Page, Paging, decode_cursor, encode_cursor, link_next
from app.kernel.schema import Date, Name, Number, Points, Schema, Text, Timestamp, UnitCode
from app.main import create_app
from app.settings import Settings

NOWHERE = "postgresql://dti@127.0.0.1:1/dti"
Start = Callable[..., AbstractAsyncContextManager[AsyncClient]]


class Value(Schema):
    unit: UnitCode = "H61"
    points: Points | None = None
    number: Number | None = None
    note: Text | None = None
    name: Name | None = None
    due: Date | None = None
    at: Timestamp | None = None
    inputs: dict[str, Any] | None = None


class Push(Schema):
    values: list[Value]


inner = APIRouter(prefix="/things/{thing}")
outer = APIRouter(prefix="/probe")


@inner.post("/values", status_code=201)
async def push_values(thing: str, push: Push) -> Push:
    if thing == "missing":
        raise NotFoundError("thing_not_found", "There is no thing \ud800.")
    return push


@inner.get("/list")
async def list_things(
    thing: str,
    request: Request,
    response: Response,
    paging: Paging,
    q: str | None = None,
    tag: Annotated[list[str] | None, Query()] = None,
) -> Page[int]:
    start = 0 if paging.cursor is None else decode_cursor(paging.cursor, int)[0]
    following = encode_cursor(start + paging.limit)
    response.headers["Link"] = link_next(request, following)
    return Page[int](items=list(range(start, start + paging.limit)), next=following)


@inner.get("/state")
async def get_state(thing: str, response: Response, held: IfNoneMatch) -> Any:
    if none_match(held, etag(7)):
        return not_modified(etag(7))
    response.headers["ETag"] = etag(7)
    return {"revision": 7}


@inner.put("/state")
async def put_state(thing: str, if_match: IfMatch) -> dict[str, int]:
    check_if_match(if_match, 7)
    return {"revision": 8}


@outer.post("/form")
async def post_form(field: Annotated[str, Form()]) -> str:
    return field


@outer.get("/crash")
async def crash() -> None:
    raise RuntimeError("a secret of the house")


@outer.get("/me")
async def get_me(client: Reader) -> str:
    return client.id


@outer.get("/administration")
async def get_administration(client: Admin) -> str:
    return client.id


@outer.get("/visitor")
async def get_visitor(client: Visitor) -> str | None:
    return None if client is None else client.id


@outer.post("/sql")
async def write_sql(session: WriteSession, statement: Annotated[str, Form()]) -> str:
    await session.execute(text(statement))
    return "done"


@outer.delete("/sql")
async def delete_sql(session: WriteSession, statement: str) -> str:
    await session.execute(text(statement))
    return "done"


@outer.get("/sql")
async def read_sql(session: ReadSession, statement: str) -> Any:
    return await session.scalar(text(statement))


@outer.get("/number")
async def read_number(session: ReadSession, number: int) -> Any:
    return await session.scalar(text("SELECT CAST(:number AS bigint)"), {"number": number})


outer.include_router(inner)


@pytest.fixture
def start(tmp_path: Path) -> Start:
    """Start the application against a database; other settings as given."""

    @asynccontextmanager
    async def started(database_url: str = NOWHERE, **settings: Any) -> AsyncIterator[AsyncClient]:
        app = create_app(Settings(database_url=database_url, data_dir=tmp_path, **settings))
        app.include_router(outer, prefix="/v1")
        async with (
            app.router.lifespan_context(app),
            AsyncClient(transport=ASGITransport(app), base_url="http://dti") as client,
        ):
            client.app = app  # type: ignore[attr-defined]
            yield client

    return started


@pytest.fixture
async def http(start: Start) -> AsyncIterator[AsyncClient]:
    """The application without a database."""
    async with start() as client:
        yield client


@pytest.fixture
def app(http: AsyncClient) -> FastAPI:
    found: FastAPI = http.app  # type: ignore[attr-defined]
    return found
