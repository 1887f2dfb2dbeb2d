"""A real PostgreSQL for the run, for each test that asks a database of its own, and the application on it."""

import itertools
import os
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.cli.database import upgrade
from app.clients.client import Scope
from app.main import create_app
from app.postgres import running
from app.settings import Settings
from tests.callers import caller, headers_of, register_now

_TEMPLATE = "migrated"
_EMPTY = "template0"
_names = (f"test_{number}" for number in itertools.count(1))


def pytest_configure() -> None:
    # What the person at the terminal has set for the service must not decide how a test ends.
    for name in list(os.environ):
        if name == "DATABASE_URL" or name.startswith(("DTI_", "PG")):
            del os.environ[name]
    # Storms are not to be held up: whoever tests the rates sets them.
    os.environ.update(DTI_RATE_LIMIT="", DTI_ADDRESS_RATE_LIMIT="")


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The server of this run (of this worker, when there are several). Nothing is lost but by a power cut."""
    with running(tmp_path_factory.mktemp("server"), durable=False) as url:
        yield url


@pytest.fixture(scope="session")
def _migrated(server_url: str) -> str:
    """The name of a database at head, to be copied and never connected to again."""
    import asyncio

    asyncio.run(_execute(server_url, f"CREATE DATABASE {_TEMPLATE} TEMPLATE {_EMPTY}"))
    upgrade(_with_database(server_url, _TEMPLATE))
    return _TEMPLATE


@pytest.fixture
async def database_url(server_url: str, _migrated: str) -> AsyncIterator[str]:
    """A migrated database for this test alone, about 30 ms. It may commit, lock and break what it likes."""
    async with _copy(server_url, _migrated) as url:
        yield url


@pytest.fixture
async def empty_database_url(server_url: str) -> AsyncIterator[str]:
    """A database without a table, for this test alone."""
    async with _copy(server_url, _EMPTY) as url:
        yield url


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, data_dir=tmp_path / "data")


@pytest.fixture
async def app(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, started."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


class Bearer(Protocol):
    """Headers of a client with these scopes and bounds, as `/oauth/token` would let it have."""

    def __call__(
        self,
        *scopes: Scope,
        unit: str | None = None,
        levels: Iterable[str] | None = None,
        indicators: Iterable[str] | None = None,
    ) -> dict[str, str]: ...


@pytest.fixture
def bearer(app: FastAPI) -> Bearer:
    def issue(
        *scopes: Scope,
        unit: str | None = None,
        levels: Iterable[str] | None = None,
        indicators: Iterable[str] | None = None,
    ) -> dict[str, str]:
        client = caller(*scopes, unit=unit, levels=levels, indicators=indicators)
        register_now(str(app.state.settings.database_url), client)
        return headers_of(app, client)

    return issue


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A caller without a token."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://dti") as client:
        yield client


@pytest.fixture
async def admin(app: FastAPI, bearer: Bearer) -> AsyncIterator[AsyncClient]:
    """A caller who may do everything."""
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://dti", headers=bearer(Scope.ADMIN)) as client:
        yield client


@asynccontextmanager
async def _copy(server_url: str, template: str) -> AsyncIterator[str]:
    name = next(_names)
    await _execute(server_url, f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield _with_database(server_url, name)
    finally:
        await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _with_database(url: str, name: str) -> str:
    return f"{url.rpartition('/')[0]}/{name}"
