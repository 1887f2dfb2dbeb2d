"""Extensions: more time to report, for one unit, for a reason."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.conditional import check_if_match, check_if_none_match
from app.kernel.errors import FieldError, InvalidError, NotFoundError
from app.periods import repository
from app.periods.cohorts import lock_cohort
from app.periods.models import PeriodRow
from app.periods.participants import Participant
from app.periods.recording import record_cohort
from app.periods.repository import GrantedExtension
from app.periods.schemas import ExtensionWrite
from app.periods.service.life import require_correctable
from app.periods.windows import exact, shown


async def get_extension(session: AsyncSession, participant: Participant) -> GrantedExtension:
    """One unit's extension. NotFoundError `extension_not_found`."""
    found = await repository.find_extension(session, participant.cohort.period_id, participant.unit_id)
    if found is None:
        raise not_found(participant)
    return found


async def extend(
    session: AsyncSession,
    client: Client,
    row: PeriodRow,
    participant: Participant,
    body: ExtensionWrite,
    if_match: str | None,
    if_none_match: str | None,
) -> tuple[GrantedExtension, bool]:
    """Let one unit report until `body.until`; whether the extension is new.

    The caller holds the period's row lock. It counts while the period is open and after it was closed. ConflictError
    `period_published`; InvalidError `until_in_the_past`, `until_before_close`; PreconditionFailedError.
    """
    require_correctable(row)
    link = await lock_cohort(session, participant.cohort)
    key = {"period_id": row.id, "unit_id": participant.unit_id}
    known = await repository.find_extension(session, **key)
    check_if_match(if_match, known.revision if known else None)
    check_if_none_match(if_none_match, known.revision if known else None)
    require_longer(row, body.until, link.now)
    if known is not None and (known.until, known.reason) == (body.until, body.reason):
        return known, False
    granted = {"until": body.until, "reason": body.reason, "granted_by": client.id, "granted_at": link.now}
    await repository.upsert_extension(session, key | {"level_id": participant.cohort.level_id} | granted)
    data: dict[str, Any] = {"unit": participant.code, "until": exact(body.until), "reason": body.reason}
    await record_cohort(
        session,
        participant.cohort,
        link,
        actor=client.id,
        type="extension.granted",
        data=data,
        unit_id=participant.unit_id,
    )
    return await get_extension(session, participant), known is None


def require_longer(row: PeriodRow, until: datetime, now: datetime) -> None:
    """Refuse an end that lengthens nothing."""
    if until <= now:
        refuse("until_in_the_past", f"It is {shown(now)} already.")
    if row.closes_at is not None and until <= row.closes_at:
        refuse("until_before_close", f"Everybody may report until {shown(row.closes_at)}.")


def refuse(code: str, detail: str) -> None:
    """InvalidError that points at `until`."""
    raise InvalidError(code, detail, [FieldError("/until", code, detail)])


async def withdraw_extension(
    session: AsyncSession,
    client: Client,
    row: PeriodRow,
    participant: Participant,
    reason: str | None,
    if_match: str | None,
) -> None:
    """Take a unit's extension away; the caller holds the period's row lock.

    NotFoundError `extension_not_found`; ConflictError `period_published`; PreconditionFailedError.
    """
    require_correctable(row)
    link = await lock_cohort(session, participant.cohort)
    known = await repository.find_extension(session, row.id, participant.unit_id)
    if known is None:
        raise not_found(participant)
    check_if_match(if_match, known.revision)
    await repository.delete_extension(session, row.id, participant.unit_id)
    data = {"unit": participant.code, "until": exact(known.until), "reason": reason}
    await record_cohort(
        session,
        participant.cohort,
        link,
        actor=client.id,
        type="extension.withdrawn",
        data=data,
        unit_id=participant.unit_id,
    )


def not_found(participant: Participant) -> NotFoundError:
    """The refusal for a unit without an extension."""
    detail = f"Unit '{participant.code}' has no extension in period '{participant.cohort.period}'."
    return NotFoundError("extension_not_found", detail)
