"""How far a push is, for whoever watches it."""

from contextvars import ContextVar
from dataclasses import dataclass

# Which part of the work is done, about, once a push has come so far. The rest is writing and scoring.
READ, CHECKED, DECIDED = 0.2, 0.35, 0.4


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
        progress.part = part


def written(cohorts: int, of: int) -> None:
    """Tell that so many of the push's cohorts are written."""
    reached(DECIDED + (1 - DECIDED) * cohorts / of)
