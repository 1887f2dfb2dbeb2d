"""HTTP of levels, units and their reorganisations."""

from fastapi import APIRouter

from app.units.router.reorganisations import router as reorganisations
from app.units.router.units import router as units

router = APIRouter()
for part in (units, reorganisations):
    router.include_router(part)
