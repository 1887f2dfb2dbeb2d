"""Everything set up to be measured: the database, its copy for the reference, the service, a token for it."""

import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import asyncpg

from app import postgres
from app.cli.database import upgrade
from app.kernel.database import Database, close_database, open_database
from app.settings import Settings
from bench import filling, servers
from bench.connection import connected, expect, request
from bench.filling import Filled

SMALL, MIDDLE, LARGE = 33, 100, 3321
_REFERENCE = "reference"


@dataclass(frozen=True, slots=True)
class Stage:
    """Where to measure. `cohorts` by size; `reference_url` names a copy of the database, made before the first PUT."""

    folder: Path
    url: str
    database: Database
    port: int
    headers: Mapping[str, str]
    cohorts: Mapping[int, Filled]
    reference_url: str
    postgres_version: str


@contextmanager
def server() -> Iterator[tuple[Path, str]]:
    """A PostgreSQL of our own, as `dti serve` runs it (fsync on), in a folder that goes away with it."""
    with tempfile.TemporaryDirectory(prefix="dti-bench-") as name:
        folder = Path(name)
        with postgres.running(folder / "data") as url:
            upgrade(url)
            yield folder, url


@asynccontextmanager
async def staged(folder: Path, url: str) -> AsyncIterator[Stage]:
    """Fill the database, copy it, start the service. At the end the service has stopped, and its scores are checked."""
    settings = Settings(database_url=url, data_dir=folder / "data")
    database = open_database(settings)
    try:
        credentials, cohorts, version = await _filled(database, settings, url)
        # Nobody may be connected to a database while it is copied.
        await close_database(database)
        reference_url = await _copy(url)
        with servers.service(url, folder) as (port, _):
            headers = await _headers(port, *credentials)
            yield Stage(folder, url, database, port, headers, cohorts, reference_url, version)
        for cohort in cohorts.values():
            await filling.verify(database, cohort)
    finally:
        await close_database(database)


async def _filled(database: Database, settings: Settings, url: str) -> tuple[tuple[str, str], dict[int, Filled], str]:
    raw = await asyncpg.connect(url)
    try:
        await filling.add_framework(database)
        credentials = await filling.make_client(database, settings)
        cohorts = {size: await filling.fill(database, raw, size) for size in (SMALL, MIDDLE, LARGE)}
        await raw.execute("VACUUM ANALYZE")
        return credentials, cohorts, str(raw.get_server_version().major)
    finally:
        await raw.close()


async def _copy(url: str) -> str:
    server_url, _, name = url.rpartition("/")
    connection = await asyncpg.connect(f"{server_url}/postgres")
    try:
        await connection.execute(f"CREATE DATABASE {_REFERENCE} TEMPLATE {name}")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    return f"{server_url}/{_REFERENCE}"


async def _headers(port: int, client_id: str, secret: str) -> dict[str, str]:
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    async with connected(port) as (connection,):
        reply = await connection.send(request("POST", "/oauth/token", headers, urlencode(form).encode()))
    token = expect(reply, 200).json()["access_token"]
    return {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
