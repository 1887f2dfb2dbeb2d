"""Which units changed since a version: a list compacted to each unit's latest change, complete and without repeats.

A list goes up to one version, which its first page fixes and its cursor carries. A unit that changes while the list is
paged is told of in the next list: it drops out of this one, and its new version is past the end of it.
"""

from dataclasses import dataclass
from hashlib import sha256

from app.changes import repository
from app.changes.repository import Span
from app.changes.schemas import ChangedUnit, Changes, ChangesQuery
from app.clients.client import Client
from app.kernel.database import Database, reading
from app.kernel.errors import BadRequestError, ConflictError, FieldError
from app.kernel.paging import cut, decode_cursor
from app.periods.cohorts import Cohort, require_level
from app.periods.freshness import Freshness


@dataclass(frozen=True, slots=True)
class Changed:
    """A page, and the version that the cohort had when it was read."""

    version: int
    page: Changes


class ChangeLog:
    """The changes of one database's cohorts."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._freshness = Freshness(database)

    async def cohort(self, client: Client, query: ChangesQuery) -> Cohort:
        """The cohort as of now. NotFoundError `cohort_not_found`, also for a level outside the client's bounds.

        ConflictError `version_ahead` for a `since`, or a cursor, of a version that the cohort has not come to.
        """
        require_level(client, query.period, query.level)
        cohort = await self._freshness.get(query.period, query.level)
        latest = max(query.since, span_of(query).until or 0)
        if latest > cohort.version:
            raise version_ahead(cohort, latest)
        return cohort

    async def read(self, client: Client, cohort: Cohort, query: ChangesQuery) -> Changed:
        """One page, within the client's bounds. BadRequestError `invalid_cursor`."""
        span = span_of(query)
        async with reading(self._database) as session:
            version, rows = await repository.list_changes(session, cohort, client.unit, span, query.limit + 1)
        until = version if span.until is None else span.until
        rows, cursor = cut(rows, query.limit, lambda row: (mark(query), until, row.version, row.unit))
        items = [ChangedUnit(unit=row.unit, version=row.version) for row in rows]
        named = query.model_dump(include={"period", "level", "since"})
        return Changed(version, Changes(**named, version=until, items=items, next=cursor))


def span_of(query: ChangesQuery) -> Span:
    """What the query asks for. BadRequestError `invalid_cursor`, also for a cursor of another list."""
    if query.cursor is None:
        return Span(query.since + 1, "", None)
    made_for, until, version, unit = decode_cursor(query.cursor, str, int, int, str)
    if made_for != mark(query):
        raise BadRequestError("invalid_cursor", "The cursor is of another list. Start again without it.")
    return Span(version, unit, until)


def mark(query: ChangesQuery) -> str:
    """A short mark that ties a cursor to the list it was made for."""
    return sha256(f"{query.period}/{query.level}/{query.since}".encode()).hexdigest()[:12]


def version_ahead(cohort: Cohort, version: int) -> ConflictError:
    """The refusal for a version that is yet to come: the database is older than what the caller has read of it."""
    detail = (
        f"The cohort is at version {cohort.version}, not yet at {version}: an older state has been restored. "
        "Start again with since=0."
    )
    error = FieldError("/query/since", "version_ahead", detail)
    return ConflictError("version_ahead", detail, [error], extensions={"current_version": cohort.version})
