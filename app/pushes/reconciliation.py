"""What is stored of each unit, in figures that another system can compute of what it sent."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.canonical import digest
from app.periods.participants import require_opened
from app.pushes import repository
from app.pushes.repository import ReconciledRow, StoredValue
from app.pushes.schemas import ReconciledUnit, ReconciliationQuery
from app.scoring import total


async def reconcile(
    session: AsyncSession, client: Client, query: ReconciliationQuery, limit: int, after: Sequence[Any] | None
) -> tuple[list[ReconciledRow], dict[int, list[StoredValue]]]:
    """Units within the client's bounds in Vietnamese order, and what is stored of them, by unit.

    NotFoundError `period_not_found`; ConflictError `period_not_open` while the period is a draft.
    """
    await require_opened(session, query.period)
    levels = client.levels
    if query.level is not None:
        levels = frozenset({query.level}) if levels is None or query.level in levels else frozenset()
    bounds = (client.unit, None if levels is None else sorted(levels))
    units = await repository.list_reconciled(session, query.period, *bounds, after or (None, None), limit)
    indicators = None if client.indicators is None else sorted(client.indicators)
    ids = [row.unit_id for row in units]
    return units, await repository.list_values(session, query.period, ids, query.source, indicators)


def summed(unit: str, level: str, values: Iterable[StoredValue]) -> ReconciledUnit:
    """Count, sum and hash of what is stored of one unit."""
    entries: list[dict[str, Any]] = []
    for value in sorted(values, key=lambda value: value.indicator):
        if value.inputs is not None:
            entries.append({"indicator": value.indicator, "inputs": value.inputs})
        if value.points is not None:
            entries.append({"indicator": value.indicator, "points": value.points})
    added = total([number for entry in entries for number in numbers(entry)])
    return ReconciledUnit(unit=unit, level=level, count=len(entries), sum=added, hash=digest(entries))


def numbers(value: Any) -> Iterable[Decimal]:
    """All numbers in a JSON value."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from numbers(item)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        yield Decimal(value)
