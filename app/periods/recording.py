"""A cohort's new version: recorded in its chain, and told to who wants to hear of it, in one statement."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import service as audit
from app.audit.chain import Link
from app.audit.service import EventData
from app.kernel.pending import Pending
from app.periods.cohorts import Cohort
from app.webhooks.announcing import ranking_changed


async def record_cohort(  # noqa: PLR0913 - an event's, and whom it makes invisible
    session: AsyncSession,
    cohort: Cohort,
    link: Link,
    *,
    actor: str,
    type: str,  # noqa: A002 - the contract's word
    data: EventData,
    unit_id: int | None = None,
    pending: Pending | None = None,
    gone: Sequence[str] = (),
) -> int:
    """Append one event to a cohort's chain, whose lock the caller holds, and send what is pending with it.

    Returns the cohort's new version. `gone` are the codes of a unit that leaves the roster, and of those above it.
    """
    pending = pending or Pending()
    pending.add(ranking_changed(cohort, link.version + 1, link.now, gone))
    return await audit.record_cohort(
        session, cohort, link, actor=actor, type=type, data=data, unit_id=unit_id, pending=pending
    )
