"""Values held against roster and framework; every problem is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

import msgspec

from app.clients.client import Client, Scope
from app.kernel.errors import FieldError, ForbiddenError
from app.pushes.leaves import PushedLeaf, Taken
from app.pushes.repository import Target
from app.pushes.schemas import PushError
from app.pushes.values import Given
from app.scores.cohort import ScoredCohort
from app.scoring import AnswerError, check_award
from app.submissions.checking import find_leaf
from app.units.repository import called


class Placed(msgspec.Struct, gc=False):
    """A value of a unit on the roster; once checked also its leaf (None: unknown), and the inputs or points taken."""

    given: Given
    target: Target
    leaf: PushedLeaf | None = None
    taken: Taken | None = None
    points: Decimal | None = None


@dataclass(slots=True)
class Findings:
    """What is wrong with the values so far. A value is rejected when anything is."""

    errors: list[PushError] = field(default_factory=list)
    rejected: set[int] = field(default_factory=set)

    def add(self, index: int, pointer: str, code: str, detail: str) -> None:
        """Note one thing wrong with the value at `index`."""
        self.errors.append(PushError(index=index, pointer=pointer, code=code, detail=detail))
        self.rejected.add(index)


def require_scopes(client: Client, given: Sequence[Given]) -> None:
    """ForbiddenError `insufficient_scope` naming every value: inputs take the scope `push`, points `review`."""
    if client.may(Scope.PUSH) and client.may(Scope.REVIEW):
        return
    needs = {"inputs": Scope.PUSH, "points": Scope.REVIEW}
    errors = [
        FieldError(f"{value.at}/{name}", "insufficient_scope", f"This needs the scope `{needs[name]}`.")
        for value in given
        for name in ["inputs" if value.points is None else "points"]
        if not client.may(needs[name])
    ]
    if errors:
        raise ForbiddenError("insufficient_scope", "Inputs need the scope `push`, points `review`.", errors)


@dataclass(frozen=True, slots=True)
class Roster:
    """Who takes part, as far as the client may know: units by the name that the push gives them, cohorts by level."""

    period: str
    scheme: str | None
    targets: Mapping[str, Target]
    cohorts: Mapping[int, ScoredCohort]


class Leaves(dict[str, PushedLeaf | None]):
    """The leaves of one cohort within the client's bounds by code, each made when it is first asked for."""

    def __init__(self, client: Client, scored: ScoredCohort) -> None:
        self._client = client
        self._scored = scored

    def __missing__(self, code: str) -> PushedLeaf | None:
        leaf = find_leaf(self._scored.framework, self._client, code)
        made = None if leaf is None else PushedLeaf(leaf, self._scored.indicator_id(leaf.code))
        self[code] = made
        return made

    def forget(self) -> None:
        """Let go of all that was read; no more will be."""
        for leaf in self.values():
            if leaf is not None:
                leaf.forget()


Seats = dict[int, dict[int, list[Placed]]]
"""Values by level and unit, by ids of both."""


def seat(roster: Roster, given: Sequence[Given], found: Findings) -> Seats:
    """Every value whose unit is known, the others noted as `unknown_unit`: those outside the client's bounds too."""
    seats: Seats = {level_id: {} for level_id in roster.cohorts}
    for value in given:
        target = roster.targets.get(value.unit)
        if target is None:
            unknown_unit(roster, value, found)
        else:
            seats[target.level_id].setdefault(target.unit_id, []).append(Placed(value, target))
    return seats


def unknown_unit(roster: Roster, value: Given, found: Findings) -> None:
    """Note a value whose unit does not take part, or is not for this client to know of."""
    detail = f"Unit {called(value.unit, roster.scheme)} does not take part in '{roster.period}'."
    found.add(value.position, f"{value.at}/unit", "unknown_unit", detail)


def check(leaves: Leaves, source: str | None, value: Placed, found: Findings) -> None:
    """Find what is taken of one value, and note what the leaf it names has against it.

    Also noted: `unknown_indicator` (the same for one outside the client's bounds), and `missing_source` for awarded
    points without one. UnusualError as `reading` says.
    """
    given, at = value.given, value.given.position
    if given.points is not None and source is None:
        found.add(at, f"{given.at}/points", "missing_source", "Awarded points take the push's `source`.")
    leaf = value.leaf = leaves[given.indicator]
    if leaf is None:
        detail = f"The framework has no leaf '{given.indicator}'."
        found.add(at, f"{given.at}/indicator", "unknown_indicator", detail)
        return
    try:
        if given.points is None:
            value.taken = leaf.take(given)
        else:
            value.points = check_award(leaf.indicator, given.points, f"{given.at}/points")
    except AnswerError as error:
        for problem in error.problems:
            found.add(at, problem.pointer, problem.code, problem.detail)
