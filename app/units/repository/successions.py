"""SQL of reorganisations: the dated tree that one is checked against, what it writes, and who succeeded whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, Text, any_, cast, insert, or_, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from app.units.models import LevelRow, ReorganisationRow, SuccessionRow, UnitRow, UnitVersionRow

_STEPS = """
    SELECT other.code AS unit, v.name, s.kind, s.effective_on, s.share, s.reorganisation_id AS reorganisation,
           r.decision_number, r.decision_date, r.decision_issuer
      FROM successions s
      JOIN reorganisations r ON r.id = s.reorganisation_id
      JOIN units other ON other.id = s.{other}
      JOIN unit_versions v ON v.unit_id = other.id
       AND v.valid_from {starts} s.effective_on AND (v.valid_to IS NULL OR v.valid_to {ends} s.effective_on)
     WHERE s.{own} = :unit_id
     ORDER BY s.effective_on, other.code COLLATE "C", s.reorganisation_id
"""
_PREDECESSORS = text(_STEPS.format(other="predecessor_id", own="successor_id", starts="<", ends=">="))
_SUCCESSORS = text(_STEPS.format(other="successor_id", own="predecessor_id", starts="<=", ends=">"))
_LINEAGE = text("""
    SELECT p.code AS predecessor, u.code AS successor, s.effective_on, s.kind, s.reorganisation_id AS reorganisation,
           s.predecessor_level_id = s.successor_level_id AS same_level
      FROM successions s
      JOIN units p ON p.id = s.predecessor_id
      JOIN units u ON u.id = s.successor_id
     WHERE s.effective_on > :after AND s.effective_on <= :until
     ORDER BY s.effective_on DESC
""")


@dataclass(frozen=True, slots=True)
class DatedVersion:
    """One version of a unit with its level and parent by code. `valid_to` is exclusive."""

    unit_id: int
    code: str
    name: str
    level: str
    parent: str | None
    traits: Sequence[str]
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class LineageStep:
    """One unit succeeding another, by code; `same_level` tells whether it stayed inside one level."""

    predecessor: str
    successor: str
    effective_on: date
    kind: str
    reorganisation: int
    same_level: bool


async def list_versions(
    session: AsyncSession, *, since: date | None = None, unit_id: int | None = None
) -> list[DatedVersion]:
    """The versions of all units, or of one, the earliest first; with `since` those valid the day before, or later."""
    parent = aliased(UnitRow)
    version = UnitVersionRow
    query = (
        select(UnitRow.id, UnitRow.code, version.name, LevelRow.code, parent.code, version.traits)
        .add_columns(version.valid_from, version.valid_to)
        .join(version, version.unit_id == UnitRow.id)
        .join(LevelRow, LevelRow.id == version.level_id)
        .outerjoin(parent, parent.id == version.parent_id)
        .order_by(UnitRow.id, version.valid_from)
    )
    if since is not None:
        query = query.where(or_(version.valid_to.is_(None), version.valid_to >= since))
    if unit_id is not None:
        query = query.where(UnitRow.id == unit_id)
    return [DatedVersion(*row) for row in await session.execute(query)]


async def list_ids(session: AsyncSession, codes: Sequence[str]) -> dict[str, int]:
    """The ids of the units that exist, by code."""
    rows = await session.execute(
        select(UnitRow.code, UnitRow.id).where(UnitRow.code == any_(cast(list(codes), ARRAY(Text))))
    )
    return {row.code: row.id for row in rows}


async def list_succeeded(session: AsyncSession, since: date) -> frozenset[str]:
    """The codes of the units of which it is recorded who succeeded them on that day or later."""
    query = select(UnitRow.code).join(SuccessionRow, SuccessionRow.predecessor_id == UnitRow.id)
    return frozenset(await session.scalars(query.where(SuccessionRow.effective_on >= since)))


async def find_reorganisation(session: AsyncSession, digest: str) -> int | None:
    """The id of the reorganisation that was recorded by a document of this digest."""
    return await session.scalar(select(ReorganisationRow.id).where(ReorganisationRow.digest == digest))


async def insert_reorganisation(session: AsyncSession, values: Mapping[str, Any]) -> ReorganisationRow:
    rows = await session.scalars(insert(ReorganisationRow).values(values).returning(ReorganisationRow))
    return rows.one()


async def insert_successions(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    await session.execute(insert(SuccessionRow), list(rows))


async def end_versions(session: AsyncSession, unit_ids: Sequence[int], on: date) -> None:
    """Let the versions that are valid the day before `on` end there."""
    version = UnitVersionRow
    running = or_(version.valid_to.is_(None), version.valid_to > on)
    statement = update(version).where(version.unit_id.in_(unit_ids), version.valid_from < on, running)
    await session.execute(statement.values(valid_to=on), execution_options={"synchronize_session": False})


async def advance_units(session: AsyncSession, unit_ids: Sequence[int]) -> None:
    """Count the revisions of units up by one."""
    # Locked in one order always, as whoever else changes several at once would.
    wanted = UnitRow.id == any_(cast(list(unit_ids), ARRAY(BigInteger)))
    await session.execute(select(UnitRow.id).where(wanted).order_by(UnitRow.id).with_for_update(key_share=True))
    statement = update(UnitRow).where(wanted).values(revision=UnitRow.revision + 1)
    await session.execute(statement, execution_options={"synchronize_session": False})


async def list_steps(session: AsyncSession, unit_id: int) -> tuple[Sequence[Any], Sequence[Any]]:
    """The successions by which a unit came to be, and those by which it went on, with their decisions."""
    values = {"unit_id": unit_id}
    came = (await session.execute(_PREDECESSORS, values)).all()
    return came, (await session.execute(_SUCCESSORS, values)).all()


async def fixed_days(session: AsyncSession, unit_id: int) -> tuple[set[date], set[date]]:
    """The days on which reorganisations let the unit's versions begin, and those on which they let them end."""
    query = select(SuccessionRow.predecessor_id, SuccessionRow.successor_id, SuccessionRow.effective_on)
    own = or_(SuccessionRow.predecessor_id == unit_id, SuccessionRow.successor_id == unit_id)
    rows = list(await session.execute(query.where(own)))
    begun = {row.effective_on for row in rows if row.successor_id == unit_id}
    return begun, {row.effective_on for row in rows if row.predecessor_id == unit_id}


async def list_lineage(session: AsyncSession, after: date, until: date) -> list[LineageStep]:
    """Who succeeded whom after the one day and up to the other, the latest first."""
    rows = await session.execute(_LINEAGE, {"after": after, "until": until})
    return [LineageStep(*row) for row in rows]
