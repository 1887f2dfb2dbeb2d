"""Cohort figures kept up to date: one unit's old and new values against the stored n, min and max."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.pending import Pending
from app.scores import repository
from app.scores.cohort import ScoredCohort
from app.scores.stored import Basis
from app.scoring import Answer, Figures, Indicator, cohort_values

NO_FIGURES = Figures(0, None, None)
BeforeAfter = tuple[Mapping[str, Answer], Mapping[str, Answer]]


@dataclass(frozen=True, slots=True)
class MovedFigures:
    """The figures as they are now, the rows to store, and the leaves where others' points may move."""

    figures: dict[tuple[str, str], Figures]
    rows: list[dict[str, Any]]
    leaves: list[Indicator]


async def move_figures(
    session: AsyncSession,
    scored: ScoredCohort,
    basis: Basis,
    answers: BeforeAfter,
    stored: Mapping[tuple[str, str], Figures],
    pending: Pending,
) -> MovedFigures:
    """Take one unit's old values out of the figures of its cohort, and its new values in."""
    moved = MovedFigures(dict(stored), [], [])
    for leaf in scored.framework.leaves:
        if not leaf.slots:
            continue
        values = zip(*(cohort_values(leaf, side.get(leaf.code)) for side in answers), strict=True)
        for index, (old, new) in enumerate(values):
            if old == new:
                continue
            slot = leaf.slots[index]
            known = stored.get((leaf.code, slot), NO_FIGURES)
            figures = replace_value(known, old, new)
            if figures is None:
                await pending.send(session)
                indicator_id = scored.indicator_id(leaf.code)
                figures = await repository.requery_figures(session, scored.cohort, basis, indicator_id, index)
            note_figures(scored, basis, leaf, slot, known, figures, moved)
    return moved


def replace_value(figures: Figures, old: Decimal | None, new: Decimal | None) -> Figures | None:
    """The figures with one value replaced; None where the value at a bound goes and only a count can tell."""
    if old is not None and old in (figures.min, figures.max):
        return None
    n = figures.n - (old is not None) + (new is not None)
    present = [value for value in (figures.min, figures.max, new) if value is not None]
    return Figures(n, min(present, default=None), max(present, default=None))


def note_figures(
    scored: ScoredCohort,
    basis: Basis,
    leaf: Indicator,
    slot: str,
    known: Figures,
    figures: Figures,
    moved: MovedFigures,
) -> None:
    """Note new figures to be stored, and the leaf when they can move somebody else's points."""
    moved.figures[leaf.code, slot] = figures
    if figures == known:
        return
    moved.rows.append(repository.figure_row(basis, scored.indicator_id(leaf.code), slot, figures))
    comparable_changed = (figures.n < 2) != (known.n < 2)
    bounds_changed = (figures.min, figures.max) != (known.min, known.max)
    if (bounds_changed or comparable_changed) and leaf not in moved.leaves:
        moved.leaves.append(leaf)
