"""Periods as they are shown, a constant number of statements for any number of them."""

from collections.abc import Sequence
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.periods import repository
from app.periods.models import PeriodRow
from app.periods.schemas import PLAIN_FIELDS, Period, PeriodLevel, PeriodStatus, RosterEntry


async def present(session: AsyncSession, row: PeriodRow, client: Client | None) -> Period:
    """The period as API.md shows it, with the roster entries that lie within the client's bounds (None: all)."""
    return (await present_all(session, [row], client))[0]


async def present_all(session: AsyncSession, rows: Sequence[PeriodRow], client: Client | None) -> list[Period]:
    """Periods as API.md shows them, with the roster entries that lie within the client's bounds."""
    ids = [row.id for row in rows]
    levels = await repository.levels_of(session, ids)
    rosters = await repository.rosters_of(session, ids, client)
    authorities = await repository.codes_of(session, [row.authority_id for row in rows])
    return [
        Period(
            code=row.code,
            authority=authorities[row.authority_id],
            levels=[PeriodLevel(level=level.level, framework=level.framework) for level in levels[row.id]],
            roster=[
                RosterEntry(unit=entry.unit, group=entry.group, ranked=entry.ranked, excluded=entry.excluded)
                for entry in rosters[row.id]
            ],
            status=cast("PeriodStatus", row.status),
            revision=row.revision,
            **{field: getattr(row, field) for field in PLAIN_FIELDS},
        )
        for row in rows
    ]
