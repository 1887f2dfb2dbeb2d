"""The ranking of any level and period: fresh by the cohort's version, fast by what is cached beside it."""

import asyncio
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

from cachetools import LRUCache
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.frameworks.service import CompiledFramework, compiled
from app.kernel.canonical import dumps
from app.kernel.coalescing import Coalesced
from app.kernel.conditional import etag
from app.kernel.database import Database, reading
from app.kernel.errors import ConflictError, FieldError, InvalidError, NotFoundError
from app.kernel.paging import decode_cursor, encode_cursor
from app.periods.cohorts import Cohort, require_level
from app.periods.freshness import Freshness
from app.periods.naming import code_within
from app.rankings import repository
from app.rankings.comparing import Stamp, Subject, is_behind, read_comparison, require_earlier, text_of
from app.rankings.repository import Compared, Standing
from app.rankings.schemas import RankingQuery
from app.rankings.table import Measured, RankedTable, build_table
from app.scoring import Framework, Indicator, answerable

PAGE_BYTES = 64_000_000
TABLES = 64


@dataclass(frozen=True, slots=True)
class Selection:
    """Everything on which a ranking depends but its version, its page, and who may see it."""

    cohort: tuple[int, int]
    basis: str
    within: str | None
    group: str | None
    pillar: str | None
    compare: int | None

    @property
    def filters(self) -> dict[str, Any]:
        """What queries take of it."""
        return {"basis": self.basis, "within": self.within, "group": self.group}

    @property
    def mark(self) -> str:
        """A short mark that ties a cursor to the selection it was made for."""
        return sha256(repr(self).encode()).hexdigest()[:12]


@dataclass(frozen=True, slots=True)
class RankingPage:
    """A page as it goes out."""

    etag: str
    body: bytes
    next: str | None


PageKey = tuple[Selection, Stamp, int, str | None, str | None]


class Rankings:
    """Rankings of one database, with the pages and tables of the latest versions kept in this process."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._freshness = Freshness(database)
        self._tables: LRUCache[Selection, RankedTable] = LRUCache(TABLES)
        self._builds: Coalesced[tuple[Selection, Subject], RankedTable] = Coalesced(self._build)
        self._compared: Coalesced[tuple[Cohort, str], Compared | None] = Coalesced(self._find_compared)
        self._pages: LRUCache[PageKey, RankingPage] = LRUCache(PAGE_BYTES, lambda page: len(page.body) + 500)

    async def subject(self, client: Client, query: RankingQuery) -> Subject:
        """What is ranked, as of now. NotFoundError `cohort_not_found`, also for a level outside the client's bounds.

        InvalidError `compare_not_earlier`.
        """
        require_level(client, query.period, query.level)
        cohort = await self._freshness.get(query.period, query.level)
        if query.compare is None:
            return Subject(cohort, None)
        compared = await self._compared.read((cohort, query.compare))
        return Subject(cohort, require_earlier(query, compared))

    async def by_code(self, client: Client, query: RankingQuery) -> RankingQuery:
        """The query with the code of the unit that `within` names under `unit_scheme`: what pages are kept by.

        NotFoundError `unit_not_found`.
        """
        if query.within is None or query.unit_scheme is None:
            return query
        async with reading(self._database) as session:
            code = await code_within(session, client, query.period, query.within, query.unit_scheme)
        return query.model_copy(update={"within": code, "unit_scheme": None})

    def answers(self, client: Client, query: RankingQuery, subject: Subject) -> bool:
        """Whether the question is known to have an answer: nothing in it can be wrong, or it was answered already."""
        plain = query.within is None and query.group is None and query.pillar is None and query.cursor is None
        return plain or page_key(client, query, subject) in self._pages

    async def page(self, client: Client, query: RankingQuery, subject: Subject) -> RankingPage:
        """The page at the subject's versions, or later ones if a cohort moves meanwhile."""
        key = page_key(client, query, subject)
        page = self._pages.get(key)
        if page is None:
            page = await self._make_page(client, query, subject, key[0])
            if page.etag == subject.etag:
                self._pages[key] = page
        return page

    async def _make_page(
        self, client: Client, query: RankingQuery, subject: Subject, selection: Selection
    ) -> RankingPage:
        async with reading(self._database) as session:
            framework = await compiled(session, subject.cohort.framework_id)
        table = self._tables.get(selection)
        if table is None or is_behind(table.stamp, subject.stamp):
            table = self._tables[selection] = await self._builds.read((selection, subject))
        start = start_of(query, selection, table)
        visible = visible_items(client, table)
        if not visible and client.unit is not None:
            refuse_empty(selection)  # as if nobody stood there: what is outside the bounds is not told
        end = start + query.limit
        cursor = encode_cursor(selection.mark, text_of(table.stamp), end) if end < len(visible) else None
        body = render(query, framework, table, visible[start:end], cursor)
        return RankingPage(etag(text_of(table.stamp)), body, cursor)

    async def _build(self, key: tuple[Selection, Subject]) -> RankedTable:
        """Read and rank one selection, in a thread: thousands of units must not hold up the other requests."""
        selection, subject = key
        cohort, comparison = subject.cohort, None
        async with reading(self._database) as session:
            framework = (await compiled(session, cohort.framework_id)).framework
            pillar = find_pillar(framework.pillars, selection.pillar)
            standings = await read_standings(session, cohort, selection, pillar)
            if subject.compared is not None:
                comparison = await read_comparison(session, subject.compared, selection.filters, selection.pillar)
        return await asyncio.to_thread(
            build_table, framework, measured(framework, pillar), standings, cohort.version, comparison
        )

    async def _find_compared(self, key: tuple[Cohort, str]) -> Compared | None:
        async with reading(self._database) as session:
            return await repository.find_compared(session, *key)


def page_key(client: Client, query: RankingQuery, subject: Subject) -> PageKey:
    """Everything on which a page depends: the selection, its versions, the page, and what the client may see."""
    at = (subject.cohort.period_id, subject.cohort.level_id)
    compare = None if subject.compared is None else subject.compared.cohort.period_id
    selection = Selection(at, query.basis, query.within, query.group, query.pillar, compare)
    return (selection, subject.stamp, query.limit, query.cursor, client.unit)


async def read_standings(
    session: AsyncSession, cohort: Cohort, selection: Selection, pillar: Indicator | None
) -> list[Standing]:
    """The points of one selection. NotFoundError or InvalidError where a filter selects nobody."""
    standings = await repository.list_standings(session, cohort, selection.filters, pillar.ordinal if pillar else None)
    if not standings:
        refuse_empty(selection)
    return standings


def measured(framework: Framework, pillar: Indicator | None) -> Measured:
    """What points and coverage are shares of: the framework, or one pillar of it."""
    totals = answerable(framework)
    if pillar is not None:
        return Measured(pillar.max_points, totals[pillar.ordinal])
    return Measured(framework.max_points, sum((totals[p.ordinal] for p in framework.pillars), Decimal(0)))


def find_pillar(pillars: tuple[Indicator, ...], code: str | None) -> Indicator | None:
    """The pillar of that code, None for none. InvalidError `unknown_pillar`."""
    if code is None:
        return None
    found = next((pillar for pillar in pillars if pillar.code == code), None)
    if found is None:
        detail = f"The framework's pillars are {', '.join(pillar.code for pillar in pillars)}."
        raise InvalidError("unknown_pillar", detail, [FieldError("/query/pillar", "unknown_pillar", detail)])
    return found


def refuse_empty(query: Selection) -> None:
    """Tell which filter selects nobody; a cohort that is empty altogether is an empty ranking."""
    if query.within is not None:
        raise NotFoundError("unit_not_found", f"Nobody of the cohort stands at or below unit '{query.within}'.")
    if query.group is not None:
        detail = f"Nobody of the cohort is in group '{query.group}'."
        raise InvalidError("unknown_group", detail, [FieldError("/query/group", "unknown_group", detail)])


def start_of(query: RankingQuery, selection: Selection, table: RankedTable) -> int:
    """Where the page starts. ConflictError `stale_cursor` once the cohort has moved on, or for another selection."""
    if query.cursor is None:
        return 0
    mark, version, start = decode_cursor(query.cursor, str, str, int)
    if mark != selection.mark or version != text_of(table.stamp):
        raise ConflictError("stale_cursor", "The ranking has changed since that page. Start again without a cursor.")
    return max(int(start), 0)


def visible_items(client: Client, table: RankedTable) -> list[str]:
    """The items inside the client's subtree; their ranks stay those of the whole selection."""
    if client.unit is None:
        return list(table.items)
    return [text for text, codes in zip(table.items, table.lineage, strict=True) if client.unit in codes]


def render(
    query: RankingQuery,
    compiled_framework: CompiledFramework,
    table: RankedTable,
    items: list[str],
    cursor: str | None,
) -> bytes:
    """The body of a page."""
    framework = compiled_framework.framework
    head: dict[str, Any] = {
        "period": query.period,
        "level": query.level,
        "basis": query.basis,
        "within": query.within,
        "group": query.group,
        "pillar": query.pillar,
        "publication": None,
        "compare": None if table.comparison is None else table.comparison.head,
        "framework": {
            "code": framework.code,
            "version": framework.version,
            "max_points": framework.max_points,
            "provenance": compiled_framework.provenance,
        },
        "version": table.version,
        "decimals": framework.decimals,
        "summary": table.summary,
    }
    return f'{dumps(head)[:-1]},"items":[{",".join(items)}],"next":{dumps(cursor)}}}'.encode()
