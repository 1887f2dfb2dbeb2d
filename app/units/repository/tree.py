"""SQL of the tree of units as it stands on a day."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    text,
)
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.units.models import UnitRow, UnitVersionRow

# Any number that no other advisory lock of the service uses.
_TREE_LOCK = 7_101
_LOCK_TREE = text("SELECT pg_advisory_xact_lock(:key)")
_LEADS_TO = text("""
    WITH RECURSIVE line (unit_id, days) AS (
        SELECT CAST(:parent_id AS bigint), daterange(:valid_from, :valid_to)
         UNION
        SELECT v.parent_id, line.days * daterange(v.valid_from, v.valid_to)
          FROM line JOIN unit_versions v ON v.unit_id = line.unit_id
         WHERE v.parent_id IS NOT NULL AND line.days && daterange(v.valid_from, v.valid_to)
    )
    SELECT EXISTS (SELECT FROM line WHERE unit_id = :unit_id)
""")
_SUBTREE = text("""
    WITH RECURSIVE above (depth, unit_id, code) AS (
        SELECT 0, u.id, u.code FROM units u WHERE u.id = :unit_id
         UNION ALL
        SELECT above.depth + 1, p.id, p.code
          FROM above
          JOIN unit_versions v ON v.unit_id = above.unit_id
           AND v.valid_from <= :day AND (v.valid_to IS NULL OR v.valid_to > :day)
          JOIN units p ON p.id = v.parent_id
    ),
    below (unit_id, code, name, sort_key, level_id, parent, ancestors, traits) AS (
        SELECT u.id, u.code, v.name, v.sort_key, v.level_id,
               (SELECT code FROM above WHERE depth = 1),
               ARRAY(SELECT code FROM above WHERE depth > 0 ORDER BY depth),
               v.traits
          FROM units u
          JOIN unit_versions v ON v.unit_id = u.id
           AND v.valid_from <= :day AND (v.valid_to IS NULL OR v.valid_to > :day)
         WHERE u.id = :unit_id
         UNION ALL
        SELECT u.id, u.code, v.name, v.sort_key, v.level_id,
               below.code, array_prepend(below.code, below.ancestors), v.traits
          FROM below
          JOIN unit_versions v ON v.parent_id = below.unit_id
           AND v.valid_from <= :day AND (v.valid_to IS NULL OR v.valid_to > :day)
          JOIN units u ON u.id = v.unit_id
    )
    SELECT unit_id, code, name, sort_key, level_id, parent, ancestors, traits FROM below
     ORDER BY sort_key, code COLLATE "C"
""")


@dataclass(frozen=True)
class SubtreeMember:
    """A unit as it stands on a day. `ancestors`: codes from its parent up to the root of its tree."""

    unit_id: int
    code: str
    name: str
    sort_key: str
    level_id: int
    parent: str | None
    ancestors: tuple[str, ...]
    traits: tuple[str, ...]


async def subtree(session: AsyncSession, unit_id: int, on: date) -> list[SubtreeMember]:
    """The unit and all below it that are valid on the day, by sort key and code.

    Empty when the unit itself is not valid that day. What hangs below a unit that is not valid is left out.
    """
    rows = await session.execute(_SUBTREE, {"unit_id": unit_id, "day": on})
    return [
        SubtreeMember(
            row.unit_id,
            row.code,
            row.name,
            row.sort_key,
            row.level_id,
            row.parent,
            tuple(row.ancestors),
            tuple(row.traits),
        )
        for row in rows
    ]


def is_shown(version: type[UnitVersionRow], on: date | None) -> ColumnElement[bool]:
    """Whether `version` is the one that stands for its unit: the one valid on the day.

    Without a day it is the one valid today or, for a unit that has ended or not yet begun, its latest: so
    every unit has one, and what was abolished stays readable.
    """
    if on is not None:
        return _is_valid(version, literal(on, Date))
    rival = aliased(UnitVersionRow)
    best = (
        select(rival.valid_from)
        .where(rival.unit_id == version.unit_id)
        .order_by(_is_valid(rival, func.current_date()).desc(), rival.valid_from.desc())
        .limit(1)
        .correlate(version)
        .scalar_subquery()
    )
    return version.valid_from == best


def _is_valid(version: type[UnitVersionRow], day: ColumnElement[date]) -> ColumnElement[bool]:
    return and_(version.valid_from <= day, or_(version.valid_to.is_(None), version.valid_to > day))


def units_below(top: int, on: date | None) -> CTE:
    """The ids (column `unit_id`) of the unit with id `top` and of all below it."""
    below = select(literal(top, BigInteger).label("unit_id")).cte("below", recursive=True)
    version = aliased(UnitVersionRow)
    step = select(version.unit_id).join(below, version.parent_id == below.c.unit_id)
    return below.union(step.where(is_shown(version, on)))


async def is_within(session: AsyncSession, unit_id: int, top: str, on: date | None) -> bool:
    """Whether the unit is the unit with code `top` or stands below it."""
    above = select(literal(unit_id, BigInteger).label("unit_id")).cte("above", recursive=True)
    version = aliased(UnitVersionRow)
    step = (
        select(version.parent_id)
        .join(above, version.unit_id == above.c.unit_id)
        .where(version.parent_id.is_not(None), is_shown(version, on))
    )
    above = above.union(step)
    found = select(exists().where(UnitRow.id == above.c.unit_id, UnitRow.code == top))
    return bool(await session.scalar(found))


async def lock_tree(session: AsyncSession) -> None:
    """Wait for other movers of units, until the transaction ends: two moves could close a circle together."""
    await session.execute(_LOCK_TREE, {"key": _TREE_LOCK})


async def leads_to(
    session: AsyncSession, parent_id: int, unit_id: int, valid_from: date, valid_to: date | None
) -> bool:
    """Whether on any day from `valid_from` up to `valid_to` the unit is the parent or one above it."""
    days = {"valid_from": valid_from, "valid_to": valid_to}
    found = await session.execute(_LEADS_TO, {"parent_id": parent_id, "unit_id": unit_id, **days})
    return bool(found.scalar_one())
