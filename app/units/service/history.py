"""A unit through time."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.units import repository
from app.units.reorganisation import ReorganisationDecision, Succession, UnitHistory, UnitVersion
from app.units.service.units import read_unit


async def read_history(session: AsyncSession, client: Client, code: str, scheme: str | None = None) -> UnitHistory:
    """The unit's versions, and its predecessors and successors. NotFoundError `unit_not_found` as `read_unit`."""
    unit = await read_unit(session, client, code, scheme)
    row = await repository.get_unit(session, unit.code)
    came, went = await repository.list_steps(session, row.id)
    return UnitHistory(
        code=unit.code,
        versions=[
            UnitVersion.model_validate(version, from_attributes=True)
            for version in await repository.list_versions(session, unit_id=row.id)
        ],
        predecessors=_steps(came),
        successors=_steps(went),
    )


def _steps(rows: Sequence[Any]) -> list[Succession]:
    return [
        Succession(
            unit=row.unit,
            name=row.name,
            kind=row.kind,
            effective_on=row.effective_on,
            share=row.share,
            decision=ReorganisationDecision(
                number=row.decision_number, date=row.decision_date, issuer=row.decision_issuer
            ),
            reorganisation=row.reorganisation,
        )
        for row in rows
    ]
