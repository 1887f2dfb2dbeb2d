"""Who comes from whom, through every reorganisation between two days."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from app.units.repository import LineageStep


@dataclass(frozen=True, slots=True)
class Origin:
    """The units of the earlier day that a unit comes from, by code, inside its level.

    `is_same`: they are one unit, which this still is, whatever its name, parent or code.
    """

    codes: frozenset[str]
    is_same: bool


class Lineage:
    """Steps from unit to unit, walked back from the later day to the earlier."""

    def __init__(self, steps: Sequence[LineageStep]) -> None:
        self._came: dict[date, dict[str, list[LineageStep]]] = {}
        self._went: dict[date, set[str]] = defaultdict(set)
        for step in steps:
            self._came.setdefault(step.effective_on, {}).setdefault(step.successor, []).append(step)
            self._went[step.effective_on].add(step.predecessor)
        self._days = sorted(self._came, reverse=True)

    def origin(self, code: str) -> Origin:
        """Where the unit that bears the code on the later day comes from."""
        codes, is_same = frozenset({code}), True
        for day in self._days:
            came = self._came[day]
            is_same = is_same and all(_goes_on(step) for unit in codes for step in came.get(unit, ()))
            codes = frozenset().union(*(self._before(unit, day) for unit in codes))
        return Origin(codes, is_same)

    def _before(self, code: str, day: date) -> set[str]:
        """The units of the day before that the unit comes from on the day; itself where nothing happened to it."""
        steps = self._came[day].get(code, [])
        found = {step.predecessor for step in steps if step.same_level}
        # Who takes over from what is abolished was there before, unless its code has passed to it that day.
        was_there = all(step.kind == "abolish" for step in steps) and (not steps or code not in self._went[day])
        return found | {code} if was_there else found


def _goes_on(step: LineageStep) -> bool:
    """Whether the successor of a step is still what its predecessor was."""
    if step.kind == "abolish":
        return not step.same_level
    return step.kind in ("rename", "move") or (step.kind == "split" and step.predecessor == step.successor)
