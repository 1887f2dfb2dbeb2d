"""Imports of lists into a real database."""

import asyncio
import json
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.kernel.database import transaction
from app.kernel.errors import InvalidError
from app.units.importing import Defaults, Field, Report, import_units, read_table
from tests.units.lists import HEADER, LIST, PROVINCE, VILLAGE, WARD, csv_file, xlsx_file

PLAIN = Defaults()
Import = Callable[..., Awaitable[Report]]


@pytest.fixture
def load(app: FastAPI) -> Import:
    """Import a file into the application's database."""

    async def run(
        path: Path,
        defaults: Defaults = PLAIN,
        mapping: Mapping[str, Field] | None = None,
        *,
        dry_run: bool = False,
    ) -> Report:
        table = read_table(path, mapping or {})
        async with transaction(app.state.database) as session:
            return await import_units(session, "tests", table, defaults, dry_run=dry_run)

    return run


@pytest.fixture
def take(load: Import, tmp_path: Path) -> Callable[..., Awaitable[Report]]:
    """Import these rows as CSV."""

    async def run(*rows: Sequence[str], **options: Any) -> Report:
        return await load(csv_file(tmp_path, rows), **options)

    return run


Take = Callable[..., Awaitable[Report]]


def counts(report: Report) -> tuple[int, ...]:
    """Created, changed, unchanged, refused; they must add up to the lines."""
    lines, *outcomes = report.counts.values()
    assert sum(outcomes) == lines
    return tuple(outcomes)


def errors(report: Report) -> list[tuple[int, str | None, str]]:
    return [(error.line, error.column, error.code) for error in report.errors]


async def events(database_url: str) -> list[str]:
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT body::json ->> 'type' AS type FROM global_events ORDER BY sequence")
    await connection.close()
    return [row["type"] for row in rows]


async def test_a_list_becomes_units_whatever_the_order_of_its_lines(take: Take, admin: AsyncClient) -> None:
    report = await take(*LIST)
    assert (counts(report), report.errors) == ((3, 0, 0, 0), [])
    assert (await admin.get("/v1/units/H61.110")).json() == {
        "code": "H61.110",
        "name": "Phường Một",
        "level": "commune",
        "parent": "H61",
        "traits": [],
        "identifiers": [{"scheme": "mdvhc", "value": "29551"}],
        "valid_from": "2025-07-01",
        "valid_to": None,
        "revision": 1,
    }
    assert (await admin.get("/v1/units/00091?unit_scheme=mdvhc")).json()["code"] == "H61.111"
    assert (await admin.get("/v1/units?q=xa+hai")).json()["items"][0]["code"] == "H61.111"


async def test_the_same_list_again_changes_nothing_and_leaves_no_event(take: Take, database_url: str) -> None:
    await take(*LIST)
    assert await events(database_url) == ["units.imported"]
    again = await take(*LIST)
    assert counts(again) == (0, 0, 3, 0)
    assert await events(database_url) == ["units.imported"]


async def test_the_event_has_the_counts_and_every_unit_as_written(
    take: Take, admin: AsyncClient, database_url: str
) -> None:
    await take(*LIST)
    await take(HEADER, (*WARD[:1], "Phường Mới", *WARD[2:]), VILLAGE)
    connection = await asyncpg.connect(database_url)
    body = await connection.fetchval("SELECT body::json -> 'data' FROM global_events ORDER BY sequence DESC LIMIT 1")
    await connection.close()
    data = json.loads(body)
    assert data["counts"] == {"lines": 2, "created": 0, "changed": 1, "unchanged": 1, "refused": 0}
    assert data["changed"] == [(await admin.get("/v1/units/H61.110")).json()]
    assert (data["created"], data["source"]) == ([], "list.csv")


async def test_a_changed_line_corrects_the_unit_as_put_does(take: Take, admin: AsyncClient) -> None:
    await take(*LIST)
    report = await take(
        ("code", "name", "traits", "identifier:qcvn-102"),
        ("H61.110", "Phường Mới", "rural no-online", "000.01.15.H61"),
        ("H61.111", "Xã Hai", "", ""),
    )
    assert counts(report) == (0, 1, 1, 0)
    assert list(report.lines[0].fields) == ["name", "traits", "identifiers"]
    found = (await admin.get("/v1/units/H61.110")).json()
    assert (found["name"], found["revision"], found["parent"]) == ("Phường Mới", 2, "H61")
    assert (found["traits"], found["valid_from"]) == (["rural", "no-online"], "2025-07-01")
    assert [item["scheme"] for item in found["identifiers"]] == ["mdvhc", "qcvn-102"]
    sent = await admin.put("/v1/units/H61.110", json=found)
    assert sent.json() == found | {"revision": 3}
    cleared = await take(("code", "traits", "mdvhc"), ("H61.110", "", ""))
    assert list(cleared.lines[0].fields) == ["traits", "identifiers"]


async def test_one_broken_line_and_nothing_is_written_and_every_lines_errors_are_told(
    take: Take, admin: AsyncClient, database_url: str
) -> None:
    report = await take(
        HEADER,
        WARD,
        ("h61.111", "", "Thôn", "H99", "295511", "31/02/2025"),
        ("H61.112", "Xã Ba", "Xã", "H61.112", "29551", "2025-07-01"),
        WARD,
        PROVINCE,
    )
    assert counts(report) == (2, 0, 0, 3)
    assert errors(report) == [
        (3, "Mã định danh", "string_pattern_mismatch"),
        (3, "Tên", "blank"),
        (3, "Cấp", "unknown_level"),
        (3, "Đơn vị cha", "unknown_unit"),
        (3, "Mã đơn vị hành chính", "invalid_identifier"),
        (3, "Hiệu lực từ", "date_format"),
        (4, "Đơn vị cha", "unit_under_itself"),
        (4, "Mã đơn vị hành chính", "identifier_in_use"),
        (5, "Mã định danh", "duplicate_unit"),
    ]
    assert "'H61.110' (line 2)" in report.errors[-2].detail
    assert "Line 2" in report.errors[-1].detail
    assert (await admin.get("/v1/units")).json()["items"] == []
    assert await events(database_url) == []


async def test_references_that_lead_nowhere_are_told_by_line_and_column(take: Take) -> None:
    wrong = ("H61.112", "Xã Ba", "Thôn", "H99", "295511", "2025-07-01")
    assert errors(await take(HEADER, PROVINCE, wrong)) == [
        (3, "Cấp", "unknown_level"),
        (3, "Đơn vị cha", "unknown_unit"),
        (3, "Mã đơn vị hành chính", "invalid_identifier"),
    ]
    ended = await take(("code", "name", "cấp", "valid_from", "valid_to"), ("H1", "A", "xã", "2025-01-02", "2025-01-01"))
    assert errors(ended) == [(2, "valid_to", "dates_out_of_order")]


async def test_a_dry_run_reports_and_writes_nothing(take: Take, admin: AsyncClient) -> None:
    report = await take(*LIST, dry_run=True)
    assert counts(report) == (3, 0, 0, 0)
    assert (await admin.get("/v1/units")).json()["items"] == []


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
async def test_a_csv_file_is_read_with_any_delimiter_and_mark(
    load: Import, tmp_path: Path, delimiter: str, encoding: str
) -> None:
    rows = [("Danh sách đơn vị",), (), *LIST[:2], ("", " ", "", "", "", ""), *LIST[2:]]
    quoted = [[f'"{cell}"' for cell in row] for row in rows]
    report = await load(csv_file(tmp_path, quoted, delimiter, encoding))
    assert counts(report) == (3, 0, 0, 0)
    assert [line.line for line in report.lines] == [4, 6, 7]


async def test_a_workbook_is_read_with_titles_numbers_and_dates(
    load: Import, tmp_path: Path, admin: AsyncClient
) -> None:
    rows = [
        ("DANH MỤC ĐƠN VỊ", None, None, None, None, None),
        HEADER,
        ("H61.110", "Phường Một", "Phường", "H61", 29551, datetime(2025, 7, 1)),  # noqa: DTZ001 - a spreadsheet's
        (None,) * 6,
        ("H61.111", "Xã Hai", "Xã", "H61", 91.0, date(2025, 7, 1)),
        ("H61", "Tỉnh Vĩnh Long", "Tỉnh", None, 86, "01/02/2020"),
        ("H01", "Tỉnh Một", "Tỉnh", None, 1, "01/02/2020"),
    ]
    report = await load(xlsx_file(tmp_path, rows, "A1:F1"))
    assert (counts(report), report.errors) == ((4, 0, 0, 0), [])
    assert [line.line for line in report.lines] == [3, 5, 6, 7]
    found = (await admin.get("/v1/units/00091?unit_scheme=mdvhc")).json()
    assert (found["code"], found["valid_from"]) == ("H61.111", "2025-07-01")
    assert (await admin.get("/v1/units/01?unit_scheme=mdvhc")).json()["valid_from"] == "2020-02-01"
    assert counts(await load(csv_file(tmp_path, LIST))) == (0, 0, 3, 0)


async def test_a_column_that_says_nothing_is_mapped_and_others_are_told(take: Take, admin: AsyncClient) -> None:
    rows = (("Ký hiệu", "Tên", "Cấp", "Diện tích"), ("H61", "Vĩnh Long", "tỉnh", "1500"))
    report = await take(
        *rows, mapping={"ký hiệu": Field("code"), "Cấp": Field("ignore")}, defaults=Defaults("province")
    )
    assert counts(report) == (1, 0, 0, 0)
    assert report.unused_columns == ["Cấp", "Diện tích"]


@pytest.mark.parametrize(
    ("header", "mapping", "code"),
    [
        (("Ký hiệu", "Tên"), {}, "header_not_found"),
        (("code", "tên"), {"cấp": Field("level")}, "column_not_found"),
        (("code", "tên", "name"), {}, "column_repeated"),
    ],
)
async def test_a_header_that_makes_no_list_is_refused(
    take: Take, header: Sequence[str], mapping: Mapping[str, Field], code: str
) -> None:
    with pytest.raises(InvalidError) as refused:
        await take(header, ["H61"] * len(header), mapping=mapping)
    assert refused.value.code == code


async def test_lines_without_codes_are_known_by_their_identifier(take: Take, admin: AsyncClient) -> None:
    await take(*LIST)
    report = await take(
        ("Mã", "Tên", "Mã tỉnh"), ("29551", "Phường Mới", "86"), ("91", "Xã Hai", "86"), defaults=Defaults("commune")
    )
    assert [(line.unit, line.outcome) for line in report.lines] == [("H61.110", "changed"), ("H61.111", "unchanged")]
    stranger = await take(("Mã", "Tên"), ("29602", "Phường Ba"))
    assert errors(stranger) == [(2, None, "code_missing")]


async def test_new_units_without_codes_get_placeholders_that_are_marked(take: Take, admin: AsyncClient) -> None:
    await take(*LIST)
    rows = (("Mã", "Tên", "Mã tỉnh"), ("29602", "Phường Ba", "86"), ("29603", "Phường Bốn", "87"))
    options = {"defaults": Defaults("commune", placeholder_codes=True, valid_from=date(2025, 7, 1))}
    refused = await take(*rows, **options)
    assert errors(refused)[0] == (3, "Mã tỉnh", "unknown_unit")
    for outcome in ("created", "unchanged"):
        report = await take(*rows[:2], **options)
        assert [(line.unit, line.outcome) for line in report.lines] == [("H61.29602", outcome)]
    found = (await admin.get("/v1/units/29602?unit_scheme=mdvhc")).json()
    assert {"scheme": "placeholder", "value": "H61.29602"} in found["identifiers"]
    assert (found["parent"], found["valid_from"]) == ("H61", "2025-07-01")


async def test_an_identifier_of_a_unit_that_has_ended_passes_to_a_line_that_begins_then(
    take: Take, admin: AsyncClient
) -> None:
    header = ("code", "name", "level", "mdvhc", "valid_from", "valid_to")
    old = ("H61.29551", "Phường cũ", "commune", "29551", "2020-02-01", "2025-07-01")
    new = ("H61.110", "Phường mới", "commune", "29551", "2025-07-01", "")
    assert counts(await take(header, new, old)) == (2, 0, 0, 0)
    assert counts(await take(header, old, new)) == (0, 0, 2, 0)
    named = "/v1/units/29551?unit_scheme=mdvhc"
    assert (await admin.get(named)).json()["code"] == "H61.110"
    assert (await admin.get(f"{named}&valid_on=2025-06-30")).json()["code"] == "H61.29551"
    third = ("H61.112", "Phường ba", "commune", "29551", "2025-08-01", "")
    report = await take(header, third)
    assert errors(report) == [(2, "mdvhc", "identifier_in_use")]
    assert "'H61.110' bears mdvhc 29551" in report.errors[0].detail


async def test_two_units_exchange_identifiers_in_one_list(take: Take, admin: AsyncClient) -> None:
    await take(*LIST)
    swapped = await take(("code", "mdvhc"), ("H61.110", "00091"), ("H61.111", "29551"))
    assert counts(swapped) == (0, 2, 0, 0)
    assert (await admin.get("/v1/units/29551?unit_scheme=mdvhc")).json()["code"] == "H61.111"


async def test_no_list_closes_a_circle(take: Take, tree: AsyncClient) -> None:
    report = await take(("code", "parent"), ("H61", "H20"), ("H20", "H61.S01"))
    assert errors(report) == [(2, "parent", "unit_under_itself"), (3, "parent", "unit_under_itself")]
    assert (await tree.get("/v1/units/H61")).json()["parent"] is None


async def test_a_list_corrects_the_version_of_today_and_no_day_that_a_reorganisation_set(
    take: Take, tree: AsyncClient, database_url: str
) -> None:
    renamed = {"code": "H61.S01", "name": "Văn phòng mới", "level": "department", "parent": "H61"}
    document = {
        "effective_on": "2024-01-01",
        "decision": {"number": "1/QĐ", "date": "2023-12-01", "issuer": "UBND tỉnh"},
        "changes": [{"kind": "rename", "predecessors": ["H61.S01"], "successors": [renamed]}],
    }
    answer = await tree.post("/v1/units/reorganisations", json=document)
    assert answer.status_code == 201, answer.text
    for day, code in (("2023-01-01", "versions_overlap"), ("2024-02-01", "set_by_reorganisation")):
        report = await take(("code", "valid_from"), ("H61.S01", day))
        assert errors(report) == [(2, "valid_from", code)]
        put = await tree.put("/v1/units/H61.S01", json=renamed | {"valid_from": day})
        assert (put.status_code, put.json()["code"]) == (409, code)
    assert counts(await take(("code", "name"), ("H61.S01", "Văn phòng tỉnh"))) == (0, 1, 0, 0)
    connection = await asyncpg.connect(database_url)
    body = await connection.fetchval("SELECT body::json -> 'data' FROM global_events ORDER BY sequence DESC LIMIT 1")
    await connection.close()
    assert json.loads(body)["changed"] == [(await tree.get("/v1/units/H61.S01")).json()]
    before = await tree.get("/v1/units/H61.S01?valid_on=2023-12-31")
    assert (before.json()["name"], before.json()["valid_from"]) == ("Văn phòng", "2020-02-01")
    assert (await tree.get("/v1/units/H61.S01")).json()["name"] == "Văn phòng tỉnh"


async def test_a_list_waits_for_a_writer_and_sees_what_it_wrote(
    load: Import, tmp_path: Path, tree: AsyncClient, database_url: str
) -> None:
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock(7101)")
        waiting = asyncio.ensure_future(load(csv_file(tmp_path, [("code", "traits"), ("H61", "rural")])))
        while not await other.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not waiting.done()
            await asyncio.sleep(0.01)
        await other.execute("UPDATE unit_versions SET name = 'Tên khác' FROM units WHERE id = unit_id AND code = 'H61'")
    await other.close()
    assert counts(await waiting) == (0, 1, 0, 0)
    found = (await tree.get("/v1/units/H61")).json()
    assert (found["name"], found["traits"], found["revision"]) == ("Tên khác", ["rural"], 2)


async def test_a_list_of_the_whole_country_is_imported_in_seconds(take: Take, database_url: str) -> None:
    header = ("code", "name", "level", "parent", "mdvhc", "valid_from")
    provinces = [(f"H{n:02}", f"Tỉnh {n}", "province", "", f"{n:02}", "2020-01-01") for n in range(34)]
    communes = [
        (f"H{n % 34:02}.{n}", f"Xã {n}", "commune", f"H{n % 34:02}", f"{n:05}", "2025-07-01") for n in range(1, 3322)
    ]
    for expected in ((3355, 0, 0, 0), (0, 0, 3355, 0), (0, 3321, 0, 0)):
        rows: Iterable[Sequence[str]] = [header, *communes, *provinces]
        if expected[1]:
            rows = [header, *((code, f"{name} mới", *rest) for code, name, *rest in communes)]
        started = time.monotonic()
        assert counts(await take(*rows)) == expected
        assert time.monotonic() - started < 25
    assert await events(database_url) == ["units.imported"] * 2
