"""How far a push is, for whoever watches it."""

from contextvars import ContextVar
from dataclasses import dataclass

# Which part of the work is done, about, once a push has come so far. The rest is scoring.
READ, DECIDED = 0.25, 0.55


@dataclass(slots=True)
class Progress:
    """The part of the work that is done, from 0 to 1."""

    part: float = 0.0


# Not an argument: threads know it too, and nothing of a push depends on being watched.
watched: ContextVar[Progress | None] = ContextVar("watched", default=None)


def reached(part: float) -> None:
    """Tell that the push has come so far."""
    progress = watched.get()
    if progress is not None:
        progress.part = max(progress.part, part)


def decided(units: int, of: int) -> None:
    """Tell that the values of so many of a cohort's units are decided."""
    reached(READ + (DECIDED - READ) * min(units, of) / of)


def written(cohorts: int, of: int) -> None:
    """Tell that so many of the push's cohorts are written."""
    reached(DECIDED + (1 - DECIDED) * cohorts / of)
