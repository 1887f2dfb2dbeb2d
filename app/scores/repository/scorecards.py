"""SQL of scorecards."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import fetch
from app.kernel.pending import Statement
from app.kernel.threads import beside
from app.periods.cohorts import NEXT_VERSION, NEXT_VERSION_BY_NAME, Cohort
from app.scores.cohort import ScoredCohort
from app.scores.repository.exact import array_text
from app.scores.stored import Basis
from app.scoring import Indicator, LeafScore, UnitScore

# A row that says the same already, to the last digit, is left alone: its version tells readers when it last changed.
UPSERT_SCORECARDS = f"""
    INSERT INTO scorecards AS s (period_id, level_id, unit_id, basis, points, covered,
                                 pillar_points, node_points, node_covered, states, version)
    SELECT $1, $2, r.unit_id, r.basis, r.points, r.covered, CAST(r.pillar_points AS numeric[]),
           CAST(r.node_points AS numeric[]), CAST(r.node_covered AS numeric[]), CAST(r.states AS text[]),
           {NEXT_VERSION}
      FROM unnest($3::bigint[], $4::text[], $5::numeric[], $6::numeric[],
                  $7::text[], $8::text[], $9::text[], $10::text[])
        AS r(unit_id, basis, points, covered, pillar_points, node_points, node_covered, states)
    ON CONFLICT (period_id, unit_id, basis) DO UPDATE
       SET points = excluded.points, covered = excluded.covered, pillar_points = excluded.pillar_points,
           node_points = excluded.node_points, node_covered = excluded.node_covered, states = excluded.states,
           version = excluded.version
     WHERE (s.points, s.covered, s.states, s.node_points, s.node_covered, s.pillar_points) IS DISTINCT FROM
           (excluded.points, excluded.covered, excluded.states, excluded.node_points, excluded.node_covered,
            excluded.pillar_points)
"""  # noqa: S608 - built from constants only
CORRECT_SCORECARDS = f"{UPSERT_SCORECARDS} RETURNING unit_id"
ARRAYS = ("pillar_points", "node_points", "node_covered", "states")
SLICE = 1000
"""So many scorecards go in one statement, which stays well within the time that one may take."""
# The columns that queries join by; arrays would take seconds, and nobody asks for them by value.
STATISTICS = "ANALYZE (SKIP_LOCKED) participants, scorecards (period_id, level_id, unit_id, basis)"
OWN_POINTS = text("""
    SELECT node_points FROM scorecards WHERE period_id = :period_id AND unit_id = :unit_id AND basis = :basis
""")


def scorecard_row(pillars: Sequence[int], unit_id: int, basis: Basis, score: UnitScore) -> dict[str, Any]:
    """One scorecard as UPSERT_SCORECARDS takes it; `pillars` are the ordinals of the pillars."""
    return {
        "unit_id": unit_id,
        "basis": basis,
        "points": score.total,
        "covered": score.total_covered,
        "pillar_points": [score.points[ordinal] for ordinal in pillars],
        "node_points": score.points,
        "node_covered": score.covered,
        "states": score.states,
    }


async def upsert_scorecards(session: AsyncSession, cohort: Cohort, rows: Sequence[Mapping[str, Any]]) -> set[int]:
    """Write the scorecards that differ from what is stored, or are not there, and return their units."""
    wrong: set[int] = set()
    known: dict[int, str] = {}

    async def send(columns: list[list[Any]]) -> None:
        if columns:
            changed = await fetch(session, CORRECT_SCORECARDS, cohort.period_id, cohort.level_id, *columns)
            wrong.update(row[0] for row in changed)

    columns: list[list[Any]] = []
    for start in range(0, len(rows), SLICE):
        columns = await beside(partial(columns_of, rows[start : start + SLICE], known), send(columns))
    await send(columns)
    return wrong


def scorecards_written(cohort: Cohort, rows: Sequence[Mapping[str, Any]]) -> Statement:
    """The statement that writes scorecards whole."""
    return Statement(UPSERT_SCORECARDS, (cohort.period_id, cohort.level_id, *columns_of(rows, {})))


def columns_of(rows: Sequence[Mapping[str, Any]], known: dict[int, str]) -> list[list[Any]]:
    """Scorecards by column, arrays as text. `known` keeps the text of arrays that units share, by their identity."""
    columns = [[row[name] for row in rows] for name in ("unit_id", "basis", "points", "covered")]
    columns += [[array_text(row[name]) for row in rows] for name in ARRAYS[:2]]
    for name in ARRAYS[2:]:
        for row in rows:
            if id(row[name]) not in known:
                known[id(row[name])] = array_text(row[name])
        columns.append([known[id(row[name])] for row in rows])
    return columns


async def patch_leaf(
    session: AsyncSession,
    scored: ScoredCohort,
    basis: Basis,
    leaf: Indicator,
    scores: Mapping[int, LeafScore],
) -> None:
    """Set one leaf of many scorecards and carry the differences up to every ancestor and total."""
    own, pillar = leaf.ordinal + 1, scored.pillars.index(scored.framework.by_code[leaf.pillar].ordinal) + 1
    points, covered = f"c.points - s.node_points[{own}]", f"c.covered - s.node_covered[{own}]"
    changes = [
        f"states[{own}] = c.state",
        *(f"node_points[{at + 1}] = s.node_points[{at + 1}] + {points}" for at in (leaf.ordinal, *leaf.path)),
        *(f"node_covered[{at + 1}] = s.node_covered[{at + 1}] + {covered}" for at in (leaf.ordinal, *leaf.path)),
        f"pillar_points[{pillar}] = s.pillar_points[{pillar}] + {points}",
        f"points = s.points + {points}",
        f"covered = s.covered + {covered}",
        f"version = {NEXT_VERSION_BY_NAME}",
    ]
    query = text(f"""
        UPDATE scorecards AS s SET {", ".join(changes)}
          FROM unnest(CAST(:units AS bigint[]), CAST(:points AS numeric[]), CAST(:states AS text[]),
                      CAST(:covered AS numeric[])) AS c(unit_id, points, state, covered)
         WHERE s.period_id = :period_id AND s.level_id = :level_id AND s.basis = :basis AND s.unit_id = c.unit_id
           AND (s.node_points[{own}] <> c.points OR s.states[{own}] IS DISTINCT FROM c.state)
    """)  # noqa: S608 - only ordinals of the compiled framework are written into it
    values = {
        "units": list(scores),
        "points": [score.points for score in scores.values()],
        "states": [score.state for score in scores.values()],
        "covered": [covered_points(leaf, score.state) for score in scores.values()],
    }
    await session.execute(query, scored.cohort.key | {"basis": basis} | values)


def covered_points(leaf: Indicator, state: str) -> Decimal:
    """The answerable points that a leaf in this state covers: all of its maximum, or none."""
    return Decimal(0) if state in {"not_reported", "unscored"} else leaf.max_points


async def gather_statistics(session: AsyncSession) -> None:
    """Tell the planner of the rows that were just added.

    To it a period that it does not know has no rows, and each unit of thousands would be held against all: seconds for
    every poll, until the server's own analysis comes by. Does nothing where our role does not own the tables.
    """
    await fetch(session, STATISTICS)


async def own_points(session: AsyncSession, cohort: Cohort, unit_id: int, basis: Basis) -> list[Decimal]:
    """The stored points of every node of one unit."""
    key = {"period_id": cohort.period_id, "unit_id": unit_id, "basis": basis}
    points: list[Decimal] = (await session.execute(OWN_POINTS, key)).scalar_one()
    return points
