"""SQL that reads units as callers see them: one version with its level, parent and identifiers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, collate, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.units.models import LevelRow, UnitIdentifierRow, UnitRow, UnitVersionRow
from app.units.repository.tree import is_shown, units_below


@dataclass(frozen=True)
class UnitRecord:
    """One version of a unit. `valid_to` is the first day on which it is no longer valid."""

    code: str
    name: str
    level: str
    parent: str | None
    traits: list[str]
    identifiers: list[Mapping[str, str]]
    valid_from: date
    valid_to: date | None
    revision: int
    sort_key: str


@dataclass(frozen=True)
class UnitSelection:
    """Which units a list holds; None is no restriction.

    `on`: the day whose versions are meant (None: today's, else the latest); `top`: id of the unit whose
    subtree it is; `search`: a part of `search_text`; `levels`: codes, one of which is the unit's.
    """

    on: date | None = None
    top: int | None = None
    search: str | None = None
    levels: frozenset[str] | None = None


async def find_record(session: AsyncSession, unit_id: int, on: date | None = None) -> UnitRecord | None:
    """The unit's version of that day; without a day today's, or else its latest."""
    row = (await session.execute(_records(on).where(UnitRow.id == unit_id))).one_or_none()
    return None if row is None else UnitRecord(**row._mapping)  # noqa: SLF001 - its public name


async def find_records(session: AsyncSession, unit_ids: Sequence[int], on: date) -> list[UnitRecord]:
    """The versions of that day of those units that are valid then, by code."""
    rows = await session.execute(_records(on).where(UnitRow.id.in_(unit_ids)).order_by(collate(UnitRow.code, "C")))
    return [UnitRecord(**row._mapping) for row in rows]  # noqa: SLF001 - its public name


async def list_records(
    session: AsyncSession, selection: UnitSelection, after: tuple[str, str] | None, limit: int
) -> list[UnitRecord]:
    """Up to `limit` units that follow the unit with sort key and code `after`."""
    place = (UnitVersionRow.sort_key, collate(UnitRow.code, "C"))
    query = _selected(selection).order_by(*place).limit(limit)
    if after is not None:
        query = query.where(tuple_(*place) > after)
    rows = await session.execute(query)
    return [UnitRecord(**row._mapping) for row in rows]  # noqa: SLF001 - its public name


async def list_revisions(session: AsyncSession, unit_ids: Sequence[int]) -> dict[int, int]:
    """The revisions of units as callers see them, by id."""
    rows = await session.execute(select(UnitRow.id, _revision().label("revision")).where(UnitRow.id.in_(unit_ids)))
    return {row.id: row.revision for row in rows}


def _revision() -> ColumnElement[int]:
    """A unit's writes, and the versions that have begun since its first: on such a day, too, another unit is shown."""
    version = aliased(UnitVersionRow)
    begun = (
        select(func.greatest(func.count() - 1, 0))
        .where(version.unit_id == UnitRow.id, version.valid_from <= func.current_date())
        .correlate(UnitRow)
        .scalar_subquery()
    )
    return UnitRow.revision + begun


def _selected(selection: UnitSelection) -> Select[Any]:
    query = _records(selection.on)
    if selection.levels is not None:
        query = query.where(LevelRow.code.in_(selection.levels))
    if selection.search is not None:
        query = query.where(UnitVersionRow.search_text.contains(selection.search, autoescape=True))
    if selection.top is not None:
        query = query.where(UnitRow.id.in_(select(units_below(selection.top, selection.on).c.unit_id)))
    return query


def _records(on: date | None) -> Select[Any]:
    parent = aliased(UnitRow)
    pair = func.jsonb_build_object("scheme", UnitIdentifierRow.scheme, "value", UnitIdentifierRow.value)
    ordered = aggregate_order_by(pair, UnitIdentifierRow.scheme, UnitIdentifierRow.value)
    identifiers = (
        select(func.coalesce(func.jsonb_agg(ordered), func.jsonb_build_array(), type_=JSONB))
        .where(UnitIdentifierRow.unit_id == UnitRow.id)
        .correlate(UnitRow)
        .scalar_subquery()
    )
    return (
        select(
            UnitRow.code,
            UnitVersionRow.name,
            LevelRow.code.label("level"),
            parent.code.label("parent"),
            UnitVersionRow.traits,
            identifiers.label("identifiers"),
            UnitVersionRow.valid_from,
            UnitVersionRow.valid_to,
            _revision().label("revision"),
            UnitVersionRow.sort_key,
        )
        .join(UnitVersionRow, UnitVersionRow.unit_id == UnitRow.id)
        .join(LevelRow, LevelRow.id == UnitVersionRow.level_id)
        .outerjoin(parent, parent.id == UnitVersionRow.parent_id)
        .where(is_shown(UnitVersionRow, on))
    )
