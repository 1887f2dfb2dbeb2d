"""Lists of units as files. The names and the codes below the province are made up."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook

HEADER = ("Mã định danh", "Tên", "Cấp", "Đơn vị cha", "Mã đơn vị hành chính", "Hiệu lực từ")
PROVINCE = ("H61", "Tỉnh Vĩnh Long", "Tỉnh", "", "86", "2020-02-01")
WARD = ("H61.110", "Phường Một", "Phường", "H61", "29551", "2025-07-01")
VILLAGE = ("H61.111", "Xã Hai", "Xã", "H61", "00091", "2025-07-01")
LIST = (HEADER, WARD, VILLAGE, PROVINCE)  # the parent comes last


def csv_file(folder: Path, rows: Iterable[Sequence[str]], delimiter: str = ",", encoding: str = "utf-8") -> Path:
    """A CSV file of these rows."""
    path = folder / "list.csv"
    path.write_text("".join(delimiter.join(row) + "\n" for row in rows), encoding=encoding)
    return path


def xlsx_file(folder: Path, rows: Iterable[Sequence[Any]], *merged: str) -> Path:
    """A workbook of one sheet with these rows."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(list(row))
    for cells in merged:
        sheet.merge_cells(cells)
    path = folder / "list.xlsx"
    book.save(path)
    return path
