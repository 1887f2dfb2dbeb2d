"""SQL of submissions and answers."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.canonical import dumps
from app.kernel.database import fetch
from app.kernel.pending import Statement
from app.periods.cohorts import NEXT_VERSION, NEXT_VERSION_BY_NAME
from app.periods.participants import Participant
from app.periods.windows import Windows
from app.scores.repository import array_text, exactly
from app.scores.stored import StoredAnswer

# One statement, so that a submission and its answers are of one moment: the first row is the state, the others answers.
SUBMISSION = """
    SELECT p.status, coalesce(s.status, 'draft'), coalesce(s.revision, 0), s.submitted_at, s.updated_at, c.version,
           p.opens_at, p.closes_at, p.review_closes_at, x.until, pt.traits,
           CAST(NULL AS bigint), NULL::jsonb, NULL, NULL, NULL::bigint, NULL::timestamptz, NULL, NULL::timestamptz,
           NULL, NULL::jsonb, NULL::numeric, NULL, NULL, NULL, NULL::timestamptz, NULL::boolean
      FROM periods p
      JOIN cohorts c ON c.period_id = p.id AND c.level_id = $2
      LEFT JOIN submissions s ON s.period_id = p.id AND s.unit_id = $3
      LEFT JOIN participants pt ON pt.period_id = p.id AND pt.unit_id = $3
      LEFT JOIN extensions x ON x.period_id = p.id AND x.unit_id = $3
     WHERE p.id = $1
     UNION ALL
    SELECT NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
           indicator_id, reported, note, source, sequence, observed_at, reported_by, reported_at,
           verdict, assessed, awarded, exemption, reason, reviewed_by, reviewed_at, review_outdated
      FROM answers WHERE period_id = $1 AND unit_id = $3
"""
STATE_COLUMNS = 11
TOUCH = text(f"""
    INSERT INTO submissions (period_id, level_id, unit_id, status, revision, submitted_at, updated_at, version)
    VALUES (:period_id, :level_id, :unit_id, :status, 1, :submitted_at, :now, {NEXT_VERSION_BY_NAME})
    ON CONFLICT (period_id, unit_id) DO UPDATE
       SET status = :status, revision = submissions.revision + 1, updated_at = :now, version = excluded.version,
           submitted_at = coalesce(:submitted_at, submissions.submitted_at)
    RETURNING revision
""")  # noqa: S608 - built from constants only
TOUCH_REPORTED = f"""
    INSERT INTO submissions (period_id, level_id, unit_id, status, revision, updated_at, version)
    VALUES ($1, $2, $3, $4, 1, $5, {NEXT_VERSION})
    ON CONFLICT (period_id, unit_id) DO UPDATE
       SET revision = submissions.revision + 1, updated_at = $5, version = excluded.version
"""  # noqa: S608 - built from constants only
UPSERT_REPORTED = """
    INSERT INTO answers (period_id, level_id, unit_id, indicator_id, reported, note, self_values, assessed_values,
                         reported_by, reported_at)
    SELECT $1, $2, $3, r.indicator_id, CAST(r.reported AS jsonb), r.note, CAST(r.self_values AS numeric[]),
           CAST(r.assessed_values AS numeric[]), $4, $5
      FROM unnest($6::bigint[], $7::text[], $8::text[], $9::text[], $10::text[])
        AS r(indicator_id, reported, note, self_values, assessed_values)
    ON CONFLICT (period_id, unit_id, indicator_id) DO UPDATE
       SET reported = excluded.reported, note = excluded.note, self_values = excluded.self_values,
           assessed_values = excluded.assessed_values, reported_by = excluded.reported_by,
           reported_at = excluded.reported_at, source = NULL, sequence = NULL, observed_at = NULL,
           review_outdated = answers.verdict IS NOT NULL
"""
DELETE_UNREVIEWED = text("""
    DELETE FROM answers WHERE period_id = :period_id AND unit_id = :unit_id AND verdict IS NULL
       AND indicator_id = ANY(CAST(:ids AS bigint[]))
""")
BLANK_REVIEWED = text("""
    UPDATE answers AS a
       SET reported = NULL, note = NULL, source = NULL, sequence = NULL, observed_at = NULL, reported_by = :actor,
           reported_at = :now, review_outdated = true, self_values = NULL, assessed_values = r.assessed_values
      FROM jsonb_to_recordset(CAST(:rows AS jsonb)) AS r(indicator_id bigint, assessed_values numeric[])
     WHERE a.period_id = :period_id AND a.unit_id = :unit_id AND a.indicator_id = r.indicator_id
""")
UPSERT_REVIEW = text("""
    INSERT INTO answers (period_id, level_id, unit_id, indicator_id, verdict, assessed, awarded, exemption, reason,
                         reviewed_by, reviewed_at, assessed_values)
    VALUES (:period_id, :level_id, :unit_id, :indicator_id, :verdict, CAST(:assessed AS jsonb), :awarded, :exemption,
            :reason, :actor, :now, CAST(:assessed_values AS numeric[]))
    ON CONFLICT (period_id, unit_id, indicator_id) DO UPDATE
       SET verdict = excluded.verdict, assessed = excluded.assessed, awarded = excluded.awarded,
           exemption = excluded.exemption, reason = excluded.reason, reviewed_by = excluded.reviewed_by,
           reviewed_at = excluded.reviewed_at, assessed_values = excluded.assessed_values, review_outdated = false
""")
TOTALS = text("""
    SELECT basis, points, covered FROM scorecards WHERE period_id = :period_id AND unit_id = :unit_id
""")
LIST = """
    SELECT p.code AS period, pt.code, pt.name, pt.parent, pt.sort_key, l.code AS level,
           coalesce(s.status, 'draft') AS status, coalesce(s.revision, 0) AS revision, s.submitted_at, s.updated_at
      FROM periods p
      JOIN participants pt ON pt.period_id = p.id
      JOIN levels l ON l.id = pt.level_id
      LEFT JOIN submissions s ON s.period_id = pt.period_id AND s.unit_id = pt.unit_id
     WHERE p.code = :period
       AND (CAST(:levels AS text[]) IS NULL OR l.code = ANY(CAST(:levels AS text[])))
       AND (CAST(:status AS text) IS NULL OR coalesce(s.status, 'draft') = :status)
       AND (CAST(:within AS text) IS NULL OR pt.code = :within OR :within = ANY(pt.ancestors))
       AND (CAST(:bound AS text) IS NULL OR pt.code = :bound OR :bound = ANY(pt.ancestors))
"""


@dataclass(frozen=True, slots=True)
class SubmissionState:
    """Where a submission and its period stand. Revision 0: nothing has been written yet.

    `traits` are the participant's, None once the unit has left the roster.
    """

    period_status: str
    status: str
    revision: int
    submitted_at: datetime | None
    updated_at: datetime | None
    version: int
    opens_at: datetime | None
    closes_at: datetime | None
    review_closes_at: datetime | None
    extended_until: datetime | None
    traits: Sequence[str] | None

    @property
    def windows(self) -> Windows:
        """When this unit may report, and reviewers may judge what it reported."""
        return Windows(self.period_status, self.opens_at, self.closes_at, self.review_closes_at, self.extended_until)


class AnswerRecord(NamedTuple):
    """One stored row of answers, whole. A tuple: 63 of them are made for every write."""

    indicator_id: int
    reported: Mapping[str, Any] | None = None
    note: str | None = None
    source: str | None = None
    sequence: int | None = None
    observed_at: datetime | None = None
    reported_by: str | None = None
    reported_at: datetime | None = None
    verdict: str | None = None
    assessed: Mapping[str, Any] | None = None
    awarded: Decimal | None = None
    exemption: str | None = None
    reason: str | None = None
    reviewed_by: str | None = None
    reviewed_at: datetime | None = None
    review_outdated: bool = False

    @property
    def scored(self) -> StoredAnswer:
        """The part of it that scores depend on."""
        return StoredAnswer.read(self.reported, self.verdict, self.assessed, self.awarded, self.exemption, self.reason)

    def reported_anew(
        self, reported: Mapping[str, Any] | None, note: str | None, by: str, at: datetime
    ) -> "AnswerRecord":
        """The row after a report by hand; a review of what was reported before is outdated."""
        review = (self.verdict, self.assessed, self.awarded, self.exemption, self.reason)
        reviewed = (*review, self.reviewed_by, self.reviewed_at, self.verdict is not None)
        return AnswerRecord(self.indicator_id, reported, note, None, None, None, by, at, *reviewed)


def unit_key(participant: Participant) -> dict[str, int]:
    """The key columns of one unit in one period."""
    return {**participant.cohort.key, "unit_id": participant.unit_id}


async def read(session: AsyncSession, participant: Participant) -> tuple[SubmissionState, list[AnswerRecord]]:
    """Where the submission stands now, and its answers. After the cohort's lock: as the writer before left it."""
    cohort = participant.cohort
    rows = await fetch(session, SUBMISSION, cohort.period_id, cohort.level_id, participant.unit_id)
    state, *answers = sorted(rows, key=is_answer)
    return SubmissionState(*state[:STATE_COLUMNS]), [AnswerRecord(*row[STATE_COLUMNS:]) for row in answers]


def is_answer(row: Sequence[Any]) -> bool:
    """Whether a row of `SUBMISSION` is an answer, and not the state."""
    return row[STATE_COLUMNS] is not None


async def touch(
    session: AsyncSession,
    participant: Participant,
    status: str,
    now: datetime,
    submitted_at: datetime | None = None,
) -> int:
    """Write the submission's state and return its new revision."""
    values = {"status": status, "now": now, "submitted_at": submitted_at}
    return int((await session.execute(TOUCH, unit_key(participant) | values)).scalar_one())


def reported(
    participant: Participant, rows: Sequence[Mapping[str, Any]], actor: str, at: SubmissionState
) -> Iterator[Statement]:
    """The writing of many reported answers, and of the submission's new revision and time (`at`)."""
    cohort = participant.cohort
    key = (cohort.period_id, cohort.level_id, participant.unit_id)
    yield Statement(TOUCH_REPORTED, (*key, at.status, at.updated_at))
    columns = [
        [row["indicator_id"] for row in rows],
        [dumps(row["reported"]) for row in rows],
        [row["note"] for row in rows],
        [values_text(row["self_values"]) for row in rows],
        [values_text(row["assessed_values"]) for row in rows],
    ]
    if rows:
        yield Statement(UPSERT_REPORTED, (*key, actor, at.updated_at, *columns))


def values_text(values: Sequence[Decimal | None] | None) -> str | None:
    """What a leaf gives to the figures, as PostgreSQL reads an array; None for a leaf that gives nothing."""
    return None if values is None else array_text(values)


async def withdraw(
    session: AsyncSession,
    participant: Participant,
    rows: Sequence[Mapping[str, Any]],
    actor: str,
    now: datetime,
) -> None:
    """Take reported answers back; a review of one stays."""
    ids = [row["indicator_id"] for row in rows]
    await session.execute(DELETE_UNREVIEWED, unit_key(participant) | {"ids": ids})
    values = {"rows": dumps(exactly(rows)), "actor": actor, "now": now}
    await session.execute(BLANK_REVIEWED, unit_key(participant) | values)


async def upsert_review(
    session: AsyncSession, participant: Participant, review: Mapping[str, Any], actor: str, now: datetime
) -> None:
    """Write one verdict."""
    assessed = None if review["assessed"] is None else dumps(review["assessed"])
    values = {**review, "assessed": assessed, "actor": actor, "now": now}
    await session.execute(UPSERT_REVIEW, unit_key(participant) | values)


async def totals(session: AsyncSession, participant: Participant) -> Sequence[Any]:
    """Points and covered points of one unit, by basis."""
    return (await session.execute(TOTALS, unit_key(participant))).all()


async def list_(session: AsyncSession, values: dict[str, Any]) -> Sequence[Any]:
    """Submissions of a period in Vietnamese order of the units, those without any answer included."""
    after = "AND (pt.sort_key, pt.code) > (:name, :code)" if "code" in values else ""
    query = text(f"{LIST} {after} ORDER BY pt.sort_key, pt.code LIMIT :limit")
    return (await session.execute(query, values)).all()
