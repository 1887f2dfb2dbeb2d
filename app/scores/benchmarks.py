"""Benchmarks: goalposts that a period sets for leaves whose cohort lives elsewhere, and the rescoring that follows."""

from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.service import record_global
from app.clients.client import Client
from app.frameworks.service import compiled
from app.kernel.conditional import check_if_match, check_if_none_match
from app.kernel.errors import ConflictError, FieldError, ForbiddenError, InvalidError, NotFoundError
from app.periods import repository as periods
from app.periods.cohorts import get_cohort, lock_cohort
from app.periods.models import PeriodRow
from app.periods.recording import record_cohort
from app.periods.repository import LevelOfPeriod, PeriodBenchmark
from app.periods.schemas import BenchmarkWrite
from app.periods.service import require_unpublished
from app.scores import repository
from app.scores.bests import give_best
from app.scores.cohort import ScoredCohort, load
from app.scores.refresh import rescore_others
from app.scores.stored import BASES
from app.scoring import AnswerError, Benchmark, Indicator, check_benchmark

NOBODY = 0
"""No unit has this id: what is asked but for somebody is asked of all."""


@dataclass(frozen=True, slots=True)
class BenchmarkedLeaf:
    """A leaf of one level of a period, draft or not. `indicator_id` is its database id."""

    period: PeriodRow
    level: LevelOfPeriod
    leaf: Indicator
    indicator_id: int

    @property
    def key(self) -> dict[str, int]:
        """The key columns of its benchmark."""
        return {"period_id": self.period.id, "level_id": self.level.level_id, "indicator_id": self.indicator_id}


async def find_leaf(
    session: AsyncSession, client: Client, period: PeriodRow, level: str | None, indicator: str
) -> BenchmarkedLeaf:
    """The leaf that a path and `level` name; `level` may be None where the period has only one.

    InvalidError `missing_level`; NotFoundError `level_not_assessed`, `indicator_not_found`.
    """
    levels = (await periods.levels_of(session, [period.id]))[period.id]
    found = one_level(period, levels, level)
    if client.levels is not None and found.level not in client.levels:
        raise not_assessed(period, found.level)
    framework = await compiled(session, found.framework_id)
    leaf = framework.framework.by_code.get(indicator)
    if leaf is None or (client.indicators is not None and indicator not in client.indicators):
        raise NotFoundError("indicator_not_found", f"Framework '{found.framework}' has no indicator '{indicator}'.")
    return BenchmarkedLeaf(period, found, leaf, framework.indicator_ids[leaf.ordinal])


def one_level(period: PeriodRow, levels: list[LevelOfPeriod], level: str | None) -> LevelOfPeriod:
    """The level of that code, or the only one."""
    if level is None and len(levels) == 1:
        return levels[0]
    if level is None:
        detail = f"Period '{period.code}' has {len(levels)} levels; say which one."
        raise InvalidError("missing_level", detail, [FieldError("/query/level", "missing_level", detail)])
    for each in levels:
        if each.level == level:
            return each
    raise not_assessed(period, level)


def not_assessed(period: PeriodRow, level: str) -> NotFoundError:
    """The refusal for a level that the period does not have, or that is not for this client to know of."""
    return NotFoundError("level_not_assessed", f"Period '{period.code}' does not assess level '{level}'.")


async def get_benchmark(session: AsyncSession, target: BenchmarkedLeaf) -> PeriodBenchmark:
    """The benchmark of a leaf. NotFoundError `benchmark_not_found`."""
    found = await periods.find_benchmark(session, target.period.id, target.level.level, target.indicator_id)
    if found is None:
        detail = f"Period '{target.period.code}' has no benchmark for '{target.leaf.code}' of '{target.level.level}'."
        raise NotFoundError("benchmark_not_found", detail)
    return found


async def set_benchmark(
    session: AsyncSession,
    client: Client,
    target: BenchmarkedLeaf,
    body: BenchmarkWrite,
    if_match: str | None,
    if_none_match: str | None,
) -> tuple[PeriodBenchmark, bool]:
    """Set the goalposts of one leaf; whether there were none before. Once the period is open everybody is rescored.

    The caller holds the period's row lock. ConflictError `period_published`, `framework_not_published`; ForbiddenError
    `outside_bounds`; InvalidError `invalid_benchmark` with the engine's codes; PreconditionFailedError.
    """
    require_settable(client, target)
    check(target.leaf, Benchmark(body.min, body.max, body.best, body.source))
    known = await periods.find_benchmark(session, target.period.id, target.level.level, target.indicator_id)
    check_if_match(if_match, known.revision if known else None)
    check_if_none_match(if_none_match, known.revision if known else None)
    values = body.model_dump()
    if known is not None and values == {name: getattr(known, name) for name in values}:
        return known, False
    row = {**target.key, **values, "set_by": client.id, "set_at": await periods.database_time(session)}
    await periods.upsert_benchmark(session, row)
    await follow(session, client, target, "benchmark.set", values)
    return await get_benchmark(session, target), known is None


async def remove_benchmark(
    session: AsyncSession, client: Client, target: BenchmarkedLeaf, if_match: str | None
) -> None:
    """Take the goalposts of one leaf away. As `set_benchmark`; NotFoundError `benchmark_not_found`."""
    require_settable(client, target)
    known = await get_benchmark(session, target)
    check_if_match(if_match, known.revision)
    await periods.delete_benchmark(session, target.key)
    await follow(session, client, target, "benchmark.removed", {})


def require_settable(client: Client, target: BenchmarkedLeaf) -> None:
    """Refuse a published period, a framework that may still change, and who may not touch the whole cohort."""
    if client.unit is not None:
        raise ForbiddenError("outside_bounds", "A benchmark is for a whole cohort; this client is bounded to a unit.")
    require_unpublished(target.period)
    if target.level.status == "draft":
        detail = f"Framework '{target.level.framework}' is a draft: its leaves may still change."
        raise ConflictError("framework_not_published", detail)


def check(leaf: Indicator, benchmark: Benchmark) -> None:
    """InvalidError `invalid_benchmark` with everything that is wrong."""
    try:
        check_benchmark(leaf, benchmark)
    except AnswerError as error:
        errors = [FieldError(problem.pointer, problem.code, problem.detail) for problem in error.problems]
        detail = f"'{leaf.code}' does not take this benchmark."
        raise InvalidError("invalid_benchmark", detail, errors) from error


async def follow(
    session: AsyncSession,
    client: Client,
    target: BenchmarkedLeaf,
    event: str,
    values: dict[str, Decimal | str | None],
) -> None:
    """What a changed benchmark entails: the event, and everybody's new points once the period is open."""
    data = {"indicator": target.leaf.code, **values}
    if target.period.status == "draft":
        data = {"period": target.period.code, "level": target.level.level, **data}
        await record_global(session, actor=client.id, type=event, data=data)
        return
    cohort = await get_cohort(session, target.period.code, target.level.level)
    link = await lock_cohort(session, cohort)
    await rescore_leaf(session, await load(session, cohort), target.leaf)
    await record_cohort(session, cohort, link, actor=client.id, type=event, data=data)


async def rescore_leaf(session: AsyncSession, scored: ScoredCohort, leaf: Indicator) -> None:
    """Give the whole cohort the points that a leaf's benchmark now means, the exempt ones last; under the lock."""
    figured = await repository.load_figures(session, scored)
    for basis in BASES:
        await rescore_others(session, scored, basis, leaf, NOBODY, figured[basis])
        if leaf.code not in figured[basis].bests:
            continue
        indicator_id = scored.indicator_id(leaf.code)
        best = await repository.best_points(session, scored.cohort, basis, leaf.ordinal, NOBODY)
        await repository.set_best(session, scored.cohort, basis, indicator_id, best)
        takers = await repository.best_takers(session, scored.cohort, basis, indicator_id)
        await give_best(session, scored, basis, leaf.code, best, takers)
