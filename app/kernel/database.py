"""Connections, sessions, and the only commit."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

import asyncpg
from fastapi import Depends
from sqlalchemy import DateTime, MetaData, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from starlette.requests import Request

from app.kernel import canonical
from app.settings import Settings

# Together below the 3 s within which a lost database must be told.
_POOL_WAIT_SECONDS = 1.3
_CONNECT_SECONDS = 1.5
_LOCK_WAIT_SECONDS = 5
_DRIVER = "driver"  # what is noted of a session, in its `info`


class Base(DeclarativeBase):
    """Base of every table. Constraint names follow from the columns, so errors can be told by name."""

    type_annotation_map: ClassVar[dict[Any, Any]] = {datetime: DateTime(timezone=True)}
    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )


@dataclass(frozen=True)
class Database:
    """Two pools, so that writers waiting for a lock never keep readers out, and one connection that listens.

    All in AUTOCOMMIT, as far as they know.
    """

    writer: AsyncEngine
    reader: AsyncEngine
    listener: AsyncEngine


def open_database(settings: Settings) -> Database:
    """Make the pools. Nothing is connected yet. Raises ValueError when no database is named."""
    if settings.database_url is None:
        raise ValueError("No database: set DATABASE_URL, or start with `dti serve`, which brings its own.")
    url = normalise_url(settings.database_url)
    pools = [_engine(url, settings, connections) for connections in (settings.pool_size, settings.pool_size, 1)]
    return Database(*pools)


async def close_database(database: Database) -> None:
    for pool in (database.writer, database.reader, database.listener):
        await pool.dispose()


def normalise_url(text: str) -> URL:
    """The URL as SQLAlchemy and asyncpg want it, from the usual `postgres://…?sslmode=…`."""
    url = make_url(text).set(drivername="postgresql+asyncpg")
    mode = url.query.get("sslmode")
    if mode is None:
        return url
    return url.difference_update_query(["sslmode"]).update_query_dict({"ssl": mode})


@asynccontextmanager
async def transaction(database: Database) -> AsyncIterator[AsyncSession]:
    """One transaction: committed at the end, rolled back on any error."""
    async with _begun(database.writer) as session:
        yield session


@asynccontextmanager
async def snapshot(database: Database) -> AsyncIterator[AsyncSession]:
    """One moment of the database, to be read only: several queries see the same commits, and no lock is waited for."""
    async with _begun(database.reader, isolation="repeatable_read", readonly=True) as session:
        yield session


def reading(database: Database) -> AsyncSession:
    """A session for reads, each statement of which sees what is committed by then."""
    return AsyncSession(database.reader, expire_on_commit=False)


async def fetch(session: AsyncSession, statement: str, *values: Any) -> Sequence[Any]:
    """The rows of a statement sent straight to the driver, within the session's transaction; to be read by position.

    For the statements of every write and poll: SQLAlchemy's own way takes three times as long. Parameters are `$1`,
    `$2` and so on; errors are asyncpg's own.
    """
    rows: list[Any] = await (await driver_of(session)).fetch(statement, *values)
    return rows


async def copy_in(session: AsyncSession, table: str, columns: Sequence[str], rows: bytes) -> None:
    """Add rows, written as COPY reads text, to a table, within the session's transaction; errors are asyncpg's own.

    Many times as fast as INSERT. One call is one statement, and has to be done within the time of one.
    """
    driver = await driver_of(session)
    await driver.copy_to_table(table, source=memoryview(rows), columns=columns)


@asynccontextmanager
async def _begun(engine: AsyncEngine, **options: Any) -> AsyncIterator[AsyncSession]:
    # The transaction is the driver's, begun and ended for a third of what it costs through SQLAlchemy.
    async with AsyncSession(engine, expire_on_commit=False) as session:
        driver = await driver_of(session)
        begun = driver.transaction(**options)
        try:
            await begun.start()
            try:
                yield session
                await session.flush()
            except Exception:
                await _undo(driver, begun)
                raise
            await begun.commit()
        except (asyncio.CancelledError, GeneratorExit):
            driver.terminate()  # nobody knows what it was doing: the pool makes another
            raise


async def _undo(driver: Any, begun: Any) -> None:
    # What went wrong is told, not that a lost connection could not be rolled back.
    if not driver.is_closed():
        with suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            await begun.rollback()


async def driver_of(session: AsyncSession) -> Any:
    """The driver's own connection under a session."""
    driver = session.info.get(_DRIVER)
    if driver is None:
        connection = await session.connection()
        driver = session.info[_DRIVER] = (await connection.get_raw_connection()).driver_connection
    return driver


async def _write_session(request: Request) -> AsyncIterator[AsyncSession]:
    # Opened around the route where the answer is stored together with the work, and committed there.
    surrounding: AsyncSession | None = getattr(request.state, "transaction", None)
    if surrounding is not None:
        yield surrounding
        return
    async with transaction(request.app.state.database) as session:
        yield session


async def _read_session(request: Request) -> AsyncIterator[AsyncSession]:
    async with reading(request.app.state.database) as session:
        yield session


# With FastAPI's default scope the caller has the 200 before the commit, and keeps it when the commit fails.
WriteSession = Annotated[AsyncSession, Depends(_write_session, scope="function")]
# The same scope here gives the connection back before the answer goes out to a slow caller.
ReadSession = Annotated[AsyncSession, Depends(_read_session, scope="function")]


def _engine(url: URL, settings: Settings, connections: int) -> AsyncEngine:
    engine = create_async_engine(
        url,
        isolation_level="AUTOCOMMIT",  # SQLAlchemy begins nothing
        pool_size=connections,
        max_overflow=0,
        pool_timeout=_POOL_WAIT_SECONDS,
        pool_use_lifo=True,
        hide_parameters=True,  # an error in the log shows the statement, never what a caller sent
        json_serializer=canonical.dumps,
        json_deserializer=canonical.loads,
        connect_args=_connect_args(settings),
    )
    event.listen(engine.sync_engine, "checkout", _replace_closed)
    return engine


def _connect_args(settings: Settings) -> dict[str, Any]:
    milliseconds = settings.statement_seconds * 1000
    return {
        "timeout": _CONNECT_SECONDS,
        # Only for a server that no longer answers at all: its own statement_timeout comes first.
        "command_timeout": settings.statement_seconds + 2,
        "server_settings": {
            "application_name": "dti",
            "jit": "off",
            "statement_timeout": str(milliseconds),
            "lock_timeout": str(_LOCK_WAIT_SECONDS * 1000),
            "idle_in_transaction_session_timeout": str(milliseconds),
        },
    }


def _replace_closed(connection: Any, _record: Any, _proxy: Any) -> None:
    # asyncpg has seen the server hang up: no round trip is needed to know, and the pool connects anew. So it does if a
    # transaction should ever have been left open.
    driver = connection.driver_connection
    if driver.is_closed() or driver.is_in_transaction():
        raise DisconnectionError("this connection is of no use any more")
