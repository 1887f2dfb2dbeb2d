"""Scoring a whole cohort anew from its answers, by the engine's `score_cohort`; what differs is put right and told.

The same path scores everybody once when a period opens. A rebuild of what the incremental path left must find
nothing: that is tested, and `dti rebuild` shows it for an installation.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.database import Database, transaction
from app.periods.cohorts import Cohort, list_cohorts, lock_cohort
from app.periods.recording import record_cohort
from app.scores import repository
from app.scores.bests import taken_leaves
from app.scores.cohort import ScoredCohort, load
from app.scores.stored import Basis, StoredAnswer, answers_on, trait_exemptions
from app.scoring import Answer, Benchmark, CohortScore, Figures, score_cohort

ACTOR = "rebuild"
UnitAnswers = dict[str, dict[str, Answer]]
BasisScore = tuple[Basis, UnitAnswers, CohortScore]


@dataclass(frozen=True, slots=True)
class RebuildReport:
    """What one cohort's rebuild found. `differences` names what stood otherwise; empty when all was right."""

    cohort: str
    units: int
    differences: list[str]


async def rebuild_all(database: Database) -> list[RebuildReport]:
    """Rebuild every cohort, each in a transaction of its own under its lock.

    What has been put right is an event: without a new version readers would be told that nothing has changed.
    """
    async with transaction(database) as session:
        cohorts = await list_cohorts(session)
    reports = []
    for cohort in cohorts:
        async with transaction(database) as session:
            link = await lock_cohort(session, cohort)
            report = await rebuild(session, cohort)
            if report.differences:
                data = {"differences": len(report.differences)}
                await record_cohort(session, cohort, link, actor=ACTOR, type="scores.rebuilt", data=data)
        reports.append(report)
    return reports


async def rebuild(session: AsyncSession, cohort: Cohort) -> RebuildReport:
    """Score one cohort anew under its lock, store what differs, and tell it."""
    await lock_cohort(session, cohort)
    scored = await load(session, cohort)
    units = await repository.participants_of(session, cohort)
    stored = await repository.answers_of(session, scored)
    benchmarks = (await repository.load_figures(session, scored))["self"].benchmarks
    # In a thread: a large cohort takes seconds, and the other requests go on meanwhile.
    scores = await asyncio.to_thread(score_bases, scored, units, stored, benchmarks)
    return RebuildReport(f"{cohort.period}/{cohort.level}", len(units), await settle(session, scored, scores))


async def settle(session: AsyncSession, scored: ScoredCohort, scores: Sequence[BasisScore]) -> list[str]:
    """Store all that differs from these scores of a whole cohort, under its lock, and tell it."""
    differences: list[str] = []
    for basis, answers, score in scores:
        differences += await settle_figures(session, scored, basis, score)
        differences += await settle_scorecards(session, scored, basis, score)
        differences += await settle_bests(session, scored, basis, score, answers)
    return differences


def score_bases(
    scored: ScoredCohort,
    units: Sequence[tuple[int, frozenset[str]]],
    stored: Mapping[int, Mapping[str, StoredAnswer]],
    benchmarks: Mapping[str, Benchmark],
) -> list[BasisScore]:
    """Everybody's answers and scores on each basis; where all answers are the same on both, they are scored once."""
    own = {str(unit_id): on_basis(scored, "self", stored, unit_id, traits) for unit_id, traits in units}
    # Where no reviewer has spoken they are the very same, which is the quickest to compare.
    assessed = {
        str(unit_id): on_basis(scored, "assessed", stored, unit_id, traits)
        if any(answer.verdict is not None for answer in stored.get(unit_id, {}).values())
        else own[str(unit_id)]
        for unit_id, traits in units
    }
    by_self = score_all(scored, own, benchmarks)
    by_assessed = by_self if assessed == own else score_all(scored, assessed, benchmarks)
    return [("self", own, by_self), ("assessed", assessed, by_assessed)]


def score_all(scored: ScoredCohort, answers: UnitAnswers, benchmarks: Mapping[str, Benchmark]) -> CohortScore:
    """Everybody's scores, but for those of the leaves: by far the largest part, and not stored."""
    return replace(score_cohort(scored.framework, answers, benchmarks), leaves={})


def on_basis(
    scored: ScoredCohort,
    basis: Basis,
    stored: Mapping[int, Mapping[str, StoredAnswer]],
    unit_id: int,
    traits: frozenset[str],
) -> dict[str, Answer]:
    """One unit's answers on one basis."""
    exempt = trait_exemptions(scored.framework, traits)
    return answers_on(basis, scored.framework, stored.get(unit_id, {}), exempt)


async def settle_figures(session: AsyncSession, scored: ScoredCohort, basis: Basis, score: CohortScore) -> list[str]:
    """Store the figures that differ. A slot without any value and a missing row mean the same."""
    known = (await repository.load_figures(session, scored))[basis].figures
    nothing = Figures(0, None, None)
    wrong = {
        key: score.figures.get(key, nothing)
        for key in score.figures.keys() | known.keys()
        if known.get(key, nothing) != score.figures.get(key, nothing)
    }
    rows = [
        repository.figure_row(basis, scored.indicator_id(code), slot, figures)
        for (code, slot), figures in wrong.items()
    ]
    await repository.upsert_figures(session, scored.cohort, rows)
    return [f"{basis}: figures of {code} {slot}".rstrip() for code, slot in sorted(wrong)]


async def settle_scorecards(session: AsyncSession, scored: ScoredCohort, basis: Basis, score: CohortScore) -> list[str]:
    """Store the scorecards that differ."""
    rows = [
        repository.scorecard_row(scored.pillars, int(unit), basis, unit_score)
        for unit, unit_score in score.units.items()
    ]
    wrong = await repository.upsert_scorecards(session, scored.cohort, rows)
    return [f"{basis}: scorecard of unit {unit_id}" for unit_id in sorted(wrong)]


async def settle_bests(
    session: AsyncSession, scored: ScoredCohort, basis: Basis, score: CohortScore, answers: UnitAnswers
) -> list[str]:
    """Store who takes which best, and the bests, where they differ."""
    taken = {int(unit): taken_leaves(given) for unit, given in answers.items()}
    known = await repository.takers_of(session, scored, basis)
    wrong = [f"{basis}: exemptions of unit {unit}" for unit in taken if taken[unit] != known.get(unit, set())]
    for unit, codes in taken.items():
        if codes != known.get(unit, set()):
            ids = [scored.indicator_id(code) for code in codes]
            await repository.replace_takers(session, scored.cohort, unit, basis, ids)
    bests = {code: score.best_points.get(code) for codes in taken.values() for code in codes}
    return wrong + await settle_best_points(session, scored, basis, bests)


async def settle_best_points(
    session: AsyncSession, scored: ScoredCohort, basis: Basis, bests: Mapping[str, Decimal | None]
) -> list[str]:
    """Store the bests that differ, and forget those that nobody takes."""
    stored = (await repository.load_figures(session, scored))[basis].bests
    wrong = [
        code
        for code in sorted(bests.keys() | stored.keys())
        if (code in bests) != (code in stored) or bests.get(code) != stored.get(code)
    ]
    for code in wrong:
        indicator_id = scored.indicator_id(code)
        if code in bests:
            await repository.set_best(session, scored.cohort, basis, indicator_id, bests[code])
        else:
            await repository.delete_best(session, scored.cohort, basis, indicator_id)
    return [f"{basis}: best of {code}" for code in wrong]


def told(reports: list[RebuildReport]) -> Iterator[str]:
    """One line a cohort, for people."""
    for report in reports:
        yield f"{report.cohort}: {report.units} units, {len(report.differences)} differences"
        yield from (f"  {difference}" for difference in report.differences[:20])
