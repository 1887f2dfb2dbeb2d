import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.clients.access import Client, Scope
from app.kernel.database import transaction
from app.units.schemas import UnitCreate
from app.units.service import create_unit
from tests.units.bodies import TREE


@pytest.fixture
async def tree(app: FastAPI, admin: AsyncClient) -> AsyncClient:
    """An admin in a database that holds TREE."""
    writer = Client("tests", frozenset({Scope.ADMIN}), None, None, None)
    async with transaction(app.state.database) as session:
        for body in TREE:
            await create_unit(session, writer, UnitCreate(**body))
    return admin
