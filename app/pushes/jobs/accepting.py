"""Pushes taken into the queue: what can be told at once is refused at once."""

import asyncio
import zlib
from typing import Any
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client, Scope
from app.kernel.background import ring
from app.kernel.errors import TooManyRequestsError
from app.periods.participants import require_opened
from app.pushes import repository
from app.pushes.checking import require_scopes
from app.pushes.jobs.running import CHANNEL
from app.pushes.reading import Raw, UnusualError, read_with_care
from app.pushes.repository import JobRecord, Order
from app.pushes.schemas import PushQuery, PushWrite
from app.pushes.values import read_values

_FAST = 1  # of zlib's levels: a fifth of the size for a fifth of the time


async def accept(
    session: AsyncSession, client: Client, received: bytes, body: PushWrite, query: PushQuery, most: int
) -> JobRecord:
    """Queue a push for whoever is free, with the client's scopes and bounds as they are now.

    `received` is `body` as it was sent. ForbiddenError `insufficient_scope`; NotFoundError `period_not_found`;
    ConflictError `period_not_open` while the period is a draft; TooManyRequestsError `too_many_jobs` where `most` jobs
    of this client have not ended.
    """
    await asyncio.to_thread(check_scopes, client, body)
    await require_opened(session, body.period)
    compressed = await asyncio.to_thread(zlib.compress, received, _FAST)
    if await repository.count_unended(session, client.id) >= most:
        detail = f"{most} jobs of this client have not ended yet. Send this push again when one has."
        raise TooManyRequestsError("too_many_jobs", detail, headers={"Retry-After": "5"})
    manner = (query.dry_run, query.atomic, query.unit_scheme, len(body.values))
    job = await repository.insert_job(session, Order(uuid4(), client, body.period, *manner, compressed))
    await ring(session, CHANNEL)
    return job


def check_scopes(client: Client, body: PushWrite) -> None:
    """ForbiddenError as the push would have it. The values are read only where one looks like what is forbidden."""
    needs = {"inputs": Scope.PUSH, "points": Scope.REVIEW}
    forbidden = [name for name, scope in needs.items() if not client.may(scope)]
    if any(mentions(value, name) for name in forbidden for value in body.values):
        try:
            given, _ = read_values(body.values)
        except UnusualError:
            given, _ = read_values(read_with_care(body).values)
        require_scopes(client, given)


def mentions(value: Any, name: str) -> bool:
    """Whether a value may have a member of this name."""
    if isinstance(value, Raw):
        return f'"{name}"'.encode() in bytes(value)
    return isinstance(value, dict) and name in value
