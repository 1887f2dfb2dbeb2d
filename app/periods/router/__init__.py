"""Periods, rosters, extensions. What rescores a cohort is in scores: opening, benchmarks, changes of a roster."""

from fastapi import APIRouter

from app.periods.router.extensions import router as extensions
from app.periods.router.participants import router as participants
from app.periods.router.periods import router as periods

router = APIRouter()
for part in (periods, participants, extensions):
    router.include_router(part)
