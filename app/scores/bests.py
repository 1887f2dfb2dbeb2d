"""The second pass, incrementally: units exempt by `cohort_best` get the best that others got (VII.2, VII.3)."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.ext.asyncio import AsyncSession

from app.scores import repository
from app.scores.cohort import ScoredCohort
from app.scores.figures import BeforeAfter
from app.scores.stored import Basis
from app.scoring import Answer, Exempt, Indicator, LeafScore, score_leaf


@dataclass(frozen=True, slots=True)
class NewBests:
    """The bests as they are now, which of them changed, and from which leaves the unit itself takes them.

    `taken` is None where that has not changed.
    """

    points: dict[str, Decimal | None]
    changed: set[str]
    taken: set[str] | None

    @property
    def concern_anybody(self) -> bool:
        """Whether there is anything to store."""
        return self.taken is not None or bool(self.changed)


def taken_leaves(answers: Mapping[str, Answer]) -> set[str]:
    """The leaves from which a unit is exempt by `cohort_best`."""
    return {code for code, a in answers.items() if isinstance(a, Exempt) and a.policy.policy == "cohort_best"}


def exempt_leaves(answers: Mapping[str, Answer]) -> set[str]:
    """The leaves from which a unit is exempt by any policy; its points there are nobody's best."""
    return {code for code, answer in answers.items() if isinstance(answer, Exempt)}


async def renew_bests(
    session: AsyncSession,
    scored: ScoredCohort,
    basis: Basis,
    unit_id: int,
    answers: BeforeAfter,
    own: Mapping[str, LeafScore],
    stored: Mapping[str, Decimal | None],
    moved: Collection[Indicator],
) -> NewBests:
    """Find the best of every leaf that has takers, now that the unit's own points are `own`."""
    before, after = answers
    taken = taken_leaves(after)
    bests = NewBests(dict(stored), set(), None if taken == taken_leaves(before) else taken)
    concerned = [code for code in own if code in stored or code in taken]
    if not concerned:
        return bests
    old = await repository.own_points(session, scored.cohort, unit_id, basis)
    turned = exempt_leaves(before) ^ exempt_leaves(after)
    unsure = turned | {leaf.code for leaf in moved} | (taken - stored.keys())
    for code in concerned:
        leaf = scored.framework.by_code[code]
        mine = None if code in exempt_leaves(after) else own[code].points
        best = None if code in unsure else quick_best(stored[code], old[leaf.ordinal], mine)
        if best is None:
            others = await repository.best_points(session, scored.cohort, basis, leaf.ordinal, unit_id)
            best = max((points for points in (others, mine) if points is not None), default=None)
        bests.points[code] = best
        if code not in stored or best != stored[code]:
            bests.changed.add(code)
    return bests


def quick_best(best: Decimal | None, old: Decimal, mine: Decimal | None) -> Decimal | None:
    """The new best without asking the cohort; None where the one who held it may have fallen."""
    if mine is None or best is None:
        return best
    if mine >= best:
        return mine
    return None if old == best else best


async def take_bests(session: AsyncSession, scored: ScoredCohort, basis: Basis, bests: NewBests, unit_id: int) -> None:
    """Store who takes which best, and give every taker the new points."""
    if bests.taken is not None:
        ids = [scored.indicator_id(code) for code in bests.taken]
        await repository.replace_takers(session, scored.cohort, unit_id, basis, ids)
    dropped = bests.points.keys() - bests.changed if bests.taken is not None else set()
    for code in dropped | bests.changed:
        indicator_id = scored.indicator_id(code)
        takers = await repository.best_takers(session, scored.cohort, basis, indicator_id)
        if not takers:
            await repository.delete_best(session, scored.cohort, basis, indicator_id)
        elif code in bests.changed:
            await repository.set_best(session, scored.cohort, basis, indicator_id, bests.points[code])
            await give_best(session, scored, basis, code, bests.points[code], takers)


async def give_best(
    session: AsyncSession,
    scored: ScoredCohort,
    basis: Basis,
    code: str,
    points: Decimal | None,
    takers: Collection[int],
) -> None:
    """Write one leaf's best into the scorecards of those who take it."""
    leaf = scored.framework.by_code[code]
    best = any_taker(scored)
    score = score_leaf(leaf, best, {}, best_points=points)
    await repository.patch_leaf(session, scored, basis, leaf, dict.fromkeys(takers, score))


def any_taker(scored: ScoredCohort) -> Exempt:
    """An exemption by `cohort_best`: all of them give the same points."""
    return Exempt(next(policy for policy in scored.framework.exemptions if policy.policy == "cohort_best"))
