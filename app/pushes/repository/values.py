"""SQL of pushes: everything goes in sets, a slice of values at a time."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.chain import Link
from app.clients.client import Client
from app.kernel.database import fetch
from app.periods.cohorts import NEXT_VERSION, Cohort
from app.periods.windows import Windows
from app.scores.cohort import ScoredCohort
from app.scores.stored import StoredAnswer
from app.submissions.repository import AnswerRecord

T = TypeVar("T")
# Each statement stays well within the time that one may take.
SLICE = 10_000

TARGETS = """
    SELECT pt.code, pt.unit_id, pt.level_id
      FROM participants pt JOIN levels l ON l.id = pt.level_id
     WHERE pt.period_id = $1 AND pt.code = ANY($2::text[])
       AND ($3::text IS NULL OR pt.code = $3 OR $3 = ANY(pt.ancestors))
       AND ($4::text[] IS NULL OR l.code = ANY($4))
"""
UNITS = """
    SELECT pt.unit_id, pt.traits, coalesce(s.status, 'draft'),
           p.status, p.opens_at, p.closes_at, p.review_closes_at, x.until
      FROM participants pt
      JOIN periods p ON p.id = pt.period_id
      LEFT JOIN LATERAL (SELECT status FROM submissions s
                          WHERE s.period_id = pt.period_id AND s.unit_id = pt.unit_id OFFSET 0) s ON true
      LEFT JOIN extensions x ON x.period_id = pt.period_id AND x.unit_id = pt.unit_id
     WHERE pt.period_id = $1 AND pt.level_id = $2 AND pt.unit_id = ANY($3::bigint[])
"""
# Unit by unit and by the key, whose order is asked for: what is being written is in no statistics yet, and by any other
# index the whole cohort would be gone through for each unit.
_OF_EACH_UNIT = """
      FROM unnest($3::bigint[]) AS u(unit_id)
     CROSS JOIN LATERAL (SELECT * FROM answers
                          WHERE period_id = $1 AND unit_id = u.unit_id AND level_id + 0 = $2
                          ORDER BY indicator_id OFFSET 0) a
"""
RECORDS = f"""
    SELECT a.unit_id, indicator_id, reported, note, source, sequence, observed_at, reported_by, reported_at,
           verdict, assessed, awarded, exemption, reason, reviewed_by, reviewed_at, review_outdated
    {_OF_EACH_UNIT} WHERE $4::bigint[] IS NULL OR indicator_id = ANY($4)
"""
ANSWERS = f"""
    SELECT a.unit_id, indicator_id, reported, verdict, assessed, awarded, exemption, reason {_OF_EACH_UNIT}
"""
PLAN = "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), set_config('enable_seqscan', 'off', true)"
COUNT = "SELECT count(*) FROM participants WHERE period_id = $1 AND level_id = $2"
TOUCH = f"""
    INSERT INTO submissions (period_id, level_id, unit_id, revision, updated_at, version)
    SELECT $1, $2, unit_id, 1, $4, {NEXT_VERSION} FROM unnest($3::bigint[]) AS unit_id
    ON CONFLICT (period_id, unit_id) DO UPDATE
       SET revision = submissions.revision + 1, updated_at = $4, version = excluded.version
"""  # noqa: S608 - built from constants only
UPSERT_REPORTED = """
    INSERT INTO answers (period_id, level_id, unit_id, indicator_id, reported, note, source, sequence, observed_at,
                         self_values, assessed_values, review_outdated, reported_by, reported_at)
    SELECT $1, $2, r.unit_id, r.indicator_id, CAST(r.reported AS jsonb), r.note, $3, r.sequence, r.observed_at,
           CAST(r.self_values AS numeric[]), CAST(r.assessed_values AS numeric[]), r.review_outdated, $4, $5
      FROM unnest($6::bigint[], $7::bigint[], $8::text[], $9::text[], $10::bigint[], $11::timestamptz[],
                  $12::text[], $13::text[], $14::boolean[])
        AS r(unit_id, indicator_id, reported, note, sequence, observed_at, self_values, assessed_values,
             review_outdated)
    ON CONFLICT (period_id, unit_id, indicator_id) DO UPDATE
       SET reported = excluded.reported, note = excluded.note, source = excluded.source,
           sequence = excluded.sequence, observed_at = excluded.observed_at, self_values = excluded.self_values,
           assessed_values = excluded.assessed_values, review_outdated = excluded.review_outdated,
           reported_by = excluded.reported_by, reported_at = excluded.reported_at
"""
UPSERT_AWARDED = """
    INSERT INTO answers (period_id, level_id, unit_id, indicator_id, verdict, awarded, reason, reviewed_by,
                         reviewed_at, sequence, observed_at, assessed_values)
    SELECT $1, $2, r.unit_id, r.indicator_id, 'adjust', CAST(r.awarded AS numeric), $3, $4, $5, r.sequence,
           r.observed_at, CAST(r.assessed_values AS numeric[])
      FROM unnest($6::bigint[], $7::bigint[], $8::text[], $9::bigint[], $10::timestamptz[], $11::text[])
        AS r(unit_id, indicator_id, awarded, sequence, observed_at, assessed_values)
    ON CONFLICT (period_id, unit_id, indicator_id) DO UPDATE
       SET verdict = excluded.verdict, assessed = NULL, awarded = excluded.awarded, exemption = NULL,
           reason = excluded.reason, reviewed_by = excluded.reviewed_by, reviewed_at = excluded.reviewed_at,
           sequence = excluded.sequence, observed_at = excluded.observed_at,
           assessed_values = excluded.assessed_values, review_outdated = false
"""


class Target(NamedTuple):
    """A unit on the roster, and its level."""

    code: str
    unit_id: int
    level_id: int


class UnitState(NamedTuple):
    """One unit as it stands under the cohort's lock."""

    traits: frozenset[str]
    submission: str
    windows: Windows


class ReportedRow(NamedTuple):
    """One reported value as it is stored; JSON and arrays as text."""

    unit_id: int
    indicator_id: int
    reported: str
    note: str | None
    sequence: int | None
    observed_at: datetime | None
    self_values: str | None
    assessed_values: str | None
    review_outdated: bool


class AwardedRow(NamedTuple):
    """Awarded points as they are stored."""

    unit_id: int
    indicator_id: int
    awarded: str
    sequence: int | None
    observed_at: datetime | None
    assessed_values: str | None


def slices(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    """The rows, so many at a time."""
    for start in range(0, len(rows), SLICE):
        yield rows[start : start + SLICE]


async def allow_pauses(session: AsyncSession) -> None:
    """Let this transaction say nothing for minutes: the server ends others that do, and takes them for forgotten."""
    await fetch(session, "SET LOCAL idle_in_transaction_session_timeout = '10min'")


async def plan_by_keys(session: AsyncSession) -> None:
    """Let this transaction's statements be planned each time, and look rows up by their keys.

    A plan made while a table is all but empty goes through all of it, and would be kept while 200 000 rows come in.
    """
    await fetch(session, PLAN)


async def list_targets(
    session: AsyncSession, client: Client, period_id: int, codes: Sequence[str]
) -> dict[str, Target]:
    """The units of these codes that are on the roster and within the client's bounds, by code."""
    levels = None if client.levels is None else sorted(client.levels)
    rows = await fetch(session, TARGETS, period_id, list(codes), client.unit, levels)
    return {row[0]: Target(*row) for row in rows}


async def list_units(session: AsyncSession, cohort: Cohort, unit_ids: Sequence[int]) -> dict[int, UnitState]:
    """Units of a cohort as they stand, by id; whoever has left the roster is not among them."""
    rows = await fetch(session, UNITS, cohort.period_id, cohort.level_id, list(unit_ids))
    return {row[0]: UnitState(frozenset(row[1]), row[2], Windows(*row[3:])) for row in rows}


async def count_units(session: AsyncSession, cohort: Cohort) -> int:
    """How many units the cohort has."""
    return int((await fetch(session, COUNT, cohort.period_id, cohort.level_id))[0][0])


async def list_records(
    session: AsyncSession, cohort: Cohort, unit_ids: Sequence[int], indicator_ids: Sequence[int] | None = None
) -> dict[tuple[int, int], AnswerRecord]:
    """What is stored of these units for these leaves, or for all of them, by ids of both."""
    rows = await fetch(session, RECORDS, cohort.period_id, cohort.level_id, list(unit_ids), indicator_ids)
    return await asyncio.to_thread(lambda: {(row[0], row[1]): AnswerRecord(*row[1:]) for row in rows})


async def list_answers(
    session: AsyncSession, scored: ScoredCohort, unit_ids: Sequence[int]
) -> dict[int, dict[str, StoredAnswer]]:
    """All that is stored of these units and scores depend on, by unit and leaf."""
    codes = {indicator_id: leaf.code for indicator_id, leaf in scored.leaf_by_id().items()}
    found: dict[int, dict[str, StoredAnswer]] = {unit_id: {} for unit_id in unit_ids}
    cohort = scored.cohort
    for row in await fetch(session, ANSWERS, cohort.period_id, cohort.level_id, list(unit_ids)):
        found[row[0]][codes[row[1]]] = StoredAnswer.read(*row[2:])
    return found


async def touch(session: AsyncSession, cohort: Cohort, unit_ids: Sequence[int], now: datetime) -> None:
    """Give each unit's submission its next revision; begin those that are not there."""
    await fetch(session, TOUCH, cohort.period_id, cohort.level_id, list(unit_ids), now)


async def upsert_reported(
    session: AsyncSession, cohort: Cohort, link: Link, actor: str, source: str | None, rows: Sequence[ReportedRow]
) -> None:
    """Write reported values."""
    head = (cohort.period_id, cohort.level_id, source, actor, link.now)
    for part in slices(rows):
        await fetch(session, UPSERT_REPORTED, *head, *map(list, zip(*part, strict=True)))


async def upsert_awarded(
    session: AsyncSession, cohort: Cohort, link: Link, actor: str, source: str | None, rows: Sequence[AwardedRow]
) -> None:
    """Write awarded points; the source is the verdict's reason."""
    head = (cohort.period_id, cohort.level_id, source, actor, link.now)
    for part in slices(rows):
        await fetch(session, UPSERT_AWARDED, *head, *map(list, zip(*part, strict=True)))
