"""Files that are no lists, or that would make the reader work without end."""

import io
import zipfile
from pathlib import Path

import pytest
from openpyxl import Workbook

from app.kernel.errors import InvalidError
from app.units.importing import files, parse_field, read_table, table
from tests.units.lists import LIST, csv_file, xlsx_file

HEAD = b"code,name\n"


def refusal(folder: Path, content: bytes) -> InvalidError:
    """Why a file with this content is not read."""
    path = folder / "list"
    path.write_bytes(content)
    with pytest.raises(InvalidError) as refused:
        read_table(path, {})
    return refused.value


@pytest.mark.parametrize(
    ("content", "code", "told"),
    [
        (b"", "header_not_found", "--map"),
        (b"\x00\x01\x02", "header_not_found", "--map"),
        (HEAD + "H61,Hồ Ô\n".encode("latin-1", "replace"), "unreadable_file", "line 2 is not UTF-8"),
        (HEAD + 'H61,"Vĩnh Long\n'.encode(), "unreadable_file", "line 2"),
        (HEAD + b"H61," + b"x" * 200_000, "unreadable_file", "line 2"),
        (b"PK\x03\x04 is not all", "unreadable_file", "sound workbook"),
        (b"name,name 2\nx,y\n", "header_not_found", "--map"),
        (b"code,name" + b",x" * 300 + b"\nH61,x\n", "too_many_columns", "200"),
    ],
)
def test_what_is_no_list_is_refused_in_one_sentence(tmp_path: Path, content: bytes, code: str, told: str) -> None:
    found = refusal(tmp_path, content)
    assert found.code == code
    assert told in found.detail
    assert "\n" not in found.detail


def test_a_file_above_its_limit_is_not_read(tmp_path: Path) -> None:
    assert refusal(tmp_path, b"x" * (files.LARGEST + 1)).code == "file_too_large"


def test_more_lines_than_a_country_has_are_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path, HEAD + b"H61,x\n" * (table.LONGEST + 1)).code == "too_many_lines"
    assert refusal(tmp_path, HEAD + b"\n" * 60_000).code == "too_many_lines"


def test_a_workbook_that_unpacks_to_far_more_than_it_is_is_not_unpacked(tmp_path: Path) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (files.LARGEST_UNPACKED + 1))
    assert len(packed.getvalue()) < 1_000_000
    assert refusal(tmp_path, packed.getvalue()).code == "file_too_large"


def test_a_workbook_with_entities_in_it_is_refused(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, LIST)
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(packed, "w") as changed:
        for member in archive.infolist():
            content = archive.read(member)
            if member.filename.endswith("workbook.xml"):
                content = bomb + content.partition(b"?>")[2] if content.startswith(b"<?xml") else bomb + content
            changed.writestr(member, content)
    assert refusal(tmp_path, packed.getvalue()).code == "unreadable_file"


def test_a_row_far_below_all_others_does_not_make_a_million_of_them(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["code", "name"])
    sheet.cell(1_048_576, 1, "H61")
    book.save(tmp_path / "far.xlsx")
    assert refusal(tmp_path, (tmp_path / "far.xlsx").read_bytes()).code == "too_many_lines"


def test_a_cell_far_to_the_right_does_not_make_thousands_of_columns(tmp_path: Path) -> None:
    rows: list[list[str | None]] = [["code", "name"], ["H61", "x", *[None] * 16_000, "y"]]
    assert refusal(tmp_path, xlsx_file(tmp_path, rows).read_bytes()).code == "too_many_columns"


def test_a_formula_is_read_as_its_value_and_refused_without_one(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, [("code", "name"), ("H61", '="Vĩnh"&" Long"')])
    found = refusal(tmp_path, path.read_bytes())
    assert (found.code, "row 2 holds a formula" in found.detail) == ("unreadable_file", True)
    packed = io.BytesIO()
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(packed, "w") as changed:
        for member in archive.infolist():
            content = archive.read(member).replace(b"<v></v>", b"<v>7</v>").replace(b"<v/>", b"<v>7</v>")
            changed.writestr(member, content.replace(b"<v />", b"<v>7</v>"))
    path.write_bytes(packed.getvalue())
    assert read_table(path, {}).rows[0].cells == ["H61", 7]


def test_lines_have_the_numbers_that_the_file_shows_them_by(tmp_path: Path) -> None:
    rows = [("code", "name"), ("H61", '"hai\ndòng"'), (), ("H62", "x")]
    assert [row.number for row in read_table(csv_file(tmp_path, rows), {}).rows] == [2, 5]


@pytest.mark.parametrize(
    ("header", "values", "field"),
    [
        ("Mã", ("H61", "H61.110"), "code"),
        ("Mã", ("86", "29551"), "identifier:mdvhc"),
        ("mã định danh", ("000.00.15.H61", "000.01.15.H61"), "identifier:qcvn-102"),
        ("MÃ ĐỊNH DANH ĐIỆN TỬ", ("H61", "000.01.15.H61"), "code"),
        ("Ma don vi hanh chinh", ("86", "87"), "identifier:mdvhc"),
        ("identifier:own-list", ("86", "87"), "identifier:own-list"),
        ("Identifier:MDVHC", ("86", "87"), "identifier:mdvhc"),
        ("code", ("86", "87"), "code"),
    ],
)
def test_a_header_is_told_by_its_words_and_a_bare_code_by_its_values(
    tmp_path: Path, header: str, values: tuple[str, str], field: str
) -> None:
    found = read_table(csv_file(tmp_path, [(header, "TÊN"), *((value, "x") for value in values)]), {})
    assert [item.key for item in found.fields.values()] == [field, "name"]


@pytest.mark.parametrize(
    ("header", "field"),
    [
        ("Tên đơn vị", "name"),
        ("cap", "level"),
        ("Đơn vị cha", "parent"),
        ("Đơn  vị cấp trên", "parent"),
        ("Mã tỉnh", "parent:mdvhc"),
        ("parent:mdvhc", "parent:mdvhc"),
        ("valid_from", "valid_from"),
        ("Ngày hiệu lực", "valid_from"),
        ("Đặc thù", "traits"),
    ],
)
def test_headers_are_known_with_and_without_marks(tmp_path: Path, header: str, field: str) -> None:
    found = read_table(csv_file(tmp_path, [("code", header), ("H61", "x")]), {})
    assert [item.key for item in found.fields.values()] == ["code", field]


@pytest.mark.parametrize("text", ["nam", "identifier", "identifier:", "identifier:Ô", "name:mdvhc", ""])
def test_what_is_no_field_is_refused_with_the_fields_there_are(text: str) -> None:
    with pytest.raises(InvalidError) as refused:
        parse_field(text)
    assert "identifier:SCHEME" in refused.value.detail
