"""Runs the migrations: every one in a transaction of its own, one process at a time, never waiting long."""

import asyncio
import importlib
import os
import pkgutil
from pathlib import Path

from alembic import context
from sqlalchemy import Connection
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

import app
from app.kernel.database import Base, normalise_url
from app.postgres import reachable

# A migration that waits for a lock makes everybody else wait behind it: better to fail and be tried again.
_TIMEOUTS = {"lock_timeout": "5s", "statement_timeout": "10min"}
_ONE_AT_A_TIME = 4_872_100_113  # any number, the same in every process


def _import_models() -> None:
    for package in pkgutil.iter_modules(app.__path__, "app."):
        if package.ispkg and (Path(app.__path__[0]) / package.name.removeprefix("app.") / "models.py").exists():
            importlib.import_module(f"{package.name}.models")


def _migrate(connection: Connection) -> None:
    # Waits without a limit of its own: the other process is doing our work.
    connection.exec_driver_sql("SET lock_timeout = 0")
    connection.exec_driver_sql(f"SELECT pg_advisory_lock({_ONE_AT_A_TIME})")
    connection.exec_driver_sql(f"SET lock_timeout = '{_TIMEOUTS['lock_timeout']}'")
    connection.commit()
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        compare_type=True,
        compare_server_default=True,
        transaction_per_migration=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def _connect_and_migrate(url: str) -> None:
    engine = create_async_engine(
        normalise_url(url),
        poolclass=NullPool,
        connect_args={"server_settings": {"application_name": "dti migrate", **_TIMEOUTS}},
    )
    async with engine.connect() as connection:
        await connection.run_sync(_migrate)
    await engine.dispose()


def _write_sql() -> None:
    """`alembic upgrade head --sql`: what would be run, to be read or linted."""
    context.configure(dialect_name="postgresql", target_metadata=Base.metadata, transaction_per_migration=True)
    with context.begin_transaction():
        for name, value in _TIMEOUTS.items():
            context.execute(f"SET {name} = '{value}'")
        context.run_migrations()


def _run() -> None:
    _import_models()
    if context.is_offline_mode():
        _write_sql()
        return
    # Given by `dti migrate`; alembic's own command line uses the database a `dti` command would.
    url = context.config.attributes.get("url") or os.environ.get("DATABASE_URL")
    if url:
        asyncio.run(_connect_and_migrate(url))
        return
    with reachable(Path(os.environ.get("DTI_DATA_DIR", ".data"))) as own:
        asyncio.run(_connect_and_migrate(own))


_run()
