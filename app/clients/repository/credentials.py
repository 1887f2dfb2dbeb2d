"""SQL of secrets, by which clients get in."""

from typing import NamedTuple

from sqlalchemy import case, func, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client, Scope
from app.clients.models import ClientRow
from app.clients.repository.references import units
from app.clients.repository.standings import bound

_ROTATE = text("""
    UPDATE clients
       SET secret_hash = :secret_hash, revision = revision + 1,
           generation = CASE WHEN :overlap_seconds = 0 THEN generation + 1 ELSE generation END,
           previous_secret_hash = CASE WHEN :overlap_seconds > 0 THEN secret_hash END,
           previous_secret_expires_at = CASE WHEN :overlap_seconds > 0
                                             THEN now() + make_interval(secs => :overlap_seconds) END
     WHERE id = :id
""")


class Credential(NamedTuple):
    """A client that is not disabled, the generation of its tokens, and the hashes of its one or two live secrets."""

    client: Client
    generation: int
    secret_hashes: tuple[bytes, ...]


async def find_credential(session: AsyncSession, client_id: str) -> Credential | None:
    previous = case((ClientRow.previous_secret_expires_at > func.now(), ClientRow.previous_secret_hash))
    query = (
        select(ClientRow, units.c.code, previous)
        .outerjoin(units, units.c.id == ClientRow.unit_id)
        .where(ClientRow.id == client_id, ClientRow.disabled_at.is_(None))
    )
    found = (await session.execute(query)).one_or_none()
    if found is None:
        return None
    row, unit, still_good = found
    client = Client(row.id, frozenset(map(Scope, row.scopes)), unit, bound(row.levels), bound(row.indicators))
    hashes = (row.secret_hash,) if still_good is None else (row.secret_hash, still_good)
    return Credential(client, row.generation, hashes)


async def mark_used(session: AsyncSession, client_id: str) -> None:
    """Note that it got a token. To the minute: callers that come all at once must not queue for the row."""
    is_old = ClientRow.last_used_at.is_(None) | (ClientRow.last_used_at < func.now() - text("interval '1 minute'"))
    await session.execute(update(ClientRow).where(ClientRow.id == client_id, is_old).values(last_used_at=func.now()))


async def replace_secret(session: AsyncSession, client_id: str, secret_hash: bytes, overlap_seconds: int) -> None:
    """Put a secret in the place of the one before, which stays good for the overlap; with none all tokens end too."""
    values = {"id": client_id, "secret_hash": secret_hash, "overlap_seconds": overlap_seconds}
    await session.execute(_ROTATE, values)
