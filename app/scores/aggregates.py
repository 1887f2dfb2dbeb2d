"""The distribution of every node over a cohort: computed once per version, by the database."""

from decimal import Decimal
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.canonical import dumps
from app.kernel.database import Database, transaction
from app.kernel.errors import NotFoundError
from app.periods.cohorts import Cohort
from app.scores.cohort import ScoredCohort
from app.scores.stored import Basis
from app.scoring import answerable, coverage, shown

FIGURES = ("mean", "min", "q1", "median", "q3", "max", "stdev")
STORED = text("""
    SELECT version, nodes FROM aggregates
     WHERE period_id = :period_id AND level_id = :level_id AND basis = :basis AND within = :within
""")
STORE = text("""
    INSERT INTO aggregates (period_id, level_id, basis, within, version, nodes)
    VALUES (:period_id, :level_id, :basis, :within, :version, CAST(:nodes AS jsonb))
    ON CONFLICT (period_id, level_id, basis, within) DO UPDATE
       SET version = excluded.version, nodes = excluded.nodes WHERE aggregates.version < excluded.version
""")
# Whether a selection holds anybody whom a client bounded to a unit may know of.
SHARED = text("""
    SELECT EXISTS (
        SELECT FROM participants p
         WHERE p.period_id = :period_id AND p.level_id = :level_id
           AND (p.code = :within OR :within = ANY(p.ancestors)) AND (p.code = :bound OR :bound = ANY(p.ancestors))
    )
""")


def quantile(numerator: int) -> str:
    """SQL of a quartile of the sorted array `v`, interpolated linearly between its two neighbours."""
    place = f"((n - 1) * {numerator} / 4.0)"
    low = f"v[CAST(floor{place} AS integer) + 1]"
    high = f"v[CAST(ceil{place} AS integer) + 1]"
    return f"{low} + ({high} - {low}) * ({place} - floor{place})"


# Ordinal 0 is the whole framework; a node's own is its ordinal plus one, as arrays count in PostgreSQL.
DISTRIBUTION = text(f"""
    WITH cards AS (
        SELECT c.version, s.points, s.covered, s.node_points, s.node_covered
          FROM cohorts c
          JOIN participants p ON p.period_id = c.period_id AND p.level_id = c.level_id
          JOIN scorecards s ON s.period_id = p.period_id AND s.unit_id = p.unit_id AND s.basis = :basis
         WHERE c.period_id = :period_id AND c.level_id = :level_id
           AND (:within = '' OR p.code = :within OR :within = ANY(p.ancestors))
    ), nodes AS (
        SELECT cards.version, node.ordinal, node.points, node.covered
          FROM cards, unnest(points || node_points, covered || node_covered)
                      WITH ORDINALITY AS node(points, covered, ordinal)
    ), lists AS (
        SELECT ordinal - 1 AS ordinal, max(version) AS version, count(*) AS units, sum(covered) AS covered,
               count(*) FILTER (WHERE covered > 0) AS n,
               array_agg(points ORDER BY points) FILTER (WHERE covered > 0) AS v,
               avg(points) FILTER (WHERE covered > 0) AS mean,
               stddev_pop(points) FILTER (WHERE covered > 0) AS stdev
          FROM nodes GROUP BY ordinal
    )
    SELECT ordinal, version, units, covered, n, mean, stdev, v[1] AS min, v[n] AS max,
           {quantile(1)} AS q1, {quantile(2)} AS median, {quantile(3)} AS q3
      FROM lists ORDER BY ordinal
""")  # noqa: S608 - built from numbers only


async def get_aggregates(
    session: AsyncSession, database: Database, scored: ScoredCohort, basis: Basis, within: str | None
) -> tuple[int, list[dict[str, Any]]]:
    """The version and the distribution of the total and of every node: stored ones if they are of now, else anew.

    NotFoundError `unit_not_found` where nobody stands at or below `within`.
    """
    key = scored.cohort.key | {"basis": basis, "within": within or ""}
    stored = (await session.execute(STORED, key)).one_or_none()
    if stored is not None and stored.version == scored.cohort.version:
        return stored.version, stored.nodes
    rows = (await session.execute(DISTRIBUTION, key)).all()
    if not rows:
        return empty(scored.cohort, within)
    version, nodes = rows[0].version, describe(scored, rows)
    async with transaction(database) as writing:
        await writing.execute(STORE, key | {"version": version, "nodes": dumps(nodes)})
    return version, nodes


async def check_within(session: AsyncSession, client: Client, cohort: Cohort, within: str | None) -> None:
    """NotFoundError `unit_not_found` where the client may not know of anybody at or below `within`.

    Of a single unit outside its bounds the figures would be that unit's points.
    """
    if within is None or client.unit is None:
        return
    if not await session.scalar(SHARED, cohort.key | {"within": within, "bound": client.unit}):
        raise nobody_within(within)


def nobody_within(within: str) -> NotFoundError:
    """The refusal for a filter that selects nobody, or nobody whom the client may know of."""
    return NotFoundError("unit_not_found", f"Nobody of the cohort stands at or below unit '{within}'.")


def empty(cohort: Cohort, within: str | None) -> tuple[int, list[dict[str, Any]]]:
    """A cohort without participants has no distribution; a filter that selects nobody is an error."""
    if within is not None:
        raise nobody_within(within)
    return cohort.version, []


def describe(scored: ScoredCohort, rows: Any) -> list[dict[str, Any]]:
    """The rows as shown: figures half up to the framework's decimals, coverage to 6."""
    framework = scored.framework
    per_node = answerable(framework)
    totals = [sum((per_node[at] for at in scored.pillars), Decimal(0)), *per_node]
    codes = ["", *(node.code for node in framework.indicators)]
    return [
        {"code": code, "units": row.units, "n": row.n, "coverage": coverage(row.covered, total * row.units)}
        | {name: None if row.n == 0 else shown(getattr(row, name), framework.decimals) for name in FIGURES}
        for code, total, row in zip(codes, totals, rows, strict=True)
    ]
