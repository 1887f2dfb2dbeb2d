"""What routes below a period or a participant take."""

from typing import Annotated, Any

from fastapi import Depends, Path, Query
from pydantic import BaseModel

from app.clients.access import Reader, Reviewer, Submitter
from app.kernel.database import ReadSession, WriteSession
from app.kernel.schema import Code
from app.periods.participants import Participant, get_participant
from app.units.schemas import Scheme, UnitKey

PeriodRef = Annotated[Code, Path()]
UnitRef = Annotated[UnitKey, Path(description="Code of a unit, or its identifier under `unit_scheme`")]
UnitScheme = Annotated[Scheme, Query()]
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


# The participant that the path names, within the bounds of a client that may read, report or review.
ReadableParticipant = Annotated[Participant, Depends(_readable)]
ReportingParticipant = Annotated[Participant, Depends(_reporting)]
ReviewedParticipant = Annotated[Participant, Depends(_reviewed)]
