"""HTTP of comparing frameworks."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Query

from app.clients.access import Visitor
from app.frameworks.comparison.comparing import compare
from app.frameworks.comparison.schemas import FrameworkDiff
from app.frameworks.router.parameters import Readable, split, visible
from app.frameworks.schemas import FrameworkReference
from app.kernel.database import ReadSession
from app.kernel.errors import problem_responses

router = APIRouter(tags=["frameworks"])


@router.get("/frameworks/{code}/{version}/diff", responses=problem_responses(401, 404, 422))
async def compare_frameworks(
    row: Readable,
    client: Visitor,
    session: ReadSession,
    against: Annotated[FrameworkReference, Query(description="The framework before: code and version")],
) -> FrameworkDiff:
    """What changed from `against` to this framework; any two can be compared, of other codes and levels too.

    Nodes are matched by code and title; those left by title alone (they were renumbered); those left by code alone,
    which between two sets takes titles with at least half of their words in common. What is left then was added or
    removed, so a code that another criterion has taken over stands in both lists. A draft needs the scope `read`.
    """
    before = await visible(session, client, *split(against))
    return await asyncio.to_thread(compare, before.document, row.document)
