"""What becomes of each value, decided under the cohort's lock: late ones, repeated ones, and what really changes."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from app.pushes.checking import Findings, Placed
from app.pushes.leaves import PushedLeaf
from app.submissions.repository import AnswerRecord

Outcome = Literal["created", "updated", "unchanged", "stale"]
Records = Mapping[tuple[int, int], AnswerRecord]


class Change(msgspec.Struct, gc=False):
    """A value that is to be written over `known`, None where nothing is stored.

    `moves` is false where only its stamp and source are new.
    """

    placed: Placed
    leaf: PushedLeaf
    known: AnswerRecord | None
    moves: bool


def latest(placed: Sequence[Placed], found: Findings, counts: Counter[Outcome]) -> list[Placed]:
    """One value for each unit and leaf: the one with the highest sequence, the others are stale.

    `duplicate_value` for those that no sequence puts in order.
    """
    values = [value for value in placed if value.leaf is not None and value.given.position not in found.rejected]
    if len({(value.target.unit_id, value.leaf.id) for value in values if value.leaf}) == len(values):
        return values
    groups: dict[tuple[int, int], list[Placed]] = {}
    for value in values:
        if value.leaf is not None:
            groups.setdefault((value.target.unit_id, value.leaf.id), []).append(value)
    kept: list[Placed] = []
    for group in groups.values():
        repeated = unordered(group)
        if len(repeated) == 1:
            kept += repeated
        else:
            note_repeated(repeated, found)
        counts["stale"] += len(group) - len(repeated)
    return kept


def unordered(group: Sequence[Placed]) -> Sequence[Placed]:
    """The value for one leaf that counts; more than one where that cannot be told."""
    sequences = [value.given.sequence for value in group if value.given.sequence is not None]
    if len(sequences) < len(group):
        return group
    highest = max(sequences)
    return [value for value in group if value.given.sequence == highest]


def note_repeated(repeated: Sequence[Placed], found: Findings) -> None:
    """Note values for one leaf that nothing puts in order."""
    for value in repeated:
        detail = f"'{value.given.indicator}' of unit '{value.given.unit}' comes more than once, in no order."
        found.add(value.given.position, value.given.at, "duplicate_value", detail)


def decide_all(
    values: Sequence[Placed], records: Records, source: str | None, counts: Counter[Outcome]
) -> list[Change]:
    """Decide each value, count what becomes of it, return what is to be written."""
    changes = []
    for value in values:
        leaf = value.leaf
        if leaf is None:
            continue
        known = records.get((value.target.unit_id, leaf.id)) if records else None
        outcome, change = decide(value, leaf, known, source)
        counts[outcome] += 1
        if change is not None:
            changes.append(change)
    return changes


def decide(
    value: Placed, leaf: PushedLeaf, known: AnswerRecord | None, source: str | None
) -> tuple[Outcome, Change | None]:
    """What becomes of one sound value, and the change to write where there is one.

    A value that the leaf says already is `unchanged`; where it is newer its sequence and time are still written, so
    that a value from between is known to be late.
    """
    if known is None:
        return "created", Change(value, leaf, None, moves=True)
    stamp, stored = (value.given.sequence, value.given.observed_at), (known.sequence, known.observed_at)
    if is_older(stamp, stored):
        return "stale", None
    if value.points is not None:
        first = known.verdict is None
        same = says(known, value.points, source)
    else:
        first = known.reported is None
        same = not first and value.taken is not None and known.reported == value.taken.inputs
    if not same:
        # Where no reviewer has spoken nothing of the old row lives on: there may be 250 000 of them.
        kept = leaf.blank if value.taken is not None and known.verdict is None else known
        return "created" if first else "updated", Change(value, leaf, kept, moves=True)
    if stamp in ((None, None), stored):
        return "unchanged", None
    return "unchanged", Change(value, leaf, known, moves=False)


def says(known: AnswerRecord, points: Decimal, source: str | None) -> bool:
    """Whether a verdict awards these points from this source already, and stands."""
    return (known.awarded, known.reason, known.review_outdated) == (points, source, False)


def is_older(stamp: tuple[int | None, datetime | None], stored: tuple[int | None, datetime | None]) -> bool:
    """Whether a value was overtaken: by sequence, else by time; what cannot be compared is not older."""
    pairs: list[tuple[Any, Any]] = list(zip(stamp, stored, strict=True))
    for mine, theirs in pairs:
        if mine is not None and theirs is not None and mine != theirs:
            return bool(mine < theirs)
    return False
