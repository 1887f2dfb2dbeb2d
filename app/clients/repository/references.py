"""SQL of what bounds refer to: units, levels and indicators, which stand above clients."""

from collections.abc import Iterable

from sqlalchemy import BigInteger, Text, TextualSelect, column, select, table, text
from sqlalchemy.ext.asyncio import AsyncSession

units = table("units", column("id", BigInteger), column("code", Text))
_levels = table("levels", column("code", Text))
_indicators = table("indicators", column("code", Text))
# As the units' own `units_below` follows parents: by the version of today, else by the latest.
_BELOW = text("""
    WITH RECURSIVE below (unit_id) AS (
        SELECT id FROM units WHERE code = :top
         UNION
        SELECT v.unit_id FROM below JOIN unit_versions v ON v.parent_id = below.unit_id
         WHERE v.valid_from = (
            SELECT r.valid_from FROM unit_versions r WHERE r.unit_id = v.unit_id
             ORDER BY (r.valid_from <= current_date AND (r.valid_to IS NULL OR r.valid_to > current_date)) DESC,
                      r.valid_from DESC
             LIMIT 1)
    )
    SELECT unit_id FROM below
""")


def units_below(top: str) -> TextualSelect:
    """The ids of the unit with code `top` and of all below it."""
    return _BELOW.bindparams(top=top).columns(column("unit_id", BigInteger))


async def find_unit_id(session: AsyncSession, code: str, within: str | None) -> int | None:
    """The id of the unit with this code, if it is the unit `within` or stands below it."""
    query = select(units.c.id).where(units.c.code == code)
    if within is not None:
        query = query.where(units.c.id.in_(units_below(within)))
    return await session.scalar(query)


async def known_levels(session: AsyncSession, codes: Iterable[str]) -> set[str]:
    """Those of the codes that are levels."""
    return set(await session.scalars(select(_levels.c.code).where(_levels.c.code.in_(list(codes)))))


async def known_indicators(session: AsyncSession, codes: Iterable[str]) -> set[str]:
    """Those of the codes that are indicators of any index set, drafts included."""
    query = select(_indicators.c.code).where(_indicators.c.code.in_(list(codes))).distinct()
    return set(await session.scalars(query))
