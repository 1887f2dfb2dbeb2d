"""The service on databases that many tests share: made for tests that only read."""

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from httpx import ASGITransport, AsyncClient

from app.clients.client import Client, Scope
from app.main import create_app
from app.seed import seed
from app.settings import Settings
from tests.callers import calls
from tests.oracle.cohort_steps import DOCUMENT, UNITS, Kept
from tests.oracle.service import Service

_SEED = Path(__file__).parents[2] / "seed"
_numbers = itertools.count(1)
_names = (f"scores_{number}" for number in itertools.count(1))


@asynccontextmanager
async def _served(server_url: str, template: str, folder: Path) -> AsyncIterator[Service]:
    name = next(_names)
    connection = await asyncpg.connect(server_url)
    await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        url = f"{server_url.rpartition('/')[0]}/{name}"
        app = create_app(Settings(database_url=url, data_dir=folder))
        async with app.router.lifespan_context(app):
            headers = await calls(app, Client("oracle", frozenset({Scope.ADMIN}), None, None, None))
            async with AsyncClient(transport=ASGITransport(app), base_url="http://dti", headers=headers) as http:
                yield Service(app, http)
    finally:
        await connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await connection.close()


@pytest.fixture
async def service(server_url: str, _migrated: str, tmp_path: Path) -> AsyncIterator[Service]:
    """For this test alone."""
    async with _served(server_url, _migrated, tmp_path) as service:
        yield service


@pytest.fixture(scope="module")
async def shared_service(
    server_url: str, _migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """For all tests of one module."""
    async with _served(server_url, _migrated, tmp_path_factory.mktemp("shared")) as service:
        yield service


@pytest.fixture(scope="session")
async def demonstration(
    server_url: str, _migrated: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """The service with what is seeded. Tests may add units and periods; the seeded ones stay as they are."""
    async with _served(server_url, _migrated, tmp_path_factory.mktemp("demonstration")) as service:
        told: list[str] = []
        await seed(service.app.state.database, _SEED, told.append)
        yield service


@pytest.fixture(scope="module")
async def staged(shared_service: Service) -> Service:
    """With the framework and the units whose cohorts are changed step by step."""
    await shared_service.stage(DOCUMENT, UNITS)
    return shared_service


@pytest.fixture
async def kept(staged: Service) -> Kept:
    """A period of them for this test alone, beside what the oracle makes of it."""
    period = f"ky-{next(_numbers)}"
    await staged.open_period(period, "P", "commune", "lam-moi/1")
    return Kept(staged, period)
