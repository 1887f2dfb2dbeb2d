"""SQL of rosters: what a period's document says of units, and the frozen participants."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.periods.models import CohortRow, DepartureRow, ParticipantRow, RosterEntryRow
from app.periods.repository.periods import LevelOfPeriod

# Who stands where is asked as of each period's first day, as the roster itself is frozen.
ROSTER = text("""
    WITH RECURSIVE below (period_id, starts_on, unit_id) AS (
        SELECT p.id, p.starts_on, u.id FROM periods p, units u
         WHERE p.id = ANY(CAST(:period_ids AS bigint[])) AND u.code = :bound
         UNION
        SELECT below.period_id, below.starts_on, v.unit_id
          FROM below
          JOIN unit_versions v ON v.parent_id = below.unit_id
           AND v.valid_from <= below.starts_on AND (v.valid_to IS NULL OR v.valid_to > below.starts_on)
    )
    SELECT r.period_id, u.id AS unit_id, u.code AS unit, r."group", r.ranked, r.excluded
      FROM roster_entries r
      JOIN periods p ON p.id = r.period_id
      JOIN units u ON u.id = r.unit_id
     WHERE r.period_id = ANY(CAST(:period_ids AS bigint[]))
       AND (CAST(:bound AS text) IS NULL
            OR EXISTS (SELECT FROM below WHERE below.period_id = r.period_id AND below.unit_id = r.unit_id))
       AND (CAST(:levels AS text[]) IS NULL
            OR EXISTS (SELECT FROM unit_versions v JOIN levels l ON l.id = v.level_id
                        WHERE v.unit_id = r.unit_id AND l.code = ANY(CAST(:levels AS text[]))
                          AND v.valid_from <= p.starts_on AND (v.valid_to IS NULL OR v.valid_to > p.starts_on)))
     ORDER BY u.code
""")
PARTICIPANTS = """
    SELECT p.code, p.name, p.parent, l.code AS level, p.traits, p."group", p.ranked, p.sort_key
      FROM participants p JOIN levels l ON l.id = p.level_id
     WHERE p.period_id = :period_id AND (CAST(:level AS text) IS NULL OR l.code = :level)
       AND (CAST(:levels AS text[]) IS NULL OR l.code = ANY(CAST(:levels AS text[])))
       AND (CAST(:within AS text) IS NULL OR p.code = :within OR :within = ANY(p.ancestors))
"""
LEAVE = text("""
    WITH gone AS (
        DELETE FROM participants WHERE period_id = :period_id AND unit_id = :unit_id
        RETURNING period_id, unit_id, level_id, code, ancestors
    )
    INSERT INTO departures (period_id, unit_id, level_id, code, ancestors, version) SELECT gone.*, :version FROM gone
""")


@dataclass(frozen=True, slots=True)
class RosterEntryOfPeriod:
    """What the period's document says of one unit."""

    unit_id: int
    unit: str
    group: str | None
    ranked: bool
    excluded: bool


async def rosters_of(
    session: AsyncSession, period_ids: Sequence[int], client: Client | None = None
) -> dict[int, list[RosterEntryOfPeriod]]:
    """The roster entries of periods by unit code, those outside the client's bounds left out."""
    found: dict[int, list[RosterEntryOfPeriod]] = {period_id: [] for period_id in period_ids}
    values: dict[str, Any] = {"period_ids": list(period_ids), "bound": None, "levels": None}
    if client is not None:
        values["bound"] = client.unit
        values["levels"] = None if client.levels is None else sorted(client.levels)
    for period_id, *entry in await session.execute(ROSTER, values):
        found[period_id].append(RosterEntryOfPeriod(*entry))
    return found


async def replace_roster(session: AsyncSession, period_id: int, rows: Sequence[dict[str, Any]]) -> None:
    """Write the roster entries of a draft anew."""
    await session.execute(delete(RosterEntryRow).where(RosterEntryRow.period_id == period_id))
    if rows:
        await session.execute(insert(RosterEntryRow), [{"period_id": period_id, **row} for row in rows])


async def upsert_roster_entry(session: AsyncSession, period_id: int, unit_id: int, **values: Any) -> None:
    """Let the period's document say of one unit what its roster now says: group, ranked, excluded."""
    statement = upsert(RosterEntryRow).values(period_id=period_id, unit_id=unit_id, **values)
    await session.execute(statement.on_conflict_do_update(index_elements=["period_id", "unit_id"], set_=values))


async def insert_cohort(session: AsyncSession, period_id: int, level: LevelOfPeriod) -> None:
    """Add a cohort at version 0."""
    values = {"period_id": period_id, "level_id": level.level_id, "framework_id": level.framework_id}
    await session.execute(insert(CohortRow).values(**values))


async def insert_participants(session: AsyncSession, rows: Sequence[dict[str, Any]], version: int) -> None:
    """Add frozen participants to a cohort, as of that version of it."""
    if rows:
        await session.execute(insert(ParticipantRow), [{**row, "version": version} for row in rows])


async def find_participant(session: AsyncSession, period_id: int, unit_id: int) -> ParticipantRow | None:
    """One unit of the frozen roster as it stands now, or None."""
    return await session.get(ParticipantRow, (period_id, unit_id), populate_existing=True)


async def delete_participant(session: AsyncSession, period_id: int, unit_id: int, version: int) -> None:
    """Take a unit off the roster as of that version of its cohort, its extension with it. Its submission stays."""
    await session.execute(LEAVE, {"period_id": period_id, "unit_id": unit_id, "version": version})


async def delete_departure(session: AsyncSession, period_id: int, unit_id: int) -> None:
    """Forget that a unit had left, as it comes back."""
    key = (DepartureRow.period_id == period_id, DepartureRow.unit_id == unit_id)
    await session.execute(delete(DepartureRow).where(*key))


async def list_participants(session: AsyncSession, values: dict[str, Any]) -> Sequence[Any]:
    """Participants of a period in Vietnamese order.

    `values` has period_id, level, levels, within, limit and, for a later page, name and code of the last one shown.
    """
    query = f"{PARTICIPANTS} {'AND (p.sort_key, p.code) > (:name, :code)' if 'code' in values else ''}"
    return (await session.execute(text(f"{query} ORDER BY p.sort_key, p.code LIMIT :limit"), values)).all()
