"""Scores, and what rescores a whole cohort: a period that opens, its benchmarks, changes of its roster."""

from fastapi import APIRouter

from app.scores.router.benchmarks import router as benchmarks
from app.scores.router.periods import router as periods
from app.scores.router.rosters import router as rosters
from app.scores.router.scores import router as scores

router = APIRouter()
for part in (scores, periods, benchmarks, rosters):
    router.include_router(part)
