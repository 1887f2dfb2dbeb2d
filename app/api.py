"""The /v1 router: one include per feature."""

from fastapi import APIRouter

from app.changes.router import router as changes
from app.clients.router import router as clients
from app.frameworks.router import router as frameworks
from app.periods.router import router as periods
from app.pushes.router import router as pushes
from app.pushes.schemas import PushWrite
from app.rankings.router import polled
from app.rankings.router import router as rankings
from app.rehearsals.router import router as rehearsals
from app.scores.router import router as scores
from app.submissions.router import reported
from app.submissions.router import router as submissions
from app.units.router import router as units
from app.webhooks.router import router as webhooks

# Bodies that routes read by hand, and so the framework does not know.
models = (PushWrite,)
TAGS = {
    "rankings": "Who stands where, at the last acknowledged write",
    "scores": "Score cards, receipts and the distribution of points",
    "submissions": "What units report, and what reviewers say of it",
    "data values": "What other systems push in for many units",
    "changes": "Which units changed since a version",
    "webhooks": "Being told of changes",
    "periods": "Periods, their windows, rosters and benchmarks",
    "levels": "Levels of administration",
    "units": "Units through time",
    "frameworks": "Index sets, their drafts, differences and rehearsals",
    "indicators": "The criteria of index sets",
    "rules": "Rules of scoring, tried out",
    "clients": "Who may call",
    "operations": "Whether the service is alive and ready",
}
router = APIRouter(prefix="/v1")
# Routes are tried in order: what is asked often comes first, reference data last.
for feature in (
    *(rankings, scores, submissions, pushes, changes, periods),
    *(units, frameworks, rehearsals, clients, webhooks),
):
    router.include_router(feature)
# What is asked most, tried before all others. Their declared twins in the routers are what is documented.
first = [polled, *reported]
