"""Which unit a line speaks of: the one of its code or, without a code, the one that bears its identifier."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from app.units.importing.drafts import Defaults, Draft
from app.units.importing.stored import Pair, Stored
from app.units.repository import called


@dataclass(frozen=True, slots=True)
class Match:
    """A line with the code of its unit and of its parent, as far as they can be told.

    `names_parent`: whether line or defaults say anything of a parent; `made_up`: the code is a placeholder;
    `repeated`: an earlier line speaks of the same unit.
    """

    draft: Draft
    code: str | None
    parent: str | None
    names_parent: bool
    made_up: bool = False
    repeated: bool = False


def match(drafts: Sequence[Draft], stored: Stored, defaults: Defaults) -> list[Match]:
    """The unit and the parent of every line, in whatever order they come; what cannot be told is noted in its draft."""
    codes = [_code(draft, stored, defaults) for draft in drafts]
    borne = {pair: code for draft, code in zip(drafts, codes, strict=True) if code for pair in _pairs(draft)}
    matches = [_match(draft, code, stored, defaults, borne) for draft, code in zip(drafts, codes, strict=True)]
    taken = {code for code in codes if code is not None} | stored.units.keys()
    named = [item if item.code else _named(item, stored, defaults, taken) for item in matches]
    return list(_marked(named))


def _pairs(draft: Draft) -> list[Pair]:
    return [(scheme, value) for scheme, values in draft.identifiers.items() for value in values]


def _day(draft: Draft, stored: Stored, defaults: Defaults) -> date:
    return draft.day("valid_from") or defaults.valid_from or stored.today


def _code(draft: Draft, stored: Stored, defaults: Defaults) -> str | None:
    if (code := draft.text("code")) is not None:
        return code
    day = _day(draft, stored, defaults)
    bearers = (stored.bearer(scheme, value, day) for scheme, value in _pairs(draft))
    return next((code for code in bearers if code is not None), None)


def _match(draft: Draft, code: str | None, stored: Stored, defaults: Defaults, borne: dict[Pair, str]) -> Match:
    parent, scheme = draft.text("parent"), draft.parent_scheme
    if parent is None:
        return Match(draft, code, defaults.parent, "parent" in draft.said or defaults.parent is not None)
    if scheme is None:
        return Match(draft, code, parent, names_parent=True)
    found = borne.get((scheme, parent)) or stored.bearer(scheme, parent, _day(draft, stored, defaults))
    if found is None:
        draft.refuse("parent", "unknown_unit", f"There is no unit {called(parent, scheme)}.")
    return Match(draft, code, found, names_parent=True)


def _named(item: Match, stored: Stored, defaults: Defaults, taken: set[str]) -> Match:
    """The line with a placeholder for a code, where the caller asked for that and there is what to make it of."""
    pairs = _pairs(item.draft)
    if not pairs:
        item.draft.refuse("code", "missing", "The line has neither a code nor an identifier.")
        return item
    if not defaults.placeholder_codes:
        detail = f"No unit bears {' '.join(pairs[0])}: give its code, or allow --placeholder-codes for new units."
        item.draft.refuse("code", "code_missing", detail)
        return item
    if item.parent is None:
        item.draft.refuse(
            "parent", "missing", "A placeholder for a code is made of the parent's code: name the parent."
        )
        return item
    plain = f"{item.parent}.{pairs[0][1]}"
    # The unit that bore the identifier before may have taken the plain one.
    year = f"{plain}.{_day(item.draft, stored, defaults).year}"
    code = year if plain in taken else plain
    taken.add(code)
    return replace(item, code=code, made_up=True)


def _marked(matches: Sequence[Match]) -> Iterator[Match]:
    """The matches, those marked whose unit an earlier line speaks of."""
    lines: dict[str, int] = {}
    for item in matches:
        if item.code in lines:
            detail = f"Line {lines[item.code]} is of the unit '{item.code}' already."
            item.draft.refuse("code", "duplicate_unit", detail)
            yield replace(item, repeated=True)
            continue
        if item.code is not None:
            lines[item.code] = item.draft.line
        yield item
