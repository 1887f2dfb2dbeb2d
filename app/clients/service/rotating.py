"""A new secret in the place of the old one, which may stay good for a while: systems change over without a gap."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.clients import repository
from app.clients.client import Client
from app.clients.service.registering import get
from app.clients.service.secrets import hash_secret, make_secret
from app.kernel.conditional import check_if_match
from app.kernel.errors import ConflictError


async def rotate(
    session: AsyncSession,
    pepper: bytes,
    caller: Client,
    client_id: str,
    overlap_seconds: int,
    if_match: str | None = None,
) -> str:
    """The new secret. The caller holds the lock.

    NotFoundError, PreconditionFailedError, ConflictError `still_rotating`.

    While the secret before is still good, only a rotation without overlap is let through: it ends both, and all tokens.
    Otherwise a rotation that is asked for twice would end the secret that is in use.
    """
    stored = await get(session, caller, client_id)
    check_if_match(if_match, stored.revision)
    until = stored.previous_secret_expires_at
    if until is not None and overlap_seconds > 0:
        detail = f"The secret before is good until {until.isoformat()}. Rotate after that, or now without overlap."
        raise ConflictError("still_rotating", detail)
    secret = make_secret()
    await repository.replace_secret(session, client_id, hash_secret(pepper, secret), overlap_seconds)
    data = {"id": client_id, "overlap_seconds": overlap_seconds}
    await record_global(session, actor=caller.id, type="client.rotated", data=data)
    return secret
