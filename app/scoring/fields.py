"""Read typed fields out of a parsed JSON document, gathering every problem instead of stopping at the first.

A field that is wrong yields a stand-in (0, "", …) so that reading goes on; a document with any problem is
refused at the end, so no stand-in ever reaches a compiled framework.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.scoring.numbers import (
    ONE,
    POINT_DECIMALS,
    ZERO,
    NotANumberError,
    has_more_decimals,
    to_decimal,
)
from app.scoring.problems import Problem, child


@dataclass(frozen=True, slots=True)
class Section:
    """One object of the document: its fields, its RFC 6901 pointer, and the list its problems go to."""

    value: Mapping[str, Any]
    pointer: str
    problems: list[Problem]

    def problem(self, key: str, code: str, detail: str) -> None:
        """Note a problem with the field `key`; an empty key means this object itself."""
        self.problems.append(Problem(child(self.pointer, key) if key else self.pointer, code, detail))

    def has(self, key: str) -> bool:
        """Say whether the field is given; null counts as absent."""
        return self.value.get(key) is not None

    def only(self, known: Collection[str]) -> None:
        """Refuse every field outside `known`: a misspelt optional field would be ignored in silence."""
        for key in self.value:
            if key not in known:
                self.problem(str(key), "unknown_field", f"known here: {', '.join(sorted(known))}")

    def text(self, key: str) -> str:
        """Return a text that is not blank."""
        found = self.value.get(key)
        if found is None:
            self.problem(key, "missing_field", f"'{key}' is needed")
            return ""
        if not isinstance(found, str) or not found.strip():
            self.problem(key, "wrong_type", f"'{key}' is a text that is not blank")
            return ""
        return found

    def optional_text(self, key: str) -> str | None:
        """Return a text, or None where the field is absent."""
        return self.text(key) if self.has(key) else None

    def one_of(self, key: str, choices: Collection[str]) -> str:
        """Return a text out of `choices`."""
        found = self.text(key)
        if found and found not in choices:
            self.problem(key, "unknown_choice", f"'{found}' is none of {', '.join(choices)}")
        return found

    def number(self, key: str) -> Decimal:
        """Return a number that must be given."""
        if not self.has(key):
            self.problem(key, "missing_field", f"'{key}' is needed")
            return ZERO
        try:
            return to_decimal(self.value[key])
        except NotANumberError as error:
            self.problem(key, error.code, error.detail)
            return ZERO

    def optional_number(self, key: str) -> Decimal | None:
        """Return a number, or None where the field is absent."""
        return self.number(key) if self.has(key) else None

    def integer(self, key: str) -> int:
        """Return a whole number that must be given."""
        found = self.number(key)
        if found != int(found):
            self.problem(key, "not_an_integer", f"'{key}' is a whole number")
        return int(found)

    def share(self, key: str) -> Decimal:
        """Return a number in [0, 1]."""
        found = self.number(key)
        if not ZERO <= found <= ONE:
            self.problem(key, "share_out_of_range", f"{found} is not between 0 and 1")
        return found

    def positive(self, key: str) -> Decimal:
        """Return a number above 0."""
        problems = len(self.problems)
        found = self.number(key)
        if found <= ZERO and len(self.problems) == problems:
            self.problem(key, "not_positive", f"'{key}' is above 0")
        return found

    def points(self, key: str) -> Decimal:
        """Return points: 0 or more, at most 6 decimals."""
        found = self.number(key)
        if found < ZERO:
            self.problem(key, "negative_points", f"'{key}' is 0 or more")
        if has_more_decimals(found, POINT_DECIMALS):
            self.problem(key, "too_many_decimals", f"points have at most {POINT_DECIMALS} decimals")
        return found

    def section(self, key: str) -> "Section | None":
        """Return the object under `key`, or None where it is absent or no object."""
        found = self.value.get(key)
        if isinstance(found, Mapping):
            return Section(found, child(self.pointer, key), self.problems)
        if found is not None:
            self.problem(key, "wrong_type", f"'{key}' is an object")
        return None

    def sections(self, key: str) -> "Iterator[Section]":
        """Yield the objects of the list under `key`; an absent list is empty."""
        for index, item in enumerate(self.items(key)):
            pointer = child(child(self.pointer, key), index)
            if isinstance(item, Mapping):
                yield Section(item, pointer, self.problems)
            else:
                self.problems.append(Problem(pointer, "wrong_type", "an object is needed here"))

    def items(self, key: str) -> list[Any]:
        """Return the list under `key`; an absent list is empty."""
        found = self.value.get(key)
        if found is None:
            return []
        if not isinstance(found, list | tuple):
            self.problem(key, "wrong_type", f"'{key}' is a list")
            return []
        return list(found)

    def some(self, key: str) -> "list[Section]":
        """Return the objects of a list that must not be empty."""
        if not self.has(key) or self.value[key] == []:
            self.problem(key, "missing_field", f"'{key}' has at least one entry")
        return list(self.sections(key))

    def holds(self, key: str) -> bool:
        """Say whether the list under `key` has an entry, without a word about its type."""
        found = self.value.get(key)
        return isinstance(found, list | tuple) and bool(found)


def distinct(sections: "list[Section]", key: str, found: list[Any], code: str = "duplicate_code") -> None:
    """Note a problem at every section whose `key` (in the same place of `found`) repeats an earlier one."""
    seen: set[Any] = set()
    for section, item in zip(sections, found, strict=True):
        if item in seen:
            section.problem(key, code, f"{item} stands here twice")
        seen.add(item)
