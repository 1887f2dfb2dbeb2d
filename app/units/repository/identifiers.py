"""SQL of identifiers. One names a unit on the days on which that unit is valid, so that codes can be used again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import delete, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.units.models import UnitIdentifierRow

_OTHER_BEARERS = text("""
    SELECT DISTINCT ON (mine.scheme, mine.value) mine.scheme, mine.value, u.id AS unit_id, u.code, v.valid_to
      FROM unit_identifiers mine
      JOIN unit_versions my ON my.unit_id = mine.unit_id
      JOIN unit_identifiers other ON other.scheme = mine.scheme AND other.value = mine.value
       AND other.unit_id <> mine.unit_id
      JOIN unit_versions v ON v.unit_id = other.unit_id
       AND daterange(v.valid_from, v.valid_to) && daterange(my.valid_from, my.valid_to)
      JOIN units u ON u.id = other.unit_id
     WHERE mine.unit_id = :unit_id
     ORDER BY mine.scheme, mine.value, v.valid_from DESC
""")


@dataclass(frozen=True, slots=True)
class Bearer:
    """A unit that bears an identifier on some of the days of another. `valid_to` (exclusive): of that version."""

    scheme: str
    value: str
    unit_id: int
    code: str
    valid_to: date | None


def bearer_sql(day: str, name: str = ":unit", scheme: str = ":scheme") -> str:
    """A subquery: the id of the unit that the SQL `name` in `scheme` names on the day that the SQL `day` says.

    The bearer valid that day; where none is, the last one before, so that what was abolished keeps its names.
    """
    return f"""
        SELECT i.unit_id FROM unit_identifiers i JOIN unit_versions v ON v.unit_id = i.unit_id
         WHERE i.scheme = {scheme} AND i.value = {name}
         ORDER BY v.valid_from <= {day} AND coalesce(v.valid_to > {day}, true) DESC,
                  v.valid_from <= {day} DESC, v.valid_from DESC, i.unit_id
         LIMIT 1
    """  # noqa: S608 - columns and parameters, named by this code


_CODES = text(f"""
    SELECT named.name, u.code FROM unnest(CAST(:names AS text[])) AS named(name)
      JOIN units u ON u.id = ({bearer_sql("CAST(:day AS date)", "named.name")})
""")  # noqa: S608 - built from constants only
_HAND_ON = text("""
    INSERT INTO unit_identifiers (scheme, value, unit_id)
    SELECT scheme, value, :to FROM unit_identifiers WHERE unit_id = :unit_id ON CONFLICT DO NOTHING
""")


async def list_codes(session: AsyncSession, names: Sequence[str], scheme: str, on: date) -> dict[str, str]:
    """Unit codes by identifier of `scheme` on that day, for those that name a unit."""
    rows = await session.execute(_CODES, {"names": list(names), "scheme": scheme, "day": on})
    return {row.name: row.code for row in rows}


async def hand_on_identifiers(session: AsyncSession, unit_id: int, to: int) -> None:
    """Let another unit bear the unit's identifiers too: from then on they name it where the first has ended."""
    await session.execute(_HAND_ON, {"unit_id": unit_id, "to": to})


async def replace_identifiers(session: AsyncSession, unit_id: int, identifiers: Sequence[tuple[str, str]]) -> None:
    """Give a unit exactly these (scheme, value) pairs, whoever else bears them."""
    key = tuple_(UnitIdentifierRow.scheme, UnitIdentifierRow.value)
    dropped = delete(UnitIdentifierRow).where(UnitIdentifierRow.unit_id == unit_id, key.not_in(identifiers))
    await session.execute(dropped, execution_options={"synchronize_session": False})
    if identifiers:
        rows = [{"scheme": scheme, "value": value, "unit_id": unit_id} for scheme, value in identifiers]
        await session.execute(insert(UnitIdentifierRow).values(rows).on_conflict_do_nothing())


async def other_bearers(session: AsyncSession, unit_id: int) -> list[Bearer]:
    """Who else bears an identifier of the unit on a day on which the unit is valid: one per identifier."""
    return [Bearer(*row) for row in await session.execute(_OTHER_BEARERS, {"unit_id": unit_id})]
