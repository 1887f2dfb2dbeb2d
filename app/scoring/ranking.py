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
    place = places(points for points, entry in rows if entry.ranked)
    return [(place[points] if entry.ranked else None, points, entry) for points, entry in rows]


def places(points: Iterable[Decimal]) -> dict[Decimal, int]:
    """Return the rank of each of these shown points, which are those of everybody who is ranked."""
    found: dict[Decimal, int] = {}
    for index, each in enumerate(sorted(points, reverse=True)):
        found.setdefault(each, index + 1)
    return found
