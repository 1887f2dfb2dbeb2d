"""What routes below a period or a participant take."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import BaseModel

from app.clients.access import Admin, Reader, Reviewer, Submitter
from app.kernel.database import ReadSession, WriteSession
from app.kernel.schema import Code
from app.periods.models import PeriodRow
from app.periods.participants import Participant, get_participant
from app.periods.repository import lock
from app.units.schemas import Scheme, UnitKey

PeriodRef = Annotated[Code, Path()]
UnitRef = Annotated[UnitKey, Path(description="Code of a unit, or its identifier under `unit_scheme`")]
UnitScheme = Annotated[Scheme, Query()]
CREATED: dict[int | str, dict[str, Any]] = {201: {"description": "Created: there was none"}}
NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "Still what the sent ETag names"}}


class ParticipantRef(BaseModel):
    """The same three, for a route that reads them by hand."""

    period: Code
    unit: UnitKey
    unit_scheme: Scheme = None


async def _readable(
    session: ReadSession, client: Reader, period: PeriodRef, unit: UnitRef, unit_scheme: UnitScheme = None
) -> Participant:
    return await get_participant(session, client, period, unit, unit_scheme)


async def _reporting(
    session: WriteSession, client: Submitter, period: PeriodRef, unit: UnitRef, unit_scheme: UnitScheme = None
) -> Participant:
    return await get_participant(session, client, period, unit, unit_scheme)


async def _reviewed(
    session: WriteSession, client: Reviewer, period: PeriodRef, unit: UnitRef, unit_scheme: UnitScheme = None
) -> Participant:
    return await get_participant(session, client, period, unit, unit_scheme)


@dataclass(frozen=True, slots=True)
class OnRoster:
    """A participant together with its period, whose row lock is held."""

    period: PeriodRow
    participant: Participant


async def _administered(
    session: WriteSession, client: Admin, period: PeriodRef, unit: UnitRef, unit_scheme: UnitScheme = None
) -> OnRoster:
    row = await lock(session, period)
    return OnRoster(row, await get_participant(session, client, period, unit, unit_scheme))


# The participant that the path names, within the bounds of a client that may read, report, review or administer.
ReadableParticipant = Annotated[Participant, Depends(_readable)]
ReportingParticipant = Annotated[Participant, Depends(_reporting)]
ReviewedParticipant = Annotated[Participant, Depends(_reviewed)]
AdministeredParticipant = Annotated[OnRoster, Depends(_administered)]
