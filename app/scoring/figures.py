"""What one leaf is measured against: the figures of its cohort, or a period's benchmark."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple


class Figures(NamedTuple):
    """How many values one cohort rule has over its cohort, the lowest and the highest (None when there are
    none).
    """

    n: int
    min: Decimal | None
    max: Decimal | None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Goalposts that a period sets for one indicator, for a cohort that lives elsewhere; `source` names
    where.
    """

    min: Decimal | None
    max: Decimal | None
    best: Decimal | None
    source: str


NO_FIGURES = Figures(0, None, None)


def gather_figures(values: Iterable[Decimal | None]) -> Figures:
    """Return the figures of a cohort's values; None stands for a unit that is out of them."""
    present = [value for value in values if value is not None]
    if not present:
        return NO_FIGURES
    return Figures(len(present), min(present), max(present))
