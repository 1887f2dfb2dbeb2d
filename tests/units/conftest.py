from collections.abc import Iterable
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.clients.access import Client, Scope
from app.kernel.database import transaction
from app.units.schemas import UnitCreate
from app.units.service import create_unit
from tests.units.bodies import TREE
from tests.units.documents import PROVINCE


@pytest.fixture
async def tree(app: FastAPI, admin: AsyncClient) -> AsyncClient:
    """An admin in a database that holds TREE."""
    await _plant(app, TREE)
    return admin


@pytest.fixture
async def province(app: FastAPI, admin: AsyncClient) -> AsyncClient:
    """An admin in a database that holds PROVINCE, and a district level that has not ended."""
    title = {"title": "Cấp huyện", "ordinal": 30}
    assert (await admin.put("/v1/levels/district", json=title)).status_code == 200
    await _plant(app, PROVINCE)
    return admin


async def _plant(app: FastAPI, bodies: Iterable[dict[str, Any]]) -> None:
    writer = Client("tests", frozenset({Scope.ADMIN}), None, None, None)
    async with transaction(app.state.database) as session:
        for body in bodies:
            await create_unit(session, writer, UnitCreate(**body))
