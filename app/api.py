"""The /v1 router: one include per feature."""

from fastapi import APIRouter

from app.changes.router import router as changes
from app.clients.router import router as clients
from app.frameworks.router import router as frameworks
from app.periods.router import router as periods
from app.pushes.router import router as pushes
from app.rankings.router import polled
from app.rankings.router import router as rankings
from app.rehearsals.router import router as rehearsals
from app.scores.router import router as scores
from app.submissions.router import reported
from app.submissions.router import router as submissions
from app.units.router import router as units
from app.webhooks.router import router as webhooks

router = APIRouter(prefix="/v1")
# Routes are tried in order: what is asked often comes first, reference data last.
for feature in (
    *(rankings, scores, submissions, pushes, changes, periods),
    *(units, frameworks, rehearsals, clients, webhooks),
):
    router.include_router(feature)
# What is asked most, tried before all others. Their declared twins in the routers are what is documented.
first = [polled, *reported]
