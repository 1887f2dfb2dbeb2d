"""What a job looks like over HTTP."""

from typing import Literal
from uuid import UUID

from pydantic import Field

from app.kernel.schema import Schema, Timestamp
from app.pushes.schemas import PushProblem, PushReport


class JobProgress(Schema):
    """How far a job is, in values: about `done` of `total` of its work. Never goes back."""

    done: int
    total: int


class Job(Schema):
    """A push that is carried out after it was received.

    `attempts` is how often it was begun: more than once where the process that ran it was stopped.
    """

    id: UUID
    status: Literal["queued", "running", "succeeded", "failed"]
    progress: JobProgress
    attempts: int
    created_at: Timestamp
    started_at: Timestamp | None
    finished_at: Timestamp | None


class JobDetail(Job):
    """A job, once it has ended with what the push would have been answered."""

    report: PushReport | None = Field(None, description="Of a job that succeeded; else absent")
    problem: PushProblem | None = Field(
        None, description="Of a job that failed, nothing of which was kept; else absent"
    )
