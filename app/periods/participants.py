"""One participant: a unit as the roster froze it, in its cohort."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.database import fetch
from app.kernel.errors import ConflictError, NotFoundError
from app.periods.cohorts import Cohort
from app.periods.repository import find
from app.units.repository import bearer_sql, called

PARTICIPANT = f"""
    SELECT pt.unit_id, pt.code, pt.name, pt.parent, pt.ancestors, pt.traits, pt.ranked,
           c.period_id, p.code AS period, c.level_id, l.code AS level, c.framework_id, p.status, c.version
      FROM periods p
      JOIN participants pt ON pt.period_id = p.id
      JOIN cohorts c ON c.period_id = pt.period_id AND c.level_id = pt.level_id
      JOIN levels l ON l.id = c.level_id
     WHERE p.code = $1
       AND (CASE WHEN CAST($3 AS text) IS NULL THEN pt.code = $2
                 ELSE pt.unit_id = ({bearer_sql("p.starts_on", "$2", "$3")}) END)
"""  # noqa: S608 - built from constants only


@dataclass(frozen=True, slots=True)
class Participant:
    """A unit as it stood when the roster was frozen; `ancestors` are codes, nearest first."""

    unit_id: int
    code: str
    name: str
    parent: str | None
    ancestors: tuple[str, ...]
    traits: frozenset[str]
    ranked: bool
    cohort: Cohort

    def visible_to(self, client: Client) -> bool:
        """Whether the participant lies within the client's bounds of unit and level."""
        below = client.unit is None or client.unit == self.code or client.unit in self.ancestors
        return below and (client.levels is None or self.cohort.level in client.levels)


async def get_participant(
    session: AsyncSession, client: Client, period: str, unit: str, scheme: str | None = None
) -> Participant:
    """The participant, by its code or by the identifier of `scheme` that it bore when the period began.

    NotFoundError `period_not_found`; ConflictError `period_not_open` while the period is a draft; NotFoundError
    `participant_not_found` off the roster and, telling nothing more, outside the client's bounds.
    """
    rows = await fetch(session, PARTICIPANT, period, unit, scheme)
    if rows:
        unit_id, code, name, parent, ancestors, traits, ranked, *cohort = rows[0]
        found = Participant(unit_id, code, name, parent, tuple(ancestors), frozenset(traits), ranked, Cohort(*cohort))
        if found.visible_to(client):
            return found
    await require_opened(session, period)
    raise not_taking_part(period, unit, scheme)


def not_taking_part(period: str, unit: str, scheme: str | None = None) -> NotFoundError:
    """The refusal for a unit that is not on the roster, or is not for this client to know of."""
    return NotFoundError("participant_not_found", f"Unit {called(unit, scheme)} does not take part in '{period}'.")


async def require_opened(session: AsyncSession, period: str) -> None:
    """NotFoundError `period_not_found`; ConflictError `period_not_open` while it is a draft."""
    found = await find(session, period)
    if found is None:
        raise NotFoundError("period_not_found", f"There is no period '{period}'.")
    if found.status == "draft":
        raise ConflictError("period_not_open", f"Period '{period}' has not been opened yet.")
