"""HTTP of frameworks, their indicators, and the trying out of rules."""

from fastapi import APIRouter

from app.frameworks.router import comparison, frameworks, indicators, rules, schemas

router = APIRouter()
for part in (frameworks, comparison, indicators, rules, schemas):
    router.include_router(part.router)
