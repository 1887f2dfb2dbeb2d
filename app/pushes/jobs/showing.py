"""Jobs as those who may see them do."""

import zlib
from uuid import UUID

import orjson
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client, Scope
from app.kernel.errors import NotFoundError
from app.pushes import repository
from app.pushes.jobs.schemas import Job, JobProgress
from app.pushes.repository import JobRecord


async def get_visible_job(session: AsyncSession, client: Client, job_id: UUID, hours: int) -> JobRecord:
    """The job. NotFoundError `job_not_found`, also of another client, or when it ended more than `hours` ago.

    An administrator without bounds sees every job.
    """
    job = await repository.find_job(session, job_id, hours)
    sees_all = client.may(Scope.ADMIN) and (client.unit, client.levels, client.indicators) == (None, None, None)
    if job is None or not (sees_all or job.client_id == client.id):
        raise NotFoundError("job_not_found", f"There is no job '{job_id}'.")
    return job


def shown(job: JobRecord) -> Job:
    """A job without what came of it."""
    return Job(
        id=job.id,
        status=job.status,  # type: ignore[arg-type]  # a constraint holds it
        progress=JobProgress(done=job.done, total=job.total),
        attempts=job.attempts,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
    )


async def whole(session: AsyncSession, job: JobRecord) -> bytes:
    """A job as JSON, with its report or problem where it has ended: as it is stored, never parsed again."""
    found = shown(job).model_dump(mode="json")
    outcome = await repository.find_outcome(session, job.id) if job.finished_at else None
    if outcome is not None:
        found["report" if job.status == "succeeded" else "problem"] = orjson.Fragment(zlib.decompress(outcome))
    return orjson.dumps(found)


def tag(job: JobRecord) -> str:
    """What tells two states of one job apart."""
    return f"{job.status}-{job.attempts}-{job.done}"
