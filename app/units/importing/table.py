"""A list of units before it is understood: a header, and lines of cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from app.kernel.errors import InvalidError
from app.units.importing.columns import Field, assign

Cell = str | int | float | bool | date | datetime | None
"""A cell as its file has it; None for an empty one."""

HEADER_LINES = 30
LONGEST = 50_000
WIDEST = 200


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a list, by the number at which its file shows it (from 1)."""

    number: int
    cells: Sequence[Cell]


@dataclass(frozen=True)
class Table:
    """The lines of a list below its header. `fields`: what a column means, by its place; `unused`: other headers."""

    name: str
    headers: Sequence[str]
    fields: Mapping[int, Field]
    unused: Sequence[str]
    rows: Sequence[Row]


def understand(name: str, rows: Sequence[Row], mapping: Mapping[str, Field]) -> Table:
    """The table below the first line whose cells name columns; titles above it, and empty lines, are passed over.

    `mapping` has fields by header, for columns whose header says nothing. InvalidError `header_not_found`,
    `column_not_found`, `column_repeated`, `too_many_lines`, `too_many_columns`.
    """
    filled = [row for row in rows if any(text_of(cell) for cell in row.cells)]
    for place, row in enumerate(filled[:HEADER_LINES]):
        headers = [text_of(cell) for cell in row.cells]
        body = filled[place + 1 :]
        fields = assign(headers, [[text_of(cell) for cell in line.cells] for line in body], mapping)
        if fields:
            _refuse_size(headers, body)
            unused = [text for index, text in enumerate(headers) if text and index not in fields]
            return Table(name, headers, fields, unused, body)
    detail = (
        f"{name}: none of the first lines is a header with a code or an identifier and one more column, such as "
        "“Mã định danh” and “Tên”; name the columns with --map COLUMN=FIELD."
    )
    raise InvalidError("header_not_found", detail)


def text_of(cell: Cell) -> str:
    """A cell as text: whole numbers without a point, what is empty as nothing."""
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).strip()


def _refuse_size(headers: Sequence[str], rows: Sequence[Row]) -> None:
    if len(headers) > WIDEST:
        raise InvalidError("too_many_columns", f"A list has at most {WIDEST} columns.")
    if len(rows) > LONGEST:
        raise InvalidError("too_many_lines", f"A list has at most {LONGEST} lines.")
