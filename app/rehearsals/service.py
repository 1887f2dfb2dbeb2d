"""Trying a framework: read one snapshot, score it in a thread, put it beside what the ranking says. Nothing is kept."""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import cast

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.frameworks import repository as frameworks
from app.frameworks.models import FrameworkRow
from app.frameworks.schemas import FrameworkStatus
from app.frameworks.service import compiled
from app.kernel.database import Database, snapshot
from app.periods.cohorts import Cohort, get_visible_cohort
from app.periods.participants import require_opened
from app.rankings.repository import Standing, list_standings
from app.rankings.schemas import RankedUnit
from app.rankings.table import entry
from app.rehearsals import repository
from app.rehearsals.carrying import Successor, carried, successors
from app.rehearsals.repository import AnswerText
from app.rehearsals.schemas import (
    Basis,
    Reason,
    Rehearsal,
    RehearsalCreate,
    RehearsedFramework,
    RehearsedUnit,
    WithoutData,
)
from app.scores.cohort import ScoredCohort, load
from app.scores.repository import load_figures
from app.scores.shares import share_of
from app.scores.stored import NOTHING, StoredAnswer, trait_exemptions
from app.scoring import Answer, Benchmark, ExemptionPolicy, Framework, rank, score_cohort

Missing = Counter[tuple[str, Reason]]
Places = dict[str, tuple[int | None, Decimal]]


@dataclass(frozen=True, slots=True)
class Past:
    """A cohort as it stood at one moment: everybody's points, traits and answers, and the period's benchmarks."""

    scored: ScoredCohort
    status: str
    standings: Sequence[Standing]
    traits: Mapping[str, frozenset[str]]
    answers: Sequence[AnswerText]
    benchmarks: Mapping[str, Benchmark]


@dataclass(frozen=True, slots=True)
class Tried:
    """The framework that is rehearsed, and what it is rehearsed on."""

    framework: Framework
    status: str
    basis: Basis
    past: Past


async def rehearse(
    database: Database, client: Client, reference: tuple[str, int], wanted: RehearsalCreate
) -> Rehearsal:
    """Points and ranks of a past period's units before and after, of those within the client's bounds.

    NotFoundError `framework_not_found`, `period_not_found`, `cohort_not_found` (the period does not assess the
    framework's level, or the level is outside the client's bounds); ConflictError `period_not_open` (it is a draft
    yet); InvalidError `invalid_framework` for a draft whose sums are not right yet.
    """
    async with snapshot(database) as session:
        row = await frameworks.get(session, *reference)
        tried = (await compiled(session, row.id)).framework
        await require_opened(session, wanted.period)
        cohort = await get_visible_cohort(session, client, wanted.period, tried.level)
        past = await _past(session, cohort, wanted.basis)
    return await asyncio.to_thread(compared, Tried(tried, row.status, wanted.basis, past), client)


async def _past(session: AsyncSession, cohort: Cohort, basis: Basis) -> Past:
    scored = await load(session, cohort)
    row: FrameworkRow = await frameworks.get_by_id(session, cohort.framework_id)
    everybody = {"basis": basis, "within": None, "group": None}
    return Past(
        scored=scored,
        status=row.status,
        standings=await list_standings(session, cohort, everybody, None),
        traits=await repository.list_traits(session, cohort),
        answers=await repository.list_answers(session, cohort),
        benchmarks=(await load_figures(session, scored))[basis].benchmarks,
    )


def compared(tried: Tried, client: Client) -> Rehearsal:
    """Score the past answers and rank both ways, as the ranking does: on the shown points."""
    past, after = tried.past, tried.framework
    before = past.scored.framework
    answers, missing = _answers(tried)
    score = score_cohort(after, answers, past.benchmarks)
    old = _places([(each, each.points) for each in past.standings], before)
    new = _places([(each, score.units[each.code].total) for each in past.standings], after)
    visible = {each.code: each for each in past.standings if client.unit in (None, each.code, *each.ancestors)}
    cohort = past.scored.cohort
    return Rehearsal(
        period=cohort.period,
        level=cohort.level,
        basis=tried.basis,
        version=cohort.version,
        before=_named(before, past.status),
        after=_named(after, tried.status),
        units=[_unit(visible[code], old[code], new[code], before, after) for code in new if code in visible],
        without_data=_without_data(after, missing),
    )


def _answers(tried: Tried) -> tuple[dict[str, dict[str, Answer]], Missing]:
    """Everybody's answers under the rehearsed framework, and how many units have none, by leaf and reason."""
    past = tried.past
    stored = _stored(past)
    leaves = successors(past.scored.framework, tried.framework)
    exempt = {traits: trait_exemptions(tried.framework, traits) for traits in set(past.traits.values())}
    missing: Missing = Counter()
    found = {
        unit: _of_unit(tried, leaves, stored.get(unit, {}), exempt[traits], missing)
        for unit, traits in past.traits.items()
    }
    return found, missing


def _stored(past: Past) -> dict[str, dict[str, StoredAnswer]]:
    codes = past.scored.leaf_by_id()
    found: dict[str, dict[str, StoredAnswer]] = {}
    for answer in past.answers:
        found.setdefault(answer.unit, {})[codes[answer.indicator_id].code] = answer.read()
    return found


def _of_unit(
    tried: Tried,
    leaves: Mapping[str, Successor],
    stored: Mapping[str, StoredAnswer],
    exempt: Mapping[str, ExemptionPolicy],
    missing: Missing,
) -> dict[str, Answer]:
    found: dict[str, Answer] = {}
    for code, successor in leaves.items():
        known = stored.get(code, NOTHING)
        answer, reason = carried(tried.basis, tried.framework, successor, known, exempt.get(code))
        if reason is not None:
            missing[code, reason] += 1
        else:
            found[code] = answer
    return found


def _places(points: Sequence[tuple[Standing, Decimal]], framework: Framework) -> Places:
    """Rank and shown points by unit code, in the order of the ranking."""
    ranked = rank([entry(standing, given) for standing, given in points], framework.decimals)
    return {found.key.code: (place, shown) for place, shown, found in ranked}


def _unit(
    standing: Standing,
    old: tuple[int | None, Decimal],
    new: tuple[int | None, Decimal],
    before: Framework,
    after: Framework,
) -> RehearsedUnit:
    (rank_before, points_before), (rank_after, points_after) = old, new
    return RehearsedUnit(
        unit=RankedUnit(code=standing.code, name=standing.name, parent=standing.parent),
        points_before=points_before,
        points_after=points_after,
        share_before=share_of(points_before, before.max_points),
        share_after=share_of(points_after, after.max_points),
        rank_before=rank_before,
        rank_after=rank_after,
    )


def _named(framework: Framework, status: str) -> RehearsedFramework:
    return RehearsedFramework(
        code=framework.code,
        version=framework.version,
        status=cast("FrameworkStatus", status),
        max_points=framework.max_points,
        decimals=framework.decimals,
    )


def _without_data(framework: Framework, missing: Missing) -> list[WithoutData]:
    ordered = sorted(missing.items(), key=lambda item: (framework.by_code[item[0][0]].ordinal, item[0][1]))
    return [
        WithoutData(indicator=code, title=framework.by_code[code].title, reason=reason, units=units)
        for (code, reason), units in ordered
    ]
