"""Which database a command works on, and how it gets there."""

import asyncio
import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config

from app import postgres
from app.kernel import health
from app.kernel.database import Database, close_database, open_database
from app.settings import Settings

HOME = Path(__file__).parents[2]

T = TypeVar("T")


@contextmanager
def reachable_database() -> Iterator[Settings]:
    """Settings that name a database: DATABASE_URL, else the running server of DTI_DATA_DIR, else our own."""
    settings = Settings()
    if settings.database_url:
        yield settings
        return
    with postgres.reachable(settings.data_dir) as url:
        yield at(settings, url)


@contextmanager
def owned_database(settings: Settings) -> Iterator[Settings]:
    """The same for a service: a server of ours runs as long as it does, and other commands find it."""
    if settings.database_url:
        say("[1/4] Using the database of DATABASE_URL.")
        yield settings
        return
    say(f"[1/4] Starting PostgreSQL in {settings.data_dir} …")
    with postgres.running(settings.data_dir) as url:
        yield at(settings, url)


def at(settings: Settings, url: str) -> Settings:
    return settings.model_copy(update={"database_url": url})


def run(settings: Settings, work: Callable[[Database], Awaitable[T]]) -> T:
    """What `work` makes of the database, with connections of its own. An old schema is refused first."""

    async def opened() -> T:
        database = open_database(settings)
        try:
            await refuse_old_schema(database)
            return await work(database)
        finally:
            await close_database(database)

    return asyncio.run(opened())


async def refuse_old_schema(database: Database) -> None:
    try:
        await health.check_schema(database, health.schema_head())
    except RuntimeError as problem:
        sys.exit(f"dti: {problem}")


def upgrade(url: str) -> None:
    """Bring the schema to head."""
    command.upgrade(alembic_config(url), "head")


def alembic_config(url: str) -> Config:
    config = Config(toml_file=HOME / "pyproject.toml")
    config.set_main_option("script_location", str(HOME / "migrations"))
    config.attributes["url"] = url
    return config


def say(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
