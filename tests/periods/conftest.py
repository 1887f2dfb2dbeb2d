from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from app.settings import Settings
from tests.periods.building import done, found, open_period, period, province, publish
from tests.periods.staging import calling, copied, served, staged


@pytest.fixture(scope="session")
async def _ready(server_url: str, _migrated: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async def stage(admin: AsyncClient) -> None:
        await publish(admin)
        await found(admin, province())

    async with staged(server_url, _migrated, tmp_path_factory.mktemp("ready"), stage) as name:
        yield name


@pytest.fixture
async def database_url(server_url: str, _ready: str) -> AsyncIterator[str]:
    """A database with a published framework and a province, for this test alone."""
    async with copied(server_url, _ready) as url:
        yield url


@pytest.fixture
def ready(admin: AsyncClient) -> AsyncClient:
    """An admin where the framework is published and the province founded."""
    return admin


@pytest.fixture
async def drafted(ready: AsyncClient) -> AsyncClient:
    """The same with a drafted period."""
    await done(ready.post("/v1/periods", json=period()), 201)
    return ready


@pytest.fixture
async def opened(ready: AsyncClient) -> AsyncClient:
    """The same with an open period of four communes."""
    await open_period(ready)
    return ready


@pytest.fixture(scope="module")
async def still(server_url: str, _ready: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncClient]:
    """An admin in a database that all tests of a module share, as none of them changes anything."""
    async with copied(server_url, _ready) as url:
        settings = Settings(database_url=url, data_dir=tmp_path_factory.mktemp("still"))
        async with served(settings) as app, calling(app) as http:
            yield http
