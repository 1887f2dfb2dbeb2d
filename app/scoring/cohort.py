"""One cohort: everybody's points, in two passes. The oracle of everything that is computed bit by bit."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from app.scoring.answers import Answer, Exempt, Reported
from app.scoring.figures import Benchmark, Figures, gather_figures
from app.scoring.leaf import cohort_values, reference_of, score_against
from app.scoring.results import LeafScore
from app.scoring.tree import Framework, Indicator
from app.scoring.unit import Known, UnitScore, score_unit

Answers = Mapping[str, Mapping[str, Answer]]


@dataclass(frozen=True, slots=True)
class CohortScore:
    """Scores by unit, and by unit and leaf; figures by leaf and slot; the best points by leaf.

    `best_points` has every scored leaf on which some unit is not exempt; a unit that reported nothing got 0
    there.
    """

    units: Mapping[str, UnitScore]
    leaves: Mapping[str, Mapping[str, LeafScore]]
    figures: Mapping[tuple[str, str], Figures]
    best_points: Mapping[str, Decimal]


def score_cohort(
    framework: Framework, answers: Answers, benchmarks: Mapping[str, Benchmark] | None = None
) -> CohortScore:
    """Score every unit of `answers` (unit → leaf code → Answer); a unit without answers is there with an
    empty map.

    First everybody who is not exempt, then the exempt ones, who may get the best points of the others.
    """
    leaves: dict[str, dict[str, LeafScore]] = {unit: {} for unit in answers}
    figures: dict[tuple[str, str], Figures] = {}
    best_points: dict[str, Decimal] = {}
    for leaf in framework.leaves:
        column = {unit: given.get(leaf.code) for unit, given in answers.items()}
        seen = leaf_figures(leaf, column)
        figures.update({(leaf.code, slot): found for slot, found in seen.items()})
        scores, best = _score_column(leaf, column, seen, (benchmarks or {}).get(leaf.code))
        for unit, score in scores.items():
            leaves[unit][leaf.code] = score
        if best is not None:
            best_points[leaf.code] = best
    covered: Known = {}
    units = {unit: score_unit(framework, scores, covered) for unit, scores in leaves.items()}
    return CohortScore(units, leaves, figures, best_points)


def leaf_figures(leaf: Indicator, column: Mapping[str, Answer]) -> dict[str, Figures]:
    """Return the figures of every slot of one leaf over the answers of a cohort (unit → Answer)."""
    if not leaf.slots:
        return {}
    rows = [cohort_values(leaf, answer) for answer in column.values()]
    return {slot: gather_figures(row[index] for row in rows) for index, slot in enumerate(leaf.slots)}


def _score_column(
    leaf: Indicator, column: Mapping[str, Answer], figures: Mapping[str, Figures], benchmark: Benchmark | None
) -> tuple[dict[str, LeafScore], Decimal | None]:
    scores: dict[str, LeafScore] = {}
    exempt: dict[str, Exempt] = {}
    # What many units share, such as the same inputs read once for all of them, is scored once.
    known: dict[int, LeafScore] = {}
    reference = reference_of(leaf, figures, benchmark)
    for unit, answer in column.items():
        if isinstance(answer, Exempt):
            exempt[unit] = answer
            continue
        key = id(answer.inputs if isinstance(answer, Reported) else answer)
        score = known.get(key)
        if score is None:
            score = known[key] = score_against(leaf, answer, reference)
        scores[unit] = score
    best = None if leaf.is_unscored else max((score.points for score in scores.values()), default=None)
    for unit, answer in exempt.items():
        scores[unit] = score_against(leaf, answer, reference, best)
    return scores, best
