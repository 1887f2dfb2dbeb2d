"""HTTP of reorganisations and of units through time."""

from fastapi import APIRouter

from app.clients.access import Admin, Reader
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.units import service
from app.units.reorganisation import Reorganisation, ReorganisationCreate, UnitHistory
from app.units.router.parameters import UnitPath, UnitScheme

router = APIRouter(tags=["units"], route_class=OnceRoute)


@router.post(
    "/units/reorganisations",
    status_code=201,
    responses=problem_responses(400, 401, 403, 409, 415, 422),
)
async def create_reorganisation(
    session: WriteSession, client: Admin, body: ReorganisationCreate, unit_scheme: UnitScheme = None
) -> Reorganisation:
    """Record a reorganisation: all changes of the document or none.

    A predecessor that no change names as successor ends on `effective_on` (exclusive). One that is named goes on under
    its code, so a merged commune may keep the code and the identifiers of one of its predecessors. A successor of
    `merge`, `split`, `rename` or `move` is new or a predecessor; one of `abolish` may be a unit that is there already,
    and several changes may name it. A unit is a predecessor once in a document. Traits and identifiers stay with a unit
    that goes on, and pass to the new code of a `rename` or `move`; other new units get theirs by PUT. `unit_scheme`
    names predecessors only: the document and the answer tell successors and parents by code.

    What stands below a unit that ends is moved or ended in the same document. A level is abolished by abolishing its
    units: when the last one ends, the level gets its `valid_to` (`ended_levels`), but for a client with bounds. Of a
    level that has ended by then, none may be left below the same parent. Rosters of opened periods, and so their
    scores and rankings, never change.

    All errors are told at once. 409 `reorganisation_exists`: this very document was recorded before;
    `unit_changes_later`, `unit_exists`, `identifier_in_use`: others were there first. 422 `unknown_unit`,
    `unit_not_valid`, `predecessor_twice`, `predecessor_count`, `successor_count`, `successor_twice`,
    `successor_differs`, `unit_without_successor`, `unit_without_parent`, `abolished_unit_goes_on`,
    `unit_under_itself`, `parent_not_valid`, `unknown_level`, `level_not_valid`, `share_missing`, `shares_not_whole`,
    `shares_above_whole`, `not_a_rename`, `nothing_changes`, `too_many_units`. 403 `outside_bounds`.
    """
    return await service.reorganise(session, client, body, unit_scheme)


@router.get("/units/{unit}/history", responses=problem_responses(401, 403, 404, 422))
async def get_history(
    session: ReadSession, client: Reader, unit: UnitPath, unit_scheme: UnitScheme = None
) -> UnitHistory:
    """A unit through time: its versions, and from whom and to whom it went by which decision."""
    return await service.read_history(session, client, unit, unit_scheme)
