"""HTTP of frameworks, their indicators, and the trying out of rules."""

from fastapi import APIRouter

from app.frameworks.router import comparison, frameworks, indicators, rules

router = APIRouter()
for part in (frameworks, comparison, indicators, rules):
    router.include_router(part.router)
