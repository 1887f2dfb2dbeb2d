"""Benchmarks of a period: for rules whose cohort lives elsewhere."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from app.clients.access import Admin, Reader
from app.kernel.conditional import IfMatch, IfNoneMatch, etag, none_match, not_modified
from app.kernel.database import ReadSession, WriteSession
from app.kernel.errors import problem_responses
from app.kernel.paging import Page, Paging, cut, decode_cursor, link_next
from app.kernel.schema import Code, IndicatorCode
from app.periods import repository
from app.periods.repository import PeriodBenchmark
from app.periods.router.parameters import CREATED, NOT_MODIFIED, PeriodRef
from app.periods.schemas import Benchmark, BenchmarkWrite
from app.scores import benchmarks
from app.scores.benchmarks import BenchmarkedLeaf

router = APIRouter(prefix="/periods/{period}/benchmarks", tags=["periods"], responses=problem_responses(404))

IndicatorRef = Annotated[IndicatorCode, Path()]
Level = Annotated[Code | None, Query(description="May be left out where the period has one level only.")]


async def _readable(
    session: ReadSession, client: Reader, period: PeriodRef, indicator: IndicatorRef, level: Level = None
) -> BenchmarkedLeaf:
    return await benchmarks.find_leaf(session, client, await repository.get(session, period), level, indicator)


async def _settable(
    session: WriteSession, client: Admin, period: PeriodRef, indicator: IndicatorRef, level: Level = None
) -> BenchmarkedLeaf:
    return await benchmarks.find_leaf(session, client, await repository.lock(session, period), level, indicator)


# The leaf that path and query name, to read or, with the period's row lock held, to write its benchmark.
ReadableLeaf = Annotated[BenchmarkedLeaf, Depends(_readable)]
SettableLeaf = Annotated[BenchmarkedLeaf, Depends(_settable)]


@router.get("")
async def list_benchmarks(
    request: Request,
    response: Response,
    session: ReadSession,
    client: Reader,
    paging: Paging,
    period: PeriodRef,
    level: Annotated[Code | None, Query()] = None,
) -> Page[Benchmark]:
    """The benchmarks of a period, by level and in the order of the framework."""
    row = await repository.get(session, period)
    values: dict[str, Any] = {"period_id": row.id, "level": level, "limit": paging.limit + 1}
    values["levels"] = None if client.levels is None else sorted(client.levels)
    if paging.cursor:
        values |= dict(zip(("level_id", "ordinal"), decode_cursor(paging.cursor, int, int), strict=True))
    rows = await repository.page_benchmarks(session, values)
    page, cursor = cut(rows, paging.limit, lambda row: (row.level_id, row.ordinal))
    if cursor:
        response.headers["Link"] = link_next(request, cursor)
    return Page(items=[benchmark(row) for row in page], next=cursor)


@router.get("/{indicator}", response_model=Benchmark, responses={**NOT_MODIFIED, **problem_responses(404)})
async def get_benchmark(
    response: Response, session: ReadSession, target: ReadableLeaf, if_none_match: IfNoneMatch
) -> Benchmark | Response:
    """The benchmark of one leaf."""
    found = await benchmarks.get_benchmark(session, target)
    if none_match(if_none_match, etag(found.revision)):
        return not_modified(etag(found.revision))
    response.headers["ETag"] = etag(found.revision)
    return benchmark(found)


@router.put("/{indicator}", responses={**CREATED, **problem_responses(409, 412)})
async def put_benchmark(
    response: Response,
    session: WriteSession,
    client: Admin,
    target: SettableLeaf,
    body: BenchmarkWrite,
    if_match: IfMatch,
    if_none_match: IfNoneMatch,
) -> Benchmark:
    """Set the goalposts of a leaf that is measured against others, where those others live elsewhere.

    201 where it had none. Once the period is open the whole cohort is rescored on the leaf at once, and its version
    moves. A draft's benchmarks wait for the opening; they are dropped with their level or its framework.
    """
    found, is_new = await benchmarks.set_benchmark(session, client, target, body, if_match, if_none_match)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(found.revision)
    return benchmark(found)


@router.delete("/{indicator}", status_code=204, responses=problem_responses(409, 412))
async def delete_benchmark(session: WriteSession, client: Admin, target: SettableLeaf, if_match: IfMatch) -> None:
    """Take the goalposts of a leaf away: it is measured against its own cohort again, which is rescored at once."""
    await benchmarks.remove_benchmark(session, client, target, if_match)


def benchmark(row: PeriodBenchmark) -> Benchmark:
    """A benchmark as it is shown."""
    return Benchmark(
        indicator=row.indicator,
        level=row.level,
        min=row.min,
        max=row.max,
        best=row.best,
        source=row.source,
        set_by=row.set_by,
        set_at=row.set_at,
        revision=row.revision,
    )
