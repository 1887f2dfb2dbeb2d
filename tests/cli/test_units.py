"""`dti units import` on a real command line."""

import asyncio
import json
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from tests.cli.conftest import Dti
from tests.units.lists import HEADER, LIST, PROVINCE, VILLAGE, WARD, csv_file, xlsx_file

needs_places = pytest.mark.skipif(
    find_spec("vietnam_provinces") is None, reason="the extra `provinces` is not installed"
)
without_places = pytest.mark.skipif(find_spec("vietnam_provinces") is not None, reason="the extra is installed")


@pytest.fixture(scope="module", autouse=True)
def _seeded(dti: Dti) -> None:
    assert dti("migrate").returncode == 0
    assert dti("seed").returncode == 0


def told(answer: subprocess.CompletedProcess[str], code: int = 0) -> dict[str, Any]:
    """The report in JSON, of a command that ends with `code`."""
    assert answer.returncode == code, answer.stderr
    return dict(json.loads(answer.stdout))


def counted(report: dict[str, Any]) -> tuple[int, int, int, int]:
    counts = report["counts"]
    found = tuple(counts[name] for name in ("created", "changed", "unchanged", "refused"))
    assert counts["lines"] == sum(found) == len(report["lines"])
    return found


def test_a_file_is_imported_once_and_again(dti: Dti, tmp_path: Path) -> None:
    # The real H61 is in the seed: here a province of another number.
    rows = [
        HEADER,
        *(
            (code.replace("H61", "H99"), name, level, parent.replace("H61", "H99"), mdvhc, day)
            for code, name, level, parent, mdvhc, day in (
                (*WARD[:4], "39551", WARD[5]),
                (*VILLAGE[:4], "191", VILLAGE[5]),
                (*PROVINCE[:4], "99", PROVINCE[5]),
            )
        ),
    ]
    path = xlsx_file(tmp_path, rows)
    dry = told(dti("units", "import", str(path), "--dry-run", "--json"))
    assert (counted(dry), dry["dry_run"], dry["status"]) == ((3, 0, 0, 0), True, "success")
    first = told(dti("units", "import", str(path), "--json"))
    assert counted(first) == (3, 0, 0, 0)
    assert [(line["line"], line["unit"]) for line in first["lines"]] == [(2, "H99.110"), (3, "H99.111"), (4, "H99")]
    assert counted(told(dti("units", "import", str(path), "--json"))) == (0, 0, 3, 0)
    assert counted(told(dti("units", "import", str(csv_file(tmp_path, rows)), "--json"))) == (0, 0, 3, 0)
    verified = dti("audit", "verify")
    assert verified.returncode == 0, verified.stdout


def test_a_broken_second_line_writes_nothing_and_every_lines_error_is_listed(dti: Dti, tmp_path: Path) -> None:
    rows = [
        ("code", "name", "level", "parent"),
        ("H61.901", "Phường Một", "commune", "H61"),
        ("h61.902", "", "commune", "H00"),
        ("H61.903", "Phường Ba", "thôn", "H61"),
    ]
    path = str(csv_file(tmp_path, rows, ";"))
    refused = told(dti("units", "import", path, "--json"), 1)
    assert (counted(refused), refused["status"]) == ((1, 0, 0, 2), "refused")
    assert [(error["line"], error["column"], error["code"]) for error in refused["errors"]] == [
        (3, "code", "string_pattern_mismatch"),
        (3, "name", "blank"),
        (3, "parent", "unknown_unit"),
        (4, "level", "unknown_level"),
    ]
    spoken = dti("units", "import", path)
    assert spoken.returncode == 1
    assert "line 4, column “level”\trefused\tunknown_level: There is no level 'thôn'." in spoken.stdout
    assert spoken.stdout.splitlines()[-1] == (
        "list.csv\t3 lines, 1 created, 0 changed, 0 unchanged, 2 refused; nothing was written"
    )
    good = csv_file(tmp_path, [rows[0], rows[1]])
    assert counted(told(dti("units", "import", str(good), "--dry-run", "--json"))) == (1, 0, 0, 0)


def test_options_say_what_lines_and_headers_leave_out(dti: Dti, tmp_path: Path) -> None:
    path = str(csv_file(tmp_path, [("Ký hiệu", "Tên"), ("H61.910", "Phường Mười")]))
    options = ("--map", "Ký hiệu=code", "--level", "commune", "--parent", "H61", "--valid-from", "2025-07-01")
    assert counted(told(dti("units", "import", path, *options, "--json"))) == (1, 0, 0, 0)
    assert counted(told(dti("units", "import", path, "--map", "Ký hiệu=code", "--json"))) == (0, 0, 1, 0)


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        ((), 2, "Give a FILE or --province"),
        (("list.csv", "--province", "86"), 2, "Give a FILE or --province"),
        (("no-such-file.csv",), 1, "dti: "),
        (("{path}", "--map", "x"), 2, "is not COLUMN=FIELD"),
        (("{path}", "--map", "x=unknown"), 1, "dti: 'unknown' is no field of a unit."),
        (("{path}", "--map", "x=name"), 1, "dti: There is no column 'x' to map."),
        (("{path}", "--valid-from", "1/7/2025"), 2, "is no date such as"),
    ],
)
def test_a_command_that_cannot_be_meant_is_refused(
    dti: Dti, tmp_path: Path, arguments: tuple[str, ...], code: int, sentence: str
) -> None:
    path = str(csv_file(tmp_path, LIST))
    refused = dti("units", "import", *(path if argument == "{path}" else argument for argument in arguments))
    assert refused.returncode == code
    assert sentence in refused.stderr
    assert "Traceback" not in refused.stderr
    assert refused.stdout == ""


@without_places
def test_without_the_list_of_places_it_is_said_how_to_get_it(dti: Dti) -> None:
    refused = dti("units", "import", "--province", "86", "--json")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("dti: The list of places is the package vietnam-provinces, which is not installed")
    assert refused.stderr.count("\n") == 1


@needs_places
def test_a_province_is_imported_from_the_list_of_places(dti: Dti) -> None:
    report = told(dti("units", "import", "--province", "86", "--json"))
    assert counted(report)[0] == len(report["lines"]) == 124
    # Codes that communes abolished in 2025 bore go to new ones, whose placeholders step aside.
    assert {"H61.29551.2025", "H61.29602.2025"} <= {line["unit"] for line in report["lines"]}
    assert counted(told(dti("units", "import", "--province", "86", "--json"))) == (0, 0, 124, 0)
    unknown = dti("units", "import", "--province", "99")
    assert (unknown.returncode, unknown.stderr) == (
        1,
        "dti: The package vietnam-provinces has no province '99'.\n",
    )
    nobody = told(dti("units", "import", "--province", "79", "--json"), 1)
    assert {error["code"] for error in nobody["errors"]} == {"unknown_unit"}


async def test_an_import_that_another_writer_keeps_waiting_is_told_in_one_sentence(
    dti: Dti, tmp_path: Path, database_url: str
) -> None:
    other = await asyncpg.connect(database_url)
    async with other.transaction():
        await other.execute("SELECT pg_advisory_xact_lock(7101)")
        path = str(csv_file(tmp_path, LIST))
        refused = await asyncio.to_thread(dti, "units", "import", path, DATABASE_URL=database_url)
    await other.close()
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr == "dti: Another write was in the way. Send the request again.\n"
