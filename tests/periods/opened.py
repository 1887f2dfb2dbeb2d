"""What the tests of submissions, rankings and audit share: a database in which a period is open."""

from collections.abc import AsyncIterator

import pytest
from httpx import AsyncClient

from app.settings import Settings
from tests.periods.building import stage
from tests.periods.staging import calling, copied, served, staged


@pytest.fixture(scope="session")
async def _opened(server_url: str, _migrated: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[str]:
    async with staged(server_url, _migrated, tmp_path_factory.mktemp("opened"), stage) as name:
        yield name


@pytest.fixture
async def database_url(server_url: str, _opened: str) -> AsyncIterator[str]:
    """A database in which a period of four communes is open, for this test alone."""
    async with copied(server_url, _opened) as url:
        yield url


@pytest.fixture
def opened(admin: AsyncClient) -> AsyncClient:
    """An admin where a period of four communes is open."""
    return admin


@pytest.fixture(scope="module")
async def still(server_url: str, _opened: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[AsyncClient]:
    """An admin in a database that all tests of a module share, as none of them changes anything."""
    async with copied(server_url, _opened) as url:
        settings = Settings(database_url=url, data_dir=tmp_path_factory.mktemp("still"))
        async with served(settings) as app, calling(app) as http:
            yield http
