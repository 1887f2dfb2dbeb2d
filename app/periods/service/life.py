"""A period opens, closes, and may be opened again; every cohort's chain says so."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.kernel.errors import ConflictError
from app.kernel.pending import Pending
from app.periods import repository
from app.periods.cohorts import list_cohorts, lock_cohort
from app.periods.models import PeriodRow
from app.periods.recording import record_cohort
from app.periods.roster import FrozenRoster, freeze, start_chain
from app.periods.service.drafts import require_draft
from app.webhooks.announcing import period_moved


async def begin_opening(session: AsyncSession, row: PeriodRow) -> list[FrozenRoster]:
    """Open a draft, whose row lock the caller holds: freeze the roster of every level.

    `record_opening` follows once everybody is scored: the event of a write is its last step.
    """
    require_draft(row)
    row.status = "open"
    row.revision += 1
    await session.flush()
    return await freeze(session, row)


async def record_opening(session: AsyncSession, row: PeriodRow, rosters: Sequence[FrozenRoster], actor: str) -> None:
    """Start the chain of every cohort of a period that has been opened."""
    for roster in rosters:
        await start_chain(session, row, roster, actor)
    await record_global(session, actor=actor, type="period.opened", data={"code": row.code})
    await tell_status(session, row)


async def close_period(session: AsyncSession, row: PeriodRow, actor: str) -> None:
    """Close an open period: units report no more but those with an extension; reviewers still judge.

    The caller holds the period's row lock. ConflictError `period_not_open`.
    """
    if row.status != "open":
        raise ConflictError("period_not_open", f"Period '{row.code}' is {row.status}.")
    await record_in_cohorts(session, row, actor, "period.closed", {})
    row.status = "closed"
    row.revision += 1
    await record_global(session, actor=actor, type="period.closed", data={"code": row.code})
    await tell_status(session, row)


async def reopen_period(session: AsyncSession, row: PeriodRow, reason: str, actor: str) -> None:
    """Open a closed period again, for a reason; windows stay as they are, so a past `closes_at` still ends reporting.

    The caller holds the period's row lock. ConflictError `period_not_closed`, `period_published`.
    """
    require_unpublished(row)
    if row.status != "closed":
        raise ConflictError("period_not_closed", f"Period '{row.code}' is {row.status}; only a closed one reopens.")
    await record_in_cohorts(session, row, actor, "period.reopened", {"reason": reason})
    row.status = "open"
    row.revision += 1
    await record_global(session, actor=actor, type="period.reopened", data={"code": row.code, "reason": reason})
    await tell_status(session, row)


async def tell_status(session: AsyncSession, row: PeriodRow) -> None:
    """Tell who wants to hear of it which status the period has now."""
    now = await repository.database_time(session)
    await Pending().send(session, period_moved(row.id, row.code, row.status, now))


def require_correctable(row: PeriodRow) -> None:
    """ConflictError `period_not_open` for a draft, `period_published` once the results are out."""
    if row.status == "draft":
        raise ConflictError("period_not_open", f"Period '{row.code}' has not been opened yet.")
    require_unpublished(row)


def require_unpublished(row: PeriodRow) -> None:
    """ConflictError `period_published` once the results are out: a correction is a new publication."""
    if row.status == "published":
        raise ConflictError("period_published", f"Period '{row.code}' is published.")


async def record_in_cohorts(
    session: AsyncSession, row: PeriodRow, actor: str, event: str, data: Mapping[str, Any]
) -> None:
    """Append one event to the chain of every cohort, each under its lock.

    Who has read the period's former state under a lock has committed by then.
    """
    for cohort in await list_cohorts(session, row.code):
        link = await lock_cohort(session, cohort)
        await record_cohort(session, cohort, link, actor=actor, type=event, data=data)
