"""All SQL on frameworks and their indicators."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import BigInteger, ColumnElement, Text, column, delete, insert, select, table, text, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from app.frameworks.models import FrameworkRow, IndicatorRow
from app.frameworks.search import agencies, search_text
from app.frameworks.tree import Place, walk
from app.kernel.bare import bare
from app.kernel.canonical import dumps
from app.kernel.errors import Breach, ConflictError, NotFoundError, name_breaches

# Levels belong to a feature that is unaware of this one: only these two columns of theirs are known here.
_levels = table("levels", column("id", BigInteger), column("code", Text))
_INSERT_INDICATORS = text("""
    INSERT INTO indicators (framework_id, code, ordinal, parent, title, max_points, is_leaf, lead_agency,
    search_text) SELECT :framework_id, r.*
      FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(code text, ordinal integer, parent text, title text, max_points numeric, is_leaf boolean,
             lead_agency text, search_text text)
""")
name_breaches(
    {
        "uq_frameworks_code_version": Breach(
            ConflictError, "framework_exists", "There is a framework of this code and version already."
        )
    }
)


class Summary(NamedTuple):
    """A framework without its tree."""

    code: str
    version: int
    title: str
    level: str
    max_points: Any
    provenance: str
    provenance_note: str | None
    status: str
    content_hash: str | None
    published_at: datetime | None
    retired_at: datetime | None
    revision: int


class Hit(NamedTuple):
    """An indicator of a published framework, found by a search."""

    code: str
    version: int
    level: str
    ordinal: int
    indicator: IndicatorRow


@dataclass(frozen=True, slots=True)
class Selection:
    """Which frameworks are listed; None is no condition."""

    level: str | None
    status: str | None
    drafts: bool


@dataclass(frozen=True, slots=True)
class Search:
    """Which indicators are looked for; None is no condition."""

    framework: tuple[str, int] | None
    level: str | None
    q: str | None
    lead_agency: str | None


async def find(session: AsyncSession, code: str, version: int) -> FrameworkRow | None:
    query = select(FrameworkRow).where(FrameworkRow.code == code, FrameworkRow.version == version)
    return (await session.scalars(query)).one_or_none()


async def get(session: AsyncSession, code: str, version: int) -> FrameworkRow:
    """As `find`. NotFoundError `framework_not_found`."""
    return _there(await find(session, code, version), code, version)


async def find_locked(session: AsyncSession, code: str, version: int) -> FrameworkRow | None:
    """As `find`, read anew with its row lock held."""
    query = select(FrameworkRow).where(FrameworkRow.code == code, FrameworkRow.version == version)
    locked = query.with_for_update().execution_options(populate_existing=True)
    return (await session.scalars(locked)).one_or_none()


async def lock(session: AsyncSession, code: str, version: int) -> FrameworkRow:
    """As `find_locked`. NotFoundError `framework_not_found`."""
    return _there(await find_locked(session, code, version), code, version)


async def get_by_id(session: AsyncSession, framework_id: int) -> FrameworkRow:
    """NotFoundError `framework_not_found`."""
    row = await session.get(FrameworkRow, framework_id)
    if row is None:
        raise NotFoundError("framework_not_found", "There is no such framework.")
    return row


async def list_(
    session: AsyncSession, selection: Selection, limit: int, after: tuple[str, int] | None
) -> list[Summary]:
    """Frameworks by code and version; up to `limit` after the key `after`."""
    document = FrameworkRow.document
    query = (
        select(
            FrameworkRow.code,
            FrameworkRow.version,
            FrameworkRow.title,
            _levels.c.code,
            document["max_points"],
            document["provenance"].astext,
            document["provenance_note"].astext,
            FrameworkRow.status,
            FrameworkRow.content_hash,
            FrameworkRow.published_at,
            FrameworkRow.retired_at,
            FrameworkRow.revision,
        )
        .join(_levels, _levels.c.id == FrameworkRow.level_id)
        .where(*_selected(selection))
        .order_by(FrameworkRow.code, FrameworkRow.version)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(FrameworkRow.code, FrameworkRow.version) > tuple_(*after))
    return [Summary(*row) for row in await session.execute(query)]


async def search(session: AsyncSession, wanted: Search, limit: int, after: tuple[str, int, int] | None) -> list[Hit]:
    """Indicators of published frameworks, by framework and document order; up to `limit` after the key
    `after`.
    """
    key = (FrameworkRow.code, FrameworkRow.version, IndicatorRow.ordinal)
    query = (
        select(FrameworkRow.code, FrameworkRow.version, _levels.c.code, IndicatorRow.ordinal, IndicatorRow)
        .join(FrameworkRow, FrameworkRow.id == IndicatorRow.framework_id)
        .join(_levels, _levels.c.id == FrameworkRow.level_id)
        .where(FrameworkRow.status == "published", *_wanted(wanted))
        .order_by(*key)
        .limit(limit)
    )
    if after is not None:
        query = query.where(tuple_(*key) > tuple_(*after))
    return [Hit(*row) for row in await session.execute(query)]


async def find_level_id(session: AsyncSession, code: str) -> int | None:
    return await session.scalar(select(_levels.c.id).where(_levels.c.code == code))


async def indicator_ids(session: AsyncSession, framework_id: int) -> tuple[int, ...]:
    """The ids of all nodes, by ordinal."""
    query = select(IndicatorRow.id).where(IndicatorRow.framework_id == framework_id)
    return tuple(await session.scalars(query.order_by(IndicatorRow.ordinal)))


async def insert_draft(session: AsyncSession, document: Mapping[str, Any], level_id: int) -> FrameworkRow:
    """Store a new draft with its nodes. A key that is taken breaks `uq_frameworks_code_version`."""
    values = {name: document[name] for name in ("code", "version", "title")}
    statement = insert(FrameworkRow).values(**values, level_id=level_id, document=document).returning(FrameworkRow)
    row = (await session.scalars(statement)).one()
    await _insert_indicators(session, row.id, document)
    return row


async def rewrite_draft(session: AsyncSession, row: FrameworkRow, document: Mapping[str, Any], level_id: int) -> None:
    """Replace the document of a locked draft, and all its nodes."""
    row.document = dict(document)
    row.title = document["title"]
    row.level_id = level_id
    row.revision += 1
    await session.flush()
    await session.execute(delete(IndicatorRow).where(IndicatorRow.framework_id == row.id))
    await _insert_indicators(session, row.id, document)


async def delete_draft(session: AsyncSession, row: FrameworkRow) -> None:
    """Delete a locked draft; its nodes go with it. One that a period names breaks that foreign key."""
    await session.execute(delete(FrameworkRow).where(FrameworkRow.id == row.id))


async def save(session: AsyncSession, row: FrameworkRow) -> None:
    """Write the columns that were set, and read what the database made of them."""
    await session.flush()
    await session.refresh(row)


async def _insert_indicators(session: AsyncSession, framework_id: int, document: Mapping[str, Any]) -> None:
    rows = [_indicator_row(ordinal, place) for ordinal, place in enumerate(walk(document))]
    await session.execute(_INSERT_INDICATORS, {"framework_id": framework_id, "rows": dumps(rows)})


def _indicator_row(ordinal: int, place: Place) -> dict[str, Any]:
    node = place.node
    return {
        "code": node["code"],
        "ordinal": ordinal,
        "parent": place.parent,
        "title": node["title"],
        "max_points": node["max_points"],
        "is_leaf": not node["children"],
        "lead_agency": agencies(node),
        "search_text": search_text(node),
    }


def _selected(selection: Selection) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if selection.level is not None:
        conditions.append(_levels.c.code == selection.level)
    if selection.status is not None:
        conditions.append(FrameworkRow.status == selection.status)
    if not selection.drafts:
        conditions.append(FrameworkRow.status != "draft")
    return conditions


def _wanted(wanted: Search) -> Sequence[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.framework is not None:
        conditions.append(tuple_(FrameworkRow.code, FrameworkRow.version) == tuple_(*wanted.framework))
    if wanted.level is not None:
        conditions.append(_levels.c.code == wanted.level)
    if wanted.q is not None:
        conditions.append(IndicatorRow.search_text.contains(bare(wanted.q), autoescape=True))
    if wanted.lead_agency is not None:
        conditions.append(IndicatorRow.lead_agency.icontains(wanted.lead_agency, autoescape=True))
    return conditions


def _there(row: FrameworkRow | None, code: str, version: int) -> FrameworkRow:
    if row is None:
        raise NotFoundError("framework_not_found", f"There is no framework '{code}/{version}'.")
    return row
