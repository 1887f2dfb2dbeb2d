"""Is the process alive; can it serve."""

from pathlib import Path
from typing import Literal

from alembic.script import ScriptDirectory
from fastapi import APIRouter, Request
from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import Database, ReadSession, reading
from app.kernel.errors import UnavailableError
from app.kernel.schema import Schema

_MIGRATIONS = Path(__file__).parents[2] / "migrations"
_NO_TABLE = "42P01"

router = APIRouter(tags=["operations"])


class Alive(Schema):
    status: Literal["alive"]


class Ready(Schema):
    status: Literal["ready"]
    schema_revision: str | None


@router.get("/livez")
async def livez() -> Alive:
    """The process answers. The database is not asked."""
    return Alive(status="alive")


@router.get("/readyz")
async def readyz(request: Request, session: ReadSession) -> Ready:
    """The database answers and its schema is the one this version was written for; else 503."""
    head: str | None = request.app.state.schema_head
    found = await find_revision(session)
    if found != head:
        raise UnavailableError("schema_not_at_head", "The schema is not at head. Run `dti migrate`.")
    return Ready(status="ready", schema_revision=found)


def schema_head() -> str | None:
    """The newest migration of this version."""
    return ScriptDirectory(str(_MIGRATIONS)).get_current_head()


async def find_revision(session: AsyncSession) -> str | None:
    """The migration the database is at, None before the first."""
    try:
        found: str | None = await session.scalar(text("SELECT version_num FROM alembic_version"))
    except ProgrammingError as error:
        if getattr(error.orig, "sqlstate", None) == _NO_TABLE:
            return None
        raise
    return found


async def check_schema(database: Database, head: str | None) -> None:
    """Raise RuntimeError unless the schema is at head."""
    async with reading(database) as session:
        found = await find_revision(session)
    if found != head:
        raise RuntimeError(f"The schema is at {found}, this version needs {head}. Run `dti migrate` first.")
