"""SQL of cohort figures, and of what is read beside them: the period's benchmarks, and the bests."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.canonical import dumps
from app.kernel.database import fetch
from app.periods.cohorts import Cohort
from app.scores.cohort import ScoredCohort
from app.scores.repository.exact import exactly
from app.scores.stored import BASES, Basis
from app.scoring import Benchmark, Figures

# One statement for both: every write reads them. A benchmark holds on both bases, and has a source.
FIGURES = """
    SELECT basis, indicator_id, slot, n, min, max, CAST(NULL AS numeric) AS best, CAST(NULL AS text) AS source
      FROM cohort_figures WHERE period_id = $1 AND level_id = $2
     UNION ALL
    SELECT NULL, indicator_id, NULL, NULL, min, max, best, source FROM benchmarks WHERE period_id = $1 AND level_id = $2
"""
UPSERT_FIGURES = text("""
    INSERT INTO cohort_figures (period_id, level_id, basis, indicator_id, slot, n, min, max)
    SELECT :period_id, :level_id, r.*
      FROM jsonb_to_recordset(CAST(:rows AS jsonb))
        AS r(basis text, indicator_id bigint, slot text, n integer, min numeric, max numeric)
    ON CONFLICT (period_id, level_id, basis, indicator_id, slot) DO UPDATE
       SET n = excluded.n, min = excluded.min, max = excluded.max
""")
BESTS = "SELECT basis, indicator_id, points FROM cohort_bests WHERE period_id = $1 AND level_id = $2"


@dataclass(frozen=True, slots=True)
class Figured:
    """The stored figures, benchmarks and bests of a cohort on one basis, by leaf code."""

    figures: dict[tuple[str, str], Figures]
    benchmarks: dict[str, Benchmark]
    bests: dict[str, Decimal | None]


async def load_figures(session: AsyncSession, scored: ScoredCohort) -> dict[Basis, Figured]:
    """All figures, benchmarks and bests of a cohort, by basis; not asked for where the framework can have none."""
    benchmarks: dict[str, Benchmark] = {}
    found: dict[Basis, Figured] = {basis: Figured({}, benchmarks, {}) for basis in BASES}
    codes = scored.leaf_by_id()
    key = (scored.cohort.period_id, scored.cohort.level_id)
    if any(leaf.slots for leaf in codes.values()):
        for basis, indicator_id, slot, n, low, high, best, source in await fetch(session, FIGURES, *key):
            code = codes[indicator_id].code
            if source is None:
                found[basis].figures[code, slot] = Figures(n, low, high)
            else:
                benchmarks[code] = Benchmark(low, high, best, source)
    if any(policy.policy == "cohort_best" for policy in scored.framework.exemptions):
        for basis, indicator_id, points in await fetch(session, BESTS, *key):
            found[basis].bests[codes[indicator_id].code] = points
    return found


def figure_row(basis: Basis, indicator_id: int, slot: str, figures: Figures) -> dict[str, Any]:
    """Figures of one slot as UPSERT_FIGURES takes them."""
    key = {"basis": basis, "indicator_id": indicator_id, "slot": slot}
    return {**key, "n": figures.n, "min": figures.min, "max": figures.max}


async def upsert_figures(session: AsyncSession, cohort: Cohort, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write figures that changed."""
    if not rows:
        return
    await session.execute(UPSERT_FIGURES, cohort.key | {"rows": dumps(exactly(rows))})


async def requery_figures(session: AsyncSession, cohort: Cohort, basis: Basis, indicator_id: int, slot: int) -> Figures:
    """Count, least and greatest of the stored values of one slot; for when the value at a bound has gone."""
    query = text(f"""
        SELECT count({basis}_values[{slot + 1:d}]), min({basis}_values[{slot + 1:d}]), max({basis}_values[{slot + 1:d}])
          FROM answers WHERE period_id = :period_id AND level_id = :level_id AND indicator_id = :indicator_id
    """)  # noqa: S608 - a Literal and a number
    row = (await session.execute(query, cohort.key | {"indicator_id": indicator_id})).one()
    return Figures(*row)
