"""SQL of what clients may do at present, asked by the door."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client, Scope
from app.kernel.database import fetch

STANDINGS = """
    SELECT c.id, c.generation, c.scopes, u.code, c.levels, c.indicators
      FROM clients c LEFT JOIN units u ON u.id = c.unit_id
     WHERE c.id = ANY($1) AND c.disabled_at IS NULL
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a client that is not disabled may do; only tokens of this generation are good."""

    client: Client
    generation: int


async def list_standings(session: AsyncSession, client_ids: Collection[str]) -> dict[str, Standing]:
    """By id; whoever is disabled or unknown is not in it."""
    rows = await fetch(session, STANDINGS, list(client_ids))
    return {
        id_: Standing(Client(id_, frozenset(map(Scope, scopes)), unit, bound(levels), bound(indicators)), generation)
        for id_, generation, scopes, unit, levels, indicators in rows
    }


def bound(codes: Collection[str] | None) -> frozenset[str] | None:
    """As a Client has it."""
    return None if codes is None else frozenset(codes)
