"""One operation as different callers ask for it, and all that is stored."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from httpx import AsyncClient, Response
from sqlalchemy import text

from app.kernel.database import Database, reading
from tests.matrix.rows import DEFAULTS, ROWS, Row

_DOCUMENT = json.loads((Path(__file__).parents[2] / "openapi" / "openapi.json").read_text())
_TABLES = "SELECT quote_ident(tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"


@dataclass(frozen=True)
class Operation:
    """Its place in the document, and its row."""

    name: str
    method: str
    path: str
    security: Any
    row: Row

    async def ask(self, http: AsyncClient, unit: str, headers: Mapping[str, str] | None = None) -> Response:
        """What it answers when `unit` is named."""
        row = self.row
        filled = json.loads(json.dumps([row.query, row.body]).replace("{unit}", unit))
        path = self.path.format_map({**DEFAULTS, **row.path}).replace("{unit}", unit)
        body = {"json": filled[1]} if row.body is not None else {"data": row.form}
        return await http.request(self.method, path, params=filled[0], headers=headers, **body)


def operations() -> dict[str, Operation]:
    """Every operation of the document that has a row, by name."""
    return {
        name: Operation(name, method.upper(), path, found.get("security"), ROWS[name])
        for path, methods in _DOCUMENT["paths"].items()
        for method, found in methods.items()
        if (name := found["operationId"]) in ROWS
    }


def documented() -> set[str]:
    """The name of every operation of the document."""
    return {found["operationId"] for methods in _DOCUMENT["paths"].values() for found in methods.values()}


async def stored(database: Database) -> dict[str, str]:
    """A hash of everything in each table."""
    async with reading(database) as session:
        tables = (await session.scalars(text(_TABLES))).all()
        hashes = "SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t::text), '')) FROM {} t"
        return {table: str(await session.scalar(text(hashes.format(table)))) for table in tables}
