"""SQL of scorecards, cohort figures and bests. Every statement names one cohort."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.canonical import dumps
from app.periods.cohorts import Cohort
from app.scores.cohort import ScoredCohort
from app.scores.stored import BASES, Basis, StoredAnswer
from app.scoring import Figures, Indicator, LeafScore, UnitScore

UPSERT_SCORECARDS = text("""
    INSERT INTO scorecards (period_id, level_id, unit_id, basis, points, covered,
                            pillar_points, node_points, node_covered, states)
    SELECT :period_id, :level_id, r.*
      FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(unit_id bigint, basis text, points numeric, covered numeric,
             pillar_points numeric[], node_points numeric[], node_covered numeric[], states text[])
    ON CONFLICT (period_id, unit_id, basis) DO UPDATE
       SET points = excluded.points, covered = excluded.covered, pillar_points = excluded.pillar_points,
           node_points = excluded.node_points, node_covered = excluded.node_covered, states = excluded.states
""")
FIGURES = text("""
    SELECT basis, indicator_id, slot, n, min, max FROM cohort_figures
     WHERE period_id = :period_id AND level_id = :level_id
""")
UPSERT_FIGURES = text("""
    INSERT INTO cohort_figures (period_id, level_id, basis, indicator_id, slot, n, min, max)
    SELECT :period_id, :level_id, r.*
      FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(basis text, indicator_id bigint, slot text, n integer, min numeric, max numeric)
    ON CONFLICT (period_id, level_id, basis, indicator_id, slot) DO UPDATE
       SET n = excluded.n, min = excluded.min, max = excluded.max
""")
BESTS = text("""
    SELECT basis, indicator_id, points FROM cohort_bests WHERE period_id = :period_id AND level_id = :level_id
""")
UPSERT_BEST = text("""
    INSERT INTO cohort_bests (period_id, level_id, basis, indicator_id, points)
    VALUES (:period_id, :level_id, :basis, :indicator_id, :points)
    ON CONFLICT (period_id, level_id, basis, indicator_id) DO UPDATE SET points = excluded.points
""")
DELETE_BEST = text("""
    DELETE FROM cohort_bests WHERE period_id = :period_id AND level_id = :level_id
       AND basis = :basis AND indicator_id = :indicator_id
""")
PARTICIPANTS = text("""
    SELECT unit_id, traits FROM participants WHERE period_id = :period_id AND level_id = :level_id ORDER BY unit_id
""")
ANSWERS = text("""
    SELECT unit_id, indicator_id, reported, verdict, assessed, awarded, exemption, reason
      FROM answers WHERE period_id = :period_id AND level_id = :level_id
""")
SCORECARDS = text("""
    SELECT unit_id, points, covered, pillar_points, node_points, node_covered, states
      FROM scorecards WHERE period_id = :period_id AND level_id = :level_id AND basis = :basis
""")
ALL_TAKERS = text("""
    SELECT unit_id, indicator_id FROM best_takers
     WHERE period_id = :period_id AND level_id = :level_id AND basis = :basis
""")
DELETE_TAKER = text("""
    DELETE FROM best_takers WHERE period_id = :period_id AND unit_id = :unit_id AND basis = :basis
       AND NOT indicator_id = ANY(CAST(:ids AS bigint[]))
""")
INSERT_TAKER = text("""
    INSERT INTO best_takers (period_id, level_id, unit_id, basis, indicator_id)
    SELECT :period_id, :level_id, :unit_id, :basis, id FROM unnest(CAST(:ids AS bigint[])) AS id
    ON CONFLICT DO NOTHING
""")
OWN_POINTS = text("""
    SELECT node_points FROM scorecards WHERE period_id = :period_id AND unit_id = :unit_id AND basis = :basis
""")
TAKERS = text("""
    SELECT unit_id FROM best_takers WHERE period_id = :period_id AND level_id = :level_id
       AND basis = :basis AND indicator_id = :indicator_id
""")
LEAF_ANSWERS = text("""
    SELECT a.unit_id, p.traits, a.reported, a.verdict, a.assessed, a.awarded, a.exemption, a.reason
      FROM answers a JOIN participants p ON p.period_id = a.period_id AND p.unit_id = a.unit_id
     WHERE a.period_id = :period_id AND a.level_id = :level_id AND a.indicator_id = :indicator_id
       AND a.unit_id <> :but
""")


@dataclass(frozen=True, slots=True)
class Figured:
    """The stored figures and bests of a cohort on one basis, by leaf code."""

    figures: dict[tuple[str, str], Figures]
    bests: dict[str, Decimal | None]


async def load_figures(session: AsyncSession, scored: ScoredCohort) -> dict[Basis, Figured]:
    """All figures and bests of a cohort, by basis; not asked for where the framework can have none."""
    found: dict[Basis, Figured] = {basis: Figured({}, {}) for basis in BASES}
    codes = scored.leaf_by_id()
    if any(leaf.slots for leaf in codes.values()):
        for row in await session.execute(FIGURES, scored.cohort.key):
            found[row.basis].figures[codes[row.indicator_id].code, row.slot] = Figures(row.n, row.min, row.max)
    if any(policy.policy == "cohort_best" for policy in scored.framework.exemptions):
        for row in await session.execute(BESTS, scored.cohort.key):
            found[row.basis].bests[codes[row.indicator_id].code] = row.points
    return found


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


def figure_row(basis: Basis, indicator_id: int, slot: str, figures: Figures) -> dict[str, Any]:
    """Figures of one slot as UPSERT_FIGURES takes them."""
    key = {"basis": basis, "indicator_id": indicator_id, "slot": slot}
    return {**key, "n": figures.n, "min": figures.min, "max": figures.max}


async def upsert_scorecards(session: AsyncSession, cohort: Cohort, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write scorecards whole, many units in one statement."""
    if not rows:
        return
    await session.execute(UPSERT_SCORECARDS, cohort.key | {"rows": dumps(exactly(rows))})


async def upsert_figures(session: AsyncSession, cohort: Cohort, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write figures that changed."""
    if not rows:
        return
    await session.execute(UPSERT_FIGURES, cohort.key | {"rows": dumps(exactly(rows))})


def exactly(value: Any) -> Any:
    """Decimals as text, for `numeric` columns read out of JSON: 24 decimals do not survive a JSON number."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: exactly(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [exactly(item) for item in value]
    return value


async def requery_figures(session: AsyncSession, cohort: Cohort, basis: Basis, indicator_id: int, slot: int) -> Figures:
    """Count, least and greatest of the stored values of one slot; for when the value at a bound has gone."""
    query = text(f"""
        SELECT count({basis}_values[{slot + 1:d}]), min({basis}_values[{slot + 1:d}]), max({basis}_values[{slot + 1:d}])
          FROM answers WHERE period_id = :period_id AND level_id = :level_id AND indicator_id = :indicator_id
    """)  # noqa: S608 - a Literal and a number
    row = (await session.execute(query, cohort.key | {"indicator_id": indicator_id})).one()
    return Figures(*row)


async def answers_of_leaf(
    session: AsyncSession, cohort: Cohort, indicator_id: int, but: int
) -> list[tuple[int, frozenset[str], StoredAnswer]]:
    """Unit, traits and stored answer of everybody in the cohort who has one for that leaf, one unit left out."""
    rows = await session.execute(LEAF_ANSWERS, cohort.key | {"indicator_id": indicator_id, "but": but})
    return [(row[0], frozenset(row[1]), StoredAnswer(*row[2:])) for row in rows]


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


async def best_points(session: AsyncSession, cohort: Cohort, basis: Basis, ordinal: int, but: int) -> Decimal | None:
    """The highest points of one leaf among units that are not exempt from it, one unit left out."""
    query = text(f"""
        SELECT max(node_points[{ordinal + 1:d}]) FROM scorecards
         WHERE period_id = :period_id AND level_id = :level_id AND basis = :basis AND unit_id <> :but
           AND states[{ordinal + 1:d}] <> 'exempt'
    """)  # noqa: S608 - a number
    best: Decimal | None = (await session.execute(query, cohort.key | {"basis": basis, "but": but})).scalar_one()
    return best


async def best_takers(session: AsyncSession, cohort: Cohort, basis: Basis, indicator_id: int) -> list[int]:
    """The units that get the cohort's best on one leaf."""
    rows = await session.execute(TAKERS, cohort.key | {"basis": basis, "indicator_id": indicator_id})
    return list(rows.scalars())


async def replace_takers(
    session: AsyncSession, cohort: Cohort, unit_id: int, basis: Basis, indicator_ids: Sequence[int]
) -> None:
    """Write anew from which leaves one unit takes the cohort's best."""
    key = cohort.key | {"unit_id": unit_id, "basis": basis, "ids": list(indicator_ids)}
    await session.execute(DELETE_TAKER, key)
    await session.execute(INSERT_TAKER, key)


async def set_best(
    session: AsyncSession, cohort: Cohort, basis: Basis, indicator_id: int, points: Decimal | None
) -> None:
    """Store the best points of a leaf that has takers."""
    key = cohort.key | {"basis": basis, "indicator_id": indicator_id}
    await session.execute(UPSERT_BEST, key | {"points": points})


async def delete_best(session: AsyncSession, cohort: Cohort, basis: Basis, indicator_id: int) -> None:
    """Forget the best of a leaf that has no takers any more."""
    await session.execute(DELETE_BEST, cohort.key | {"basis": basis, "indicator_id": indicator_id})


async def own_points(session: AsyncSession, cohort: Cohort, unit_id: int, basis: Basis) -> list[Decimal]:
    """The stored points of every node of one unit."""
    key = {"period_id": cohort.period_id, "unit_id": unit_id, "basis": basis}
    points: list[Decimal] = (await session.execute(OWN_POINTS, key)).scalar_one()
    return points


async def participants_of(session: AsyncSession, cohort: Cohort) -> list[tuple[int, frozenset[str]]]:
    """Units and their traits, of a whole cohort."""
    return [(row.unit_id, frozenset(row.traits)) for row in await session.execute(PARTICIPANTS, cohort.key)]


async def answers_of(session: AsyncSession, scored: ScoredCohort) -> dict[int, dict[str, StoredAnswer]]:
    """Every stored answer of a cohort, by unit and leaf."""
    codes = scored.leaf_by_id()
    found: dict[int, dict[str, StoredAnswer]] = {}
    for unit_id, indicator_id, *answer in await session.execute(ANSWERS, scored.cohort.key):
        found.setdefault(unit_id, {})[codes[indicator_id].code] = StoredAnswer(*answer)
    return found


async def scorecards_of(session: AsyncSession, cohort: Cohort, basis: Basis) -> dict[int, dict[str, Any]]:
    """Every stored scorecard of a cohort on one basis, by unit."""
    rows = await session.execute(SCORECARDS, cohort.key | {"basis": basis})
    return {row["unit_id"]: dict(row) for row in rows.mappings()}


async def takers_of(session: AsyncSession, scored: ScoredCohort, basis: Basis) -> dict[int, set[str]]:
    """Which leaves each unit of a cohort takes the best of."""
    codes = scored.leaf_by_id()
    found: dict[int, set[str]] = {}
    for unit_id, indicator_id in await session.execute(ALL_TAKERS, scored.cohort.key | {"basis": basis}):
        found.setdefault(unit_id, set()).add(codes[indicator_id].code)
    return found
