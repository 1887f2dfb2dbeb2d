"""POST /v1/data-values, GET /v1/data-values/reconciliation and GET /v1/jobs."""

from fastapi import APIRouter

from app.pushes.router.jobs import router as jobs
from app.pushes.router.values import MOST_BYTES, PATH
from app.pushes.router.values import router as values

__all__ = ["MOST_BYTES", "PATH", "router"]

router = APIRouter()
for part in (values, jobs):
    router.include_router(part)
