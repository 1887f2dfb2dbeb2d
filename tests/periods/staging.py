"""Databases that start where a test wants to: staged once, copied for each test."""

import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.clients.client import Client, Scope
from app.main import create_app
from app.settings import Settings
from tests.callers import calls

_numbers = itertools.count(1)


@asynccontextmanager
async def copied(server_url: str, template: str) -> AsyncIterator[str]:
    """The URL of a copy of the database `template`, dropped at the end."""
    name = f"{template}_{next(_numbers)}"
    connection = await asyncpg.connect(server_url)
    try:
        await connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        yield url_of(server_url, name)
    finally:
        await connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        await connection.close()


@asynccontextmanager
async def staged(
    server_url: str, template: str, folder: Path, stage: Callable[[AsyncClient], Awaitable[None]]
) -> AsyncIterator[str]:
    """The name of a copy of `template` in which `stage` has been done over HTTP."""
    async with copied(server_url, template) as url:
        async with served(Settings(database_url=url, data_dir=folder)) as app, calling(app) as admin:
            await stage(admin)
        yield url.rpartition("/")[2]


@asynccontextmanager
async def served(settings: Settings) -> AsyncIterator[FastAPI]:
    """The application, started: a second one on the same settings is a second worker."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@asynccontextmanager
async def calling(app: FastAPI, caller: Client | None = None) -> AsyncIterator[AsyncClient]:
    """Requests of `caller`, of somebody who may do everything when none is named."""
    caller = caller or Client("somebody", frozenset({Scope.ADMIN}), None, None, None)
    headers = await calls(app, caller)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://dti", headers=headers) as http:
        yield http


def url_of(server_url: str, name: str) -> str:
    """The URL of another database of the same server."""
    return f"{server_url.rpartition('/')[0]}/{name}"
