"""The opening of a period: the roster freezes, everybody is scored once, and the chains start."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.periods import service as periods
from app.periods.cohorts import list_cohorts
from app.periods.models import PeriodRow
from app.scores.rebuild import rebuild
from app.scores.repository import gather_statistics

MANY_UNITS = 200


async def open_period(session: AsyncSession, period: PeriodRow, actor: str) -> None:
    """Open a draft, whose row lock the caller holds. Refusals are those of `freeze`; ConflictError `period_not_draft`.

    Every cohort is at version 1 then, and so are its participants and their scorecards.
    """
    rosters = await periods.begin_opening(session, period)
    reports = [await rebuild(session, cohort) for cohort in await list_cohorts(session, period.code)]
    await periods.record_opening(session, period, rosters, actor)
    if sum(report.units for report in reports) >= MANY_UNITS:
        await gather_statistics(session)
