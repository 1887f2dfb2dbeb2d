"""SQL of all units at once, for imports: the caller holds the tree's lock."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, any_, cast, delete, insert, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession

from app.units.models import UnitIdentifierRow, UnitRow

_FIXED_DAYS = text("""
    SELECT p.code AS predecessor, u.code AS successor, s.effective_on
      FROM successions s JOIN units p ON p.id = s.predecessor_id JOIN units u ON u.id = s.successor_id
""")
_IDENTIFIERS = text("""
    SELECT u.code, i.scheme, i.value FROM unit_identifiers i JOIN units u ON u.id = i.unit_id ORDER BY scheme, value
""")
_ANALYZE = text("ANALYZE units, unit_versions, unit_identifiers")
_UPDATE = text("""
    UPDATE unit_versions
       SET valid_from = :valid_from, valid_to = :valid_to, name = :name, sort_key = :sort_key,
           search_text = :search_text, level_id = :level_id, parent_id = :parent_id, traits = :traits
     WHERE unit_id = :unit_id AND valid_from = :stored_from
""")

Days = Mapping[str, set[date]]


async def all_revisions(session: AsyncSession) -> dict[str, int]:
    """The revision of every unit, by code."""
    return {row.code: row.revision for row in await session.execute(select(UnitRow.code, UnitRow.revision))}


async def all_identifiers(session: AsyncSession) -> dict[str, list[tuple[str, str]]]:
    """The (scheme, value) pairs of every unit that has some, by code and in order."""
    pairs: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    for row in await session.execute(_IDENTIFIERS):
        pairs[row.code].append((row.scheme, row.value))
    return pairs


async def all_fixed_days(session: AsyncSession) -> tuple[Days, Days]:
    """The days on which reorganisations let versions begin, and those on which they let them end, by unit code."""
    begun: defaultdict[str, set[date]] = defaultdict(set)
    ended: defaultdict[str, set[date]] = defaultdict(set)
    for row in await session.execute(_FIXED_DAYS):
        begun[row.successor].add(row.effective_on)
        ended[row.predecessor].add(row.effective_on)
    return begun, ended


async def insert_units(session: AsyncSession, codes: Sequence[str]) -> None:
    """Add units without versions. Their codes must be free."""
    if codes:
        await session.execute(insert(UnitRow), [{"code": code} for code in codes])


async def update_versions(session: AsyncSession, rows: Sequence[Mapping[str, Any]]) -> None:
    """Correct the versions that begin on `stored_from`."""
    if rows:
        await session.execute(_UPDATE, rows)


async def write_identifiers(session: AsyncSession, pairs: Mapping[int, Sequence[tuple[str, str]]]) -> None:
    """Give each unit exactly its (scheme, value) pairs, whoever else bears them."""
    own = UnitIdentifierRow.unit_id == any_(cast(list(pairs), ARRAY(BigInteger)))
    await session.execute(delete(UnitIdentifierRow).where(own), execution_options={"synchronize_session": False})
    rows = [
        {"scheme": scheme, "value": value, "unit_id": unit_id}
        for unit_id, owned in pairs.items()
        for scheme, value in owned
    ]
    if rows:
        await session.execute(insert(UnitIdentifierRow), rows)


async def analyze(session: AsyncSession) -> None:
    """Tell the planner of thousands of new rows: until it notices by itself, reading them would take long."""
    await session.execute(_ANALYZE)
