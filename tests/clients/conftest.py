"""The application with a few doors, and one unit to be bound to."""

import pytest
from fastapi import APIRouter, FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.clients.access import Admin, Pusher, Reader, Visitor
from app.kernel.database import transaction

routes = APIRouter(prefix="/v1/probe")


@routes.get("/reader")
async def get_as_reader(client: Reader) -> dict[str, object]:
    return {"id": client.id, "unit": client.unit, "levels": client.levels, "indicators": client.indicators}


@routes.get("/pusher")
async def get_as_pusher(client: Pusher) -> str:
    return client.id


@routes.get("/admin")
async def get_as_admin(client: Admin) -> str:
    return client.id


@routes.get("/visitor")
async def get_as_visitor(client: Visitor) -> str | None:
    return None if client is None else client.id


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    app.include_router(routes)
    async with transaction(app.state.database) as session:
        await session.execute(text("INSERT INTO units (code) VALUES ('H61')"))
    return app


@pytest.fixture
def http(client: AsyncClient) -> AsyncClient:
    return client
