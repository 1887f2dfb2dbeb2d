"""A receiver on the loopback, and an application that may send to it."""

from collections.abc import AsyncIterator
from ipaddress import ip_network
from pathlib import Path

import pytest

from app.settings import Settings
from tests.periods.opened import _opened, database_url, opened
from tests.webhooks.post import Post, posting
from tests.webhooks.receiver import Receiver, receiving

__all__ = ["_opened", "database_url", "opened"]


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    """With leave to send to the loopback."""
    networks = (ip_network("127.0.0.0/8"),)
    return Settings(database_url=database_url, data_dir=tmp_path / "data", webhook_networks=networks)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """One that answers 204 to everything."""
    async with receiving() as receiver:
        yield receiver


@pytest.fixture
async def post(settings: Settings) -> AsyncIterator[Post]:
    """Outbox and courier of a database in which a period of four communes is open."""
    async with posting(settings) as post:
        yield post
