"""Lines of a list as values: what each says of a unit, before it is held against the units that are there."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from app.kernel.bare import bare
from app.units.importing.report import LineError
from app.units.importing.table import Cell, Row, Table, text_of
from app.units.service.identifiers import ADMINISTRATIVE

_APART = re.compile(r"[,;\s]+")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_FIRST = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
# What official lists say of a unit's level, for the levels that are there after migration.
_LEVEL_WORDS = {
    "province": ("tỉnh", "thành phố trung ương", "thành phố trực thuộc trung ương"),
    "department": ("sở", "ban", "ngành", "sở, ban, ngành"),
    "district": ("huyện", "quận", "thị xã", "thành phố", "thành phố thuộc tỉnh"),
    "commune": ("xã", "phường", "thị trấn", "đặc khu"),
}
_LEVELS = {bare(word): level for level, words in _LEVEL_WORDS.items() for word in words}
_DIGITS = {"province": 2, "district": 3, "commune": 5}


@dataclass(frozen=True, slots=True)
class Defaults:
    """What holds for every line that does not say it itself.

    `valid_from` is for units that are new. `placeholder_codes`: a new unit without a code gets one that is made up of
    its parent's code and its identifier, and marked by an identifier of the scheme `placeholder`.
    """

    level: str | None = None
    parent: str | None = None
    valid_from: date | None = None
    placeholder_codes: bool = False


@dataclass(slots=True)
class Draft:
    """One line. `said`: the fields that it has a value for, an empty one included; `columns`: headers by field.

    `broken`: the fields that have an error.
    """

    line: int
    columns: Mapping[str, str]
    said: dict[str, str | date | list[str] | None] = field(default_factory=dict)
    identifiers: dict[str, list[str]] = field(default_factory=dict)
    parent_scheme: str | None = None
    errors: list[LineError] = field(default_factory=list)
    broken: set[str] = field(default_factory=set)

    def text(self, name: str) -> str | None:
        """What a field of text says; None where the line says nothing of it, or leaves it empty."""
        value = self.said.get(name)
        return value if isinstance(value, str) else None

    def day(self, name: str) -> date | None:
        """What a date says."""
        value = self.said.get(name)
        return value if isinstance(value, date) else None

    def refuse(self, name: str, code: str, detail: str) -> None:
        """Note an error of the field. The first one of a field says enough."""
        if name not in self.broken:
            self.broken.add(name)
            self.errors.append(LineError(self.line, self.columns.get(name), code, detail))


def read_drafts(table: Table, defaults: Defaults, titles: Mapping[str, str]) -> list[Draft]:
    """The drafts of every line. `titles`: codes of the levels by their plain titles."""
    columns = {_name(item.name, item.scheme): table.headers[place] for place, item in table.fields.items()}
    drafts = [_draft(table, row, columns) for row in table.rows]
    for draft in drafts:
        _settle_level(draft, defaults, titles)
        _settle_zeros(draft)
    return drafts


def _name(name: str, scheme: str | None) -> str:
    return f"identifier:{scheme}" if name == "identifier" else name


def _draft(table: Table, row: Row, columns: Mapping[str, str]) -> Draft:
    draft = Draft(row.number, columns)
    for place, item in table.fields.items():
        cell = row.cells[place] if place < len(row.cells) else None
        if item.name == "identifier" and item.scheme is not None:
            draft.identifiers[item.scheme] = _parts(cell)
        elif item.name == "traits":
            draft.said["traits"] = _parts(cell)
        elif item.name in ("valid_from", "valid_to"):
            _read_day(draft, item.name, cell)
        else:
            draft.said[item.name] = text_of(cell) or None
        if item.name == "parent":
            draft.parent_scheme = item.scheme
    return draft


def _parts(cell: Cell) -> list[str]:
    return list(dict.fromkeys(part for part in _APART.split(text_of(cell)) if part))


def _read_day(draft: Draft, name: str, cell: Cell) -> None:
    text = text_of(cell)
    try:
        draft.said[name] = _day(cell, text) if text else None
    except ValueError:
        draft.refuse(name, "date_format", f"'{text}' is no date such as 2025-07-01 or 01/07/2025.")


def _day(cell: Cell, text: str) -> date:
    """A date of the spreadsheet, `2025-07-01`, or day first as Vietnamese lists write it: 01/07/2025. ValueError."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    if found := _ISO.fullmatch(text):
        return date(*map(int, found.groups()))
    if found := _DAY_FIRST.fullmatch(text):
        return date(*map(int, found.groups()[::-1]))
    raise ValueError(text)


def _settle_level(draft: Draft, defaults: Defaults, titles: Mapping[str, str]) -> None:
    said = draft.text("level")
    if said is None:
        draft.said.pop("level", None)
        if defaults.level is not None:
            draft.said["level"] = defaults.level
        return
    codes: Sequence[str] = [*titles.values()]
    draft.said["level"] = said if said in codes else titles.get(bare(said)) or _LEVELS.get(bare(said)) or said


def _settle_zeros(draft: Draft) -> None:
    """Administrative codes as numbers have lost their zeros: 91 is the commune 00091, 1 the province 01."""
    digits = _DIGITS.get(draft.text("level") or "")
    found = draft.identifiers.get(ADMINISTRATIVE)
    if found is not None:
        draft.identifiers[ADMINISTRATIVE] = [_padded(value, digits) for value in found]
    parent = draft.text("parent")
    if parent is not None and draft.parent_scheme == ADMINISTRATIVE:
        draft.said["parent"] = _padded(parent, None)


def _padded(value: str, digits: int | None) -> str:
    if not value.isdecimal():
        return value
    # No form has 1 or 4 digits, so these have lost one.
    return value.zfill(digits or {1: 2, 4: 5}.get(len(value), 0))
