"""Competition ranking (1, 2, 2, 4) on what is shown, never on hidden digits."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Generic, TypeVar

from app.scoring.numbers import round_half_up

K = TypeVar("K")


@dataclass(frozen=True, slots=True)
class Entry(Generic[K]):
    """One participant: its points, whether it is ranked, and its place inside a tie (Vietnamese sort key,
    code).
    """

    key: K
    points: Decimal
    ranked: bool
    order: tuple[str, ...]


def shown(points: Decimal, decimals: int) -> Decimal:
    """Return points as they are shown: half up to the framework's `decimals`."""
    return round_half_up(points, decimals)


def rank(entries: Iterable[Entry[K]], decimals: int) -> list[tuple[int | None, Decimal, Entry[K]]]:
    """Return (rank, shown points, entry), best first; entries that are not ranked stand last with None.

    Equal shown points have equal ranks, and the next rank counts everybody above. Inside a tie, and so in the
    answer whatever the order of `entries`: by `order`.
    """
    rows = [(shown(entry.points, decimals), entry) for entry in entries]
    rows.sort(key=lambda row: (not row[1].ranked, -row[0], row[1].order))
    ranked: list[tuple[int | None, Decimal, Entry[K]]] = []
    for index, (points, entry) in enumerate(rows):
        ranked.append((_rank_at(index, points, ranked) if entry.ranked else None, points, entry))
    return ranked


def _rank_at(index: int, points: Decimal, above: list[tuple[int | None, Decimal, Entry[K]]]) -> int | None:
    if above and above[-1][1] == points:
        return above[-1][0]
    return index + 1
