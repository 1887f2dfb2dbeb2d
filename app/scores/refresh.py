"""The incremental path: what one unit's change does to its cohort, under the cohort's lock.

Its oracle is the engine's `score_cohort`, by way of `rebuild`: both always leave the same figures and points.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.pending import Pending
from app.scores import repository
from app.scores.bests import NewBests, renew_bests, take_bests
from app.scores.cohort import ScoredCohort
from app.scores.figures import NO_FIGURES, MovedFigures, move_figures
from app.scores.repository import Figured
from app.scores.stored import Basis, StoredAnswer, answer_on, answers_on, trait_exemptions
from app.scoring import Answer, Exempt, Indicator, LeafScore, UnitScore, exempted_by, score_leaf, score_unit


@dataclass(frozen=True, slots=True)
class UnitChange:
    """One unit's stored answers before and after a write, by leaf code."""

    unit_id: int
    traits: frozenset[str]
    before: Mapping[str, StoredAnswer]
    after: Mapping[str, StoredAnswer]


@dataclass(frozen=True, slots=True)
class OwnScore:
    """One unit's answers, what they were compared with, leaf scores and scorecard on one basis."""

    answers: Mapping[str, Answer]
    figured: Figured
    leaves: Mapping[str, LeafScore]
    card: UnitScore


@dataclass(frozen=True, slots=True)
class Outcome:
    """What one basis leaves to be written."""

    own: OwnScore
    moved: MovedFigures
    bests: NewBests

    def on(self, basis: Basis) -> "Outcome":
        """The same for another basis on which everything stands the same."""
        rows = [{**row, "basis": basis} for row in self.moved.rows]
        return replace(self, moved=replace(self.moved, rows=rows))


async def refresh(
    session: AsyncSession, scored: ScoredCohort, change: UnitChange, pending: Pending
) -> dict[Basis, OwnScore]:
    """Bring figures, scorecards and bests of the whole cohort up to date after one unit's write.

    The caller holds the cohort's lock and has stored the answers already, or they are pending; so are the unit's
    scorecards afterwards.
    """
    stored = await repository.load_figures(session, scored)
    first = await refresh_basis(session, scored, "self", change, stored["self"], None, pending)
    if is_one_for_both(change, stored, first):
        second = first.on("assessed")
    else:
        second = await refresh_basis(session, scored, "assessed", change, stored["assessed"], first.own, pending)
    outcomes: dict[Basis, Outcome] = {"self": first, "assessed": second}
    await repository.upsert_figures(
        session, scored.cohort, [row for outcome in outcomes.values() for row in outcome.moved.rows]
    )
    rows = [
        repository.scorecard_row(scored.pillars, change.unit_id, basis, outcome.own.card)
        for basis, outcome in outcomes.items()
    ]
    pending.add(repository.scorecards_written(scored.cohort, rows))
    for basis, outcome in outcomes.items():
        if outcome.bests.concern_anybody:
            await pending.send(session)
            await take_bests(session, scored, basis, outcome.bests, change.unit_id)
    return {basis: outcome.own for basis, outcome in outcomes.items()}


def is_one_for_both(change: UnitChange, stored: Mapping[Basis, Figured], first: Outcome) -> bool:
    """Whether nothing tells the bases apart: no verdict, the same figures, and nobody else who moves."""
    if stored["self"] != stored["assessed"] or stored["self"].bests or first.moved.leaves:
        return False
    if any(isinstance(answer, Exempt) for answer in first.own.answers.values()) or first.bests.taken is not None:
        return False
    return all(answer.verdict is None for side in (change.before, change.after) for answer in side.values())


async def refresh_basis(
    session: AsyncSession,
    scored: ScoredCohort,
    basis: Basis,
    change: UnitChange,
    stored: Figured,
    twin: OwnScore | None,
    pending: Pending,
) -> Outcome:
    """One basis: the figures, then everybody whom they move, then the unit itself, then the second pass."""
    exempt = trait_exemptions(scored.framework, change.traits)
    before = answers_on(basis, scored.framework, change.before, exempt)
    after = answers_on(basis, scored.framework, change.after, exempt)
    moved = await move_figures(session, scored, basis, (before, after), stored.figures, pending)
    figured = replace(stored, figures=moved.figures)
    for leaf in moved.leaves:
        await rescore_others(session, scored, basis, leaf, change.unit_id, figured)
    leaves = score_own(scored, after, figured, twin)
    bests = await renew_bests(
        session, scored, basis, change.unit_id, (before, after), leaves, stored.bests, moved.leaves
    )
    for code, answer in after.items():
        if isinstance(answer, Exempt):
            leaf = scored.framework.by_code[code]
            leaves[code] = score_one(leaf, answer, replace(figured, bests=bests.points))
    own = OwnScore(after, figured, leaves, score_unit(scored.framework, leaves))
    return Outcome(own, moved, bests)


def score_own(
    scored: ScoredCohort, answers: Mapping[str, Answer], figured: Figured, twin: OwnScore | None
) -> dict[str, LeafScore]:
    """Score every leaf of one unit; one that stands the same on the other basis is not scored twice."""
    leaves: dict[str, LeafScore] = {}
    for leaf in scored.framework.leaves:
        answer = answers.get(leaf.code)
        if twin is not None and stands_the_same(leaf, answer, figured, twin):
            leaves[leaf.code] = twin.leaves[leaf.code]
        else:
            leaves[leaf.code] = score_one(leaf, answer, figured)
    return leaves


def stands_the_same(leaf: Indicator, answer: Answer, figured: Figured, twin: OwnScore) -> bool:
    """Whether a leaf has the same answer on the other basis, and is compared with the same there."""
    if isinstance(answer, Exempt) or twin.answers.get(leaf.code) != answer:
        return False
    if not leaf.slots:
        return True
    keys = [(leaf.code, slot) for slot in leaf.slots]
    return all(figured.figures.get(key) == twin.figured.figures.get(key) for key in keys)


def score_one(leaf: Indicator, answer: Answer, figured: Figured) -> LeafScore:
    """One leaf against the cohort's figures, its benchmark and its best."""
    slots = leaf.slots
    figures = {slot: figured.figures.get((leaf.code, slot), NO_FIGURES) for slot in slots} if slots else {}
    return score_leaf(leaf, answer, figures, figured.benchmarks.get(leaf.code), figured.bests.get(leaf.code))


async def rescore_others(
    session: AsyncSession, scored: ScoredCohort, basis: Basis, leaf: Indicator, but: int, figured: Figured
) -> None:
    """Give everybody else in the cohort the points that a leaf's new figures mean."""
    scores: dict[int, LeafScore] = {}
    indicator_id = scored.indicator_id(leaf.code)
    for unit_id, traits, stored in await repository.answers_of_leaf(session, scored.cohort, indicator_id, but):
        by_trait = exempted_by(scored.framework, leaf, traits)
        answer = answer_on(basis, scored.framework, stored, by_trait)
        if not isinstance(answer, Exempt):
            scores[unit_id] = score_one(leaf, answer, figured)
    if scores:
        await repository.patch_leaf(session, scored, basis, leaf, scores)
