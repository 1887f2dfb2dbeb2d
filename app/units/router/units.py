"""HTTP of levels and units."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response

from app.clients.access import Admin, Reader, Scope, requires
from app.kernel.conditional import IfMatch, IfNoneMatch, etag, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.idempotency import OnceRoute
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.kernel.schema import Code, Date
from app.units import service
from app.units.router.parameters import UnitPath, UnitScheme
from app.units.schemas import (
    Level,
    LevelCreate,
    LevelReplace,
    Unit,
    UnitCreate,
    UnitFilter,
    UnitReplace,
)

router = APIRouter(route_class=OnceRoute)

LevelCode = Annotated[Code, Path(description="Code of a level", examples=["commune"])]
_CREATED: dict[int | str, dict[str, Any]] = {201: {"description": "Created: there was none"}}
_NOT_MODIFIED: dict[int | str, dict[str, Any]] = {304: {"description": "The caller holds this revision already"}}


@router.get(
    "/levels",
    tags=["levels"],
    dependencies=[requires(Scope.READ)],
    responses=problem_responses(400, 401, 403, 422),
)
async def list_levels(request: Request, response: Response, session: ReadSession, paging: Paging) -> Page[Level]:
    """Levels by ordinal, the ones that have ended included. `valid_to` is exclusive."""
    after = None
    if paging.cursor is not None:
        ordinal, code = decode_cursor(paging.cursor, int, str)
        after = (ordinal, code)
    rows = await service.list_levels(session, after, paging.limit + 1)
    items, following = cut(rows, paging.limit, lambda level: (level.ordinal, level.code))
    _link(request, response, following)
    return Page[Level](items=items, next=following)


@router.post(
    "/levels",
    tags=["levels"],
    status_code=201,
    responses=problem_responses(400, 401, 403, 409, 415, 422),
)
async def create_level(response: Response, session: WriteSession, client: Admin, body: LevelCreate) -> Level:
    """Add a level. `level_exists` when its code is taken; clients with bounds may not."""
    level = await service.create_level(session, client, body)
    response.headers["ETag"] = etag(level.revision)
    return level


@router.put(
    "/levels/{code}",
    tags=["levels"],
    responses=_CREATED | problem_responses(400, 401, 403, 409, 412, 415, 422),
)
async def put_level(
    response: Response,
    session: WriteSession,
    client: Admin,
    code: LevelCode,
    body: LevelReplace,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
) -> Level:
    """Replace a level, or create it where there is none (201).

    409 `level_in_use` for a `valid_to` past which units of the level are valid: a reorganisation ends them first.

    `If-Match` changes that revision only (412 otherwise, also where there is no level);
    `If-None-Match: *` creates only.
    """
    level, created = await service.put_level(
        session, client, code, body, if_match=if_match, if_none_match=if_none_match
    )
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(level.revision)
    return level


@router.get("/units", tags=["units"], responses=problem_responses(400, 401, 403, 404, 422))
async def list_units(
    request: Request,
    response: Response,
    session: ReadSession,
    client: Reader,
    paging: Paging,
    wanted: Annotated[UnitFilter, Query()],
) -> Page[Unit]:
    """Units within the client's bounds, in Vietnamese order of their names.

    Without `valid_on`, every unit once: as it is today or, when it has ended or not yet begun, as its latest
    version says, so abolished districts are listed too. With it, only units valid that day, as they were.
    `within` follows the parents of that same view. `valid_to` is exclusive.
    """
    after = None
    if paging.cursor is not None:
        key, code = decode_cursor(paging.cursor, str, str)
        after = (key, code)
    rows = await service.list_units(session, client, wanted, after, paging.limit + 1)
    page, following = cut(rows, paging.limit, lambda row: (row.sort_key, row.code))
    _link(request, response, following)
    items = [Unit.model_validate(row, from_attributes=True) for row in page]
    return Page[Unit](items=items, next=following)


@router.post(
    "/units",
    tags=["units"],
    status_code=201,
    responses=problem_responses(400, 401, 403, 409, 415, 422),
)
async def create_unit(
    request: Request, response: Response, session: WriteSession, client: Admin, body: UnitCreate
) -> Unit:
    """Add a unit. `parent` is a code; `valid_to` is exclusive.

    409 `unit_exists`, `identifier_in_use` (with every identifier that another unit bears while this one is valid: it
    passes on to a unit that begins when its bearer has ended); 422 `unknown_level`, `unknown_unit` (the parent),
    `unit_under_itself`, `invalid_identifier`, `dates_out_of_order`; 403 `outside_bounds`.
    """
    unit = await service.create_unit(session, client, body)
    response.headers["ETag"] = etag(unit.revision)
    response.headers["Location"] = request.url_for("get_unit", unit=unit.code).path
    return unit


@router.get(
    "/units/{unit}",
    tags=["units"],
    response_model=Unit,
    responses=_NOT_MODIFIED | problem_responses(401, 403, 404, 422),
)
async def get_unit(
    response: Response,
    session: ReadSession,
    client: Reader,
    unit: UnitPath,
    if_none_match: IfNoneMatch,
    unit_scheme: UnitScheme = None,
    valid_on: Annotated[Date | None, Query(description="As it was that day; 404 if it was not")] = None,
) -> Response | Unit:
    """One unit. Without `valid_on` as it is today or, when it has ended or not yet begun, its latest version.

    404 `unit_not_found` also when it is outside the client's bounds.
    """
    found = await service.read_unit(session, client, unit, unit_scheme, valid_on)
    tag = etag(found.revision)
    if none_match(if_none_match, tag):
        return not_modified(tag)
    response.headers["ETag"] = tag
    return found


@router.put(
    "/units/{unit}",
    tags=["units"],
    responses=_CREATED | problem_responses(400, 401, 403, 404, 409, 412, 415, 422),
)
async def put_unit(
    response: Response,
    session: WriteSession,
    client: Admin,
    unit: UnitPath,
    body: UnitReplace,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
    unit_scheme: UnitScheme = None,
) -> Unit:
    """Correct the version of a unit that GET shows, or create the unit where there is none (201).

    All values are replaced; `valid_from` stays when it is left out. `If-Match` changes that revision only
    (412 otherwise, also where there is no unit); `If-None-Match: *` creates only. Under `unit_scheme` nothing
    is created (404); `parent` in the body is a code always. Errors as for POST, and 422 `code_mismatch`; 409
    `versions_overlap` for days of another version, `set_by_reorganisation` for other days than a reorganisation says.
    """
    result, created = await service.put_unit(
        session, client, unit, body, scheme=unit_scheme, if_match=if_match, if_none_match=if_none_match
    )
    response.status_code = 201 if created else 200
    response.headers["ETag"] = etag(result.revision)
    return result


@router.delete(
    "/units/{unit}",
    tags=["units"],
    status_code=204,
    responses=problem_responses(401, 403, 404, 409, 412, 422),
)
async def delete_unit(
    session: WriteSession, client: Admin, unit: UnitPath, if_match: IfMatch, unit_scheme: UnitScheme = None
) -> None:
    """Delete a unit that was a mistake. 409 `unit_in_use` while units below, periods or clients refer to it.

    A unit that has ended is not deleted: it gets its `valid_to`.
    """
    await service.delete_unit(session, client, unit, scheme=unit_scheme, if_match=if_match)


def _link(request: Request, response: Response, cursor: str | None) -> None:
    if cursor is not None:
        response.headers["Link"] = link_next(request, cursor)
