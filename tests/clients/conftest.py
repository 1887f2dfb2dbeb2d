"""The application with a few doors, units to be bound to, and ways to be let in."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from fastapi import APIRouter, FastAPI
from httpx import AsyncClient

from app.clients import service
from app.clients.access import Admin, Pusher, Reader, Visitor
from app.clients.client import Client, Scope
from app.clients.schemas import ClientCreate
from app.kernel.database import transaction
from app.units.schemas import UnitCreate
from app.units.service import create_unit
from tests.clients.calling import Credentials

routes = APIRouter(prefix="/v1/probe")
UNITS = [("H61", "province", None), ("H61.1", "commune", "H61"), ("H61.2", "commune", "H61"), ("H62", "province", None)]


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


@routes.get("/crash")
async def crash(client: Reader) -> None:
    raise RuntimeError("it fell over")


async def furnish(app: FastAPI) -> None:
    """Open the probing doors, and found UNITS."""
    app.include_router(routes)
    founder = Client("tests", frozenset({Scope.ADMIN}), None, None, None)
    async with transaction(app.state.database) as session:
        for code, level, parent in UNITS:
            unit = UnitCreate(code=code, name=code, level=level, parent=parent, valid_from="2020-01-01")  # type: ignore[arg-type]
            await create_unit(session, founder, unit)


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    await furnish(app)
    return app


@pytest.fixture
def http(client: AsyncClient) -> AsyncClient:
    return client


Add = Callable[..., Awaitable[Credentials]]


@pytest.fixture
def add(app: FastAPI) -> Add:
    """Register a client as the command line does."""

    async def added(*scopes: Scope, **bounds: Any) -> Credentials:
        body = ClientCreate(name="Một cửa", scopes=list(scopes), **bounds)
        async with transaction(app.state.database) as session:
            made = await service.register(session, app.state.keys.pepper, service.OPERATOR, body)
        return Credentials(*made)

    return added
