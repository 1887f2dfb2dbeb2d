"""Values held against roster and framework, before any lock is taken; every problem is told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

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


class Placed(NamedTuple):
    """A value of a unit on the roster: its leaf (None where unknown), and what is taken of it: inputs or points."""

    given: Given
    target: Target
    leaf: PushedLeaf | None
    taken: Taken | None
    points: Decimal | None


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


def place(
    client: Client, roster: Roster, source: str | None, given: Sequence[Given], found: Findings
) -> dict[int, list[Placed]]:
    """Every value whose unit is known, by level; the others noted as `unknown_unit`. UnusualError as `reading` says.

    Also noted: `unknown_indicator`, `missing_source` (awarded points without one), and whatever the leaf has against
    the inputs or points. A unit or indicator outside the client's bounds is told as one that is not there.
    """
    placed: dict[int, list[Placed]] = {level_id: [] for level_id in roster.cohorts}
    leaves = {level_id: Leaves(client, scored) for level_id, scored in roster.cohorts.items()}
    for value in given:
        target = roster.targets.get(value.unit)
        if target is None:
            unknown_unit(roster, value, found)
            continue
        if value.points is not None and source is None:
            found.add(
                value.position, f"{value.at}/points", "missing_source", "Awarded points take the push's `source`."
            )
        leaf = leaves[target.level_id][value.indicator]
        if leaf is None:
            detail = f"The framework has no leaf '{value.indicator}'."
            found.add(value.position, f"{value.at}/indicator", "unknown_indicator", detail)
        placed[target.level_id].append(check(leaf, target, value, found))
    for leaf in (leaf for each in leaves.values() for leaf in each.values() if leaf is not None):
        leaf.forget()
    return placed


def unknown_unit(roster: Roster, value: Given, found: Findings) -> None:
    """Note a value whose unit does not take part, or is not for this client to know of."""
    detail = f"Unit {called(value.unit, roster.scheme)} does not take part in '{roster.period}'."
    found.add(value.position, f"{value.at}/unit", "unknown_unit", detail)


def check(leaf: PushedLeaf | None, target: Target, value: Given, found: Findings) -> Placed:
    """One value against the leaf it names."""
    if leaf is None:
        return Placed(value, target, None, None, None)
    try:
        if value.points is not None:
            return Placed(value, target, leaf, None, check_award(leaf.indicator, value.points, f"{value.at}/points"))
        return Placed(value, target, leaf, leaf.take(value), None)
    except AnswerError as error:
        for problem in error.problems:
            found.add(value.position, problem.pointer, problem.code, problem.detail)
        return Placed(value, target, leaf, None, None)
