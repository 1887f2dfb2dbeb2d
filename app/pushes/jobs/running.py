"""Jobs carried out, one at a time in each process: the push and the end of its job are one transaction."""

import asyncio
import zlib
from collections.abc import Sequence
from functools import partial

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.background import Work
from app.kernel.database import Database, transaction
from app.kernel.errors import ForbiddenError, ProblemError, problem_of, render
from app.pushes import repository
from app.pushes.jobs.watching import watching
from app.pushes.reading import read_push
from app.pushes.repository import Claimed, Order
from app.pushes.schemas import PushQuery, PushReport
from app.pushes.service import push
from app.settings import Settings

CHANNEL = "dti_jobs"
MOST_ATTEMPTS = 5
MOST_ENDED = 200
_EXPIRY_CHANNEL = "dti_jobs_expire"
# Whose process was killed cannot ring.
_LOOK_SECONDS = 1.0
_EXPIRE_SECONDS = 60.0
_LONGEST_LOCK_SECONDS = 20
_log = structlog.get_logger(__name__)


def works(database: Database, settings: Settings) -> Sequence[Work]:
    """What a process does with jobs beside its requests."""
    # The wait for a lock has to end before the statement that waits.
    lock_seconds = max(1, min(_LONGEST_LOCK_SECONDS, settings.statement_seconds * 2 // 3))
    return [
        Work("jobs", partial(run_next, database, lock_seconds), CHANNEL, _LOOK_SECONDS),
        Work("expired jobs", partial(expire, database, settings.job_hours), _EXPIRY_CHANNEL, _EXPIRE_SECONDS),
    ]


async def run_next(database: Database, lock_seconds: int) -> bool:
    """Carry out the next job; False where there is none for this process.

    A process that ends in the middle leaves the job to another, as it was. Nobody begins with it more than
    `MOST_ATTEMPTS` times: who knows that it is not the job that ends the processes.
    """
    async with transaction(database) as session:
        claimed = await repository.claim_job(session)
        if claimed is None:
            return False
        await repository.mind_losses(session, lock_seconds)
        async with transaction(database) as beside:
            is_begun = await repository.begin_job(beside, claimed.order.id, MOST_ATTEMPTS)
        if is_begun:
            await carry_out(database, session, claimed)
        else:
            await fail(session, claimed.order, abandoned())
    return True


async def carry_out(database: Database, session: AsyncSession, claimed: Claimed) -> None:
    """Push, and end the job with what came of it.

    What another attempt may get over is raised (a lost database), or waits for its turn again (a busy cohort).
    """
    order = claimed.order
    try:
        async with watching(database, order), session.begin_nested():
            report = await push_as(session, claimed)
    except Exception as error:
        problem = problem_of(error, "POST")
        if problem is None:
            _log.exception("unexpected_error", job=str(order.id))
            problem = ProblemError("internal_error", "The server failed. Quote the job's id when reporting it.")
        elif problem.code == "busy":
            await repository.put_back(session, order.id)
            return
        elif problem.status == 503:
            raise
        await fail(session, order, problem)
        return
    await finish(session, order, "succeeded", report.model_dump_json().encode())


async def push_as(session: AsyncSession, claimed: Claimed) -> PushReport:
    """The push as it was accepted.

    ForbiddenError `client_disabled` for a client that was one of ours when it sent it, and is not now or at the end.
    """
    order = claimed.order
    if claimed.is_registered and not await repository.is_enabled(session, order.client.id):
        raise disabled()
    body = await read_push(await asyncio.to_thread(zlib.decompress, order.body))
    query = PushQuery(dry_run=order.dry_run, atomic=order.atomic, unit_scheme=order.unit_scheme)
    report = await push(session, order.client, body, query)
    if claimed.is_registered and not await repository.keep_enabled(session, order.client.id):
        raise disabled()
    return report


async def fail(session: AsyncSession, order: Order, problem: ProblemError) -> None:
    """End a job with the problem that the push would have been answered with."""
    await finish(session, order, "failed", bytes(render(problem).body))


async def finish(session: AsyncSession, order: Order, status: str, outcome: bytes) -> None:
    """End a job."""
    await repository.finish_job(session, order.id, status, await asyncio.to_thread(zlib.compress, outcome))


def disabled() -> ProblemError:
    """The problem of a job whose client may not push any longer."""
    return ForbiddenError("client_disabled", "The client was disabled or deleted before its job had ended.")


def abandoned() -> ProblemError:
    """The problem of a job that was begun too often."""
    detail = f"The service was stopped, or lost its database, {MOST_ATTEMPTS} times while it ran this job. Nothing was"
    return ProblemError("job_abandoned", f"{detail} written. Send the push again in smaller parts.")


async def expire(database: Database, hours: int) -> bool:
    """Delete some jobs that ended long ago, or are more than a client has room for; False where there were none."""
    async with transaction(database) as session:
        return await repository.delete_expired(session, hours, MOST_ENDED) > 0
