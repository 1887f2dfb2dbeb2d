"""Changes of a roster after opening."""

from typing import Annotated

from fastapi import APIRouter, Body, Query, Response

from app.clients.access import Admin
from app.kernel.conditional import IfMatch, check_if_match, etag
from app.kernel.database import WriteSession
from app.kernel.errors import FieldError, InvalidError, problem_responses
from app.kernel.schema import Text
from app.periods.models import ParticipantRow
from app.periods.repository import lock
from app.periods.router.parameters import CREATED, AdministeredParticipant, PeriodRef, UnitRef, UnitScheme
from app.periods.schemas import Participant, ParticipantUnit, ParticipantWrite, ReasonWrite
from app.scores import rosters

router = APIRouter(
    prefix="/periods/{period}/participants", tags=["periods"], responses=problem_responses(404, 409, 412)
)


@router.put("/{unit}", responses=CREATED)
async def put_participant(
    response: Response,
    session: WriteSession,
    client: Admin,
    period: PeriodRef,
    unit: UnitRef,
    body: ParticipantWrite,
    if_match: IfMatch,
    unit_scheme: UnitScheme = None,
) -> Participant:
    """Add a unit to the roster of an opened period (201), or change its group, `ranked` or traits, with a reason.

    A unit is added as it stood on the period's `starts_on`; what it had reported before it was removed counts again.
    The cohort is rescored and its version moves. `If-Match` and the ETag are the period's.
    """
    row = await lock(session, period)
    check_if_match(if_match, row.revision)
    found, level, is_new = await rosters.put_participant(session, client, row, unit, unit_scheme, body)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(row.revision)
    return participant(found, level)


@router.delete("/{unit}", status_code=204)
async def delete_participant(
    session: WriteSession,
    client: Admin,
    roster: AdministeredParticipant,
    if_match: IfMatch,
    body: Annotated[ReasonWrite | None, Body()] = None,
    reason: Annotated[Text | None, Query(description="For callers that cannot send a body with DELETE.")] = None,
) -> None:
    """Take a unit off the roster of an opened period, with a reason (in the body, or as `?reason=`).

    It is out of figures, bests, aggregates and ranking, and answers 404; the cohort is rescored. What it reported stays
    stored, and counts again should the unit come back. `If-Match` is the period's ETag.
    """
    check_if_match(if_match, roster.period.revision)
    given = body.reason if body else reason
    if given is None:
        error = FieldError("/reason", "missing_reason", "Taking a unit off the roster takes a reason.")
        raise InvalidError("missing_reason", error.detail, [error])
    await rosters.remove_participant(session, client, roster.period, roster.participant, given)


def participant(row: ParticipantRow, level: str) -> Participant:
    """One participant as API.md shows it."""
    return Participant(
        unit=ParticipantUnit(code=row.code, name=row.name, parent=row.parent),
        level=level,
        traits=row.traits,
        group=row.group,
        ranked=row.ranked,
    )
