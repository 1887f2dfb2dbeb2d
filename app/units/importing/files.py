"""Lists as CSV or XLSX files, within bounds: what a file can make the reader do is known before it is read."""

import csv
import io
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import cast

from app.kernel.errors import InvalidError
from app.units.importing.columns import Field
from app.units.importing.table import LONGEST, WIDEST, Cell, Row, Table, understand

LARGEST = 20_000_000
LARGEST_UNPACKED = 200_000_000
_ROWS_READ = LONGEST + 1_000  # titles, the header and empty lines between are no lines of the list

# Besides what openpyxl itself raises of a damaged workbook. SyntaxError is the XML parser's.
_DAMAGED = (SyntaxError, EOFError, zipfile.BadZipFile, zlib.error)


def read_table(path: Path, mapping: Mapping[str, Field]) -> Table:
    """The list that a file holds. CSV is UTF-8 with `,` or `;`; of a workbook it is the first sheet.

    InvalidError `file_too_large`, `unreadable_file`, and as `understand`. OSError when there is no such file.
    """
    with path.open("rb") as file:
        content = file.read(LARGEST + 1)
    if len(content) > LARGEST:
        raise InvalidError("file_too_large", f"{path.name} is larger than {LARGEST} bytes.")
    rows = read_xlsx(path.name, content) if content.startswith(b"PK\x03\x04") else read_csv(path.name, content)
    return understand(path.name, rows, mapping)


def read_csv(name: str, content: bytes) -> list[Row]:
    """Every line of a CSV file, numbered as an editor does."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _unreadable(name, f"line {line} is not UTF-8: save it as “CSV UTF-8”.") from None
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    rows: list[Row] = []
    start = 1
    try:
        for cells in reader:
            _refuse_longer(name, len(rows))
            rows.append(Row(start, [cell.strip() or None for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise _unreadable(name, f"line {start}: {error}.") from None
    return rows


def _delimiter(text: str) -> str:
    """What parts the most cells in the first lines outside quotes."""
    outside = "".join(text[:10_000].split('"')[::2])
    return max(",;\t", key=outside.count)


def read_xlsx(name: str, content: bytes) -> list[Row]:
    """Every row of a workbook's first sheet; of formulas the values that were stored with them."""
    _refuse_bomb(name, content)
    try:
        rows, formulas = _sheet(name, content, data_only=False)
        if not formulas:
            return rows
        rows, _ = _sheet(name, content, data_only=True)
    except (LookupError, ValueError, TypeError, AttributeError, *_DAMAGED) as error:
        raise _unreadable(name, f"it is no sound workbook ({type(error).__name__}).") from error
    for number, place in formulas:
        cells = rows[number - 1].cells
        if place >= len(cells) or cells[place] is None:
            raise _unreadable(name, f"row {number} holds a formula without its value: save it in a spreadsheet.")
    return rows


def _sheet(name: str, content: bytes, *, data_only: bool) -> tuple[list[Row], list[tuple[int, int]]]:
    """The rows, and the places of formulas by row number and column; with `data_only` their values stand there."""
    # Imported here: the rest of the command line does not need it.
    from openpyxl import load_workbook  # noqa: PLC0415

    sheet = load_workbook(io.BytesIO(content), read_only=True, data_only=data_only).worksheets[0]
    rows: list[Row] = []
    formulas: list[tuple[int, int]] = []
    for number, cells in enumerate(sheet.iter_rows(), start=1):
        _refuse_longer(name, len(rows))
        rows.append(Row(number, _trimmed(name, [cast("Cell", cell.value) for cell in cells])))
        formulas += [(number, place) for place, cell in enumerate(cells) if cell.data_type == "f"]
    return rows, formulas


def _trimmed(name: str, cells: list[Cell]) -> list[Cell]:
    """Without the empty cells at the end, of which a sheet may have thousands in every row."""
    while cells and cells[-1] is None:
        cells.pop()
    if len(cells) > WIDEST:
        raise InvalidError("too_many_columns", f"{name}: a list has at most {WIDEST} columns.")
    return cells


def _refuse_longer(name: str, rows: int) -> None:
    if rows >= _ROWS_READ:
        raise InvalidError("too_many_lines", f"{name} has more than {_ROWS_READ} lines.")


def _refuse_bomb(name: str, content: bytes) -> None:
    """Refuse what would unpack to far more than it is; no member unpacks to more than its entry says."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            unpacked = sum(member.file_size for member in archive.infolist())
    except zipfile.BadZipFile as error:
        raise _unreadable(name, "it is no sound workbook.") from error
    if unpacked > LARGEST_UNPACKED:
        raise InvalidError("file_too_large", f"{name} would unpack to more than {LARGEST_UNPACKED} bytes.")


def _unreadable(name: str, reason: str) -> InvalidError:
    return InvalidError("unreadable_file", f"{name} cannot be read: {reason}")
