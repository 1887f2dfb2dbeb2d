"""Index sets as files: the refusals of the API, offline and in a database."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cli.conftest import Dti
from tests.frameworks.documents import framework, leaf, node, ratio_leaf

SEED = Path(__file__).parents[2] / "seed" / "frameworks"
GIA_LAI, VINH_LONG = SEED / "gia-lai-province-1.yaml", SEED / "vinh-long-province-1.yaml"
HOLDS: dict[str, Any] = {"inputs": {"a": 4, "b": 10}, "points": 5}
NOWHERE = "postgresql://dti@127.0.0.1:1/dti"  # whoever connects fails


def with_example(example: dict[str, Any], **fields: Any) -> dict[str, Any]:
    ratio = ratio_leaf("1.1", 10, examples=[example])
    return framework(indicators=[node("1", 20, ratio, leaf("1.2", 10)), leaf("2", 10)], **fields)


def file(folder: Path, document: Any, name: str = "framework.yaml") -> str:
    """The path of a file with this document."""
    path = folder / name
    path.write_text(json.dumps(document) if name.endswith(".json") else yaml.safe_dump(document, allow_unicode=True))
    return str(path)


@pytest.mark.parametrize("name", ["framework.yaml", "framework.json"])
def test_a_document_that_is_right_passes_without_a_database(dti: Dti, tmp_path: Path, name: str) -> None:
    checked = dti("frameworks", "check", file(tmp_path, with_example(HOLDS), name), DATABASE_URL=NOWHERE)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert checked.stdout.endswith("trial-commune/1 is right: 4 nodes, 1 examples hold\n")


def test_every_refusal_of_every_file_is_told_with_code_and_pointer(dti: Dti, tmp_path: Path) -> None:
    files = [
        file(tmp_path, with_example(HOLDS), "right.yaml"),
        file(tmp_path, framework(max_points=31, provenance="oficial"), "shape.yaml"),
        file(tmp_path, framework(max_points=31, decision=None), "sums.yaml"),
        file(tmp_path, with_example({**HOLDS, "points": 6}), "example.yaml"),
    ]
    (tmp_path / "twice.yaml").write_text("code: a\ncode: b\n")
    (tmp_path / "bad.json").write_text("{")
    (tmp_path / "latin.yaml").write_bytes(b"code: \xe9")
    files += [str(tmp_path / name) for name in ("twice.yaml", "bad.json", "latin.yaml")]
    checked = dti("frameworks", "check", *files, DATABASE_URL=NOWHERE)
    assert checked.returncode == 1
    assert checked.stdout.count("\n") == 1  # the one that is right
    said = checked.stderr.replace(f"{tmp_path}/", "").splitlines()
    assert [line.split(": ")[:2] for line in said if line.startswith("  ")] == [
        ["  /provenance", "literal_error"],
        ["  /decision", "missing_field"],
        ["  /max_points", "points_do_not_add_up"],
        ["  /indicators/0/children/0/examples/0", "example_failed"],
    ]
    assert [line.split(": ")[:3] for line in said if line.startswith("dti")] == [
        ["dti", "shape.yaml", "validation_failed"],
        ["dti", "sums.yaml", "invalid_framework"],
        ["dti", "example.yaml", "example_failed"],
        ["dti", "twice.yaml", "unreadable_body"],
        ["dti", "bad.json", "unreadable_body"],
        ["dti", "latin.yaml", "unreadable_body"],
    ]
    assert "'code' is given twice" in checked.stderr
    assert "expected 6 points, got 5" in checked.stderr


def test_two_files_are_compared_without_a_database(dti: Dti) -> None:
    found = dti("frameworks", "diff", str(GIA_LAI), str(VINH_LONG), DATABASE_URL=NOWHERE)
    assert found.returncode == 0, found.stderr
    assert found.stdout.startswith("gia-lai-province/1 → vinh-long-province/1\n")
    assert found.stdout.count("(formula)") == 12
    assert "    Below the full mark of 0.2: v / 0.2 becomes v." in found.stdout
    as_json = dti("frameworks", "diff", str(GIA_LAI), str(VINH_LONG), "--json", DATABASE_URL=NOWHERE)
    assert json.loads(as_json.stdout)["counts"]["formula_changed"] == 12


def test_what_names_nothing_is_told_in_one_sentence(dti: Dti) -> None:
    for name in ("nowhere.yaml", "a/b/c", "A/1"):
        refused = dti("frameworks", "diff", str(GIA_LAI), name, DATABASE_URL=NOWHERE)
        assert (refused.returncode, refused.stderr.count("\n")) == (1, 1)
        assert refused.stderr.startswith(f"dti: '{name}' is neither")
    missing = dti("frameworks", "check", "nowhere.yaml", DATABASE_URL=NOWHERE)
    assert (missing.returncode, missing.stderr.count("\n")) == (1, 1)


async def test_a_document_is_loaded_once_and_comes_back_word_for_word(
    dti: Dti, tmp_path: Path, database_url: str
) -> None:
    def run(*arguments: str) -> str:
        done = dti("frameworks", *arguments, DATABASE_URL=database_url)
        assert (done.returncode, done.stderr) == (0, "")
        return done.stdout

    given = file(tmp_path, with_example(HOLDS))
    assert [run("load", given).split()[-1] for _ in range(2)] == ["created", "unchanged"]
    other = file(tmp_path, with_example(HOLDS, title="Khác"))
    assert run("load", other, "--publish").split()[-1] == "published"
    assert run("load", other, "--publish").split()[-1] == "unchanged"

    (tmp_path / "dumped.yaml").write_text(run("dump", "trial-commune/1", "--yaml"))
    (tmp_path / "dumped.json").write_text(run("dump", "trial-commune/1", "--json"))
    assert run("load", str(tmp_path / "dumped.yaml"), str(tmp_path / "dumped.json")).count("unchanged") == 2
    assert json.loads((tmp_path / "dumped.json").read_text()) == yaml.safe_load((tmp_path / "dumped.yaml").read_text())
    first = (tmp_path / "dumped.yaml").read_text().splitlines()[0]
    assert first.startswith("# yaml-language-server: $schema=")
    assert first.endswith("/openapi/framework.schema.json")
    assert run("dump", "trial-commune/1", "--schema", "https://x/y.json").startswith(
        "# yaml-language-server: $schema=https://x/y.json\ncode: trial-commune\n"
    )
    assert run("diff", "trial-commune/1", given).splitlines()[1].startswith("4 matched, 0 added, 0 removed")


async def test_what_the_services_refuse_is_told_and_nothing_is_loaded(
    dti: Dti, tmp_path: Path, database_url: str
) -> None:
    def run(*arguments: str, status: int) -> str:
        done = dti("frameworks", *arguments, DATABASE_URL=database_url)
        assert done.returncode == status, done.stderr
        return done.stderr

    published = file(tmp_path, with_example(HOLDS), "published.yaml")
    run("load", published, "--publish", status=0)
    wrong = [
        file(tmp_path, with_example(HOLDS, code="new"), "new.yaml"),
        file(tmp_path, with_example(HOLDS, title="Khác"), "changed.yaml"),
        file(tmp_path, with_example(HOLDS, code="far", level="galaxy"), "level.yaml"),
        file(tmp_path, with_example({**HOLDS, "points": 6}, code="failing"), "failing.yaml"),
    ]
    said = run("load", *wrong, "--publish", status=1).replace(f"{tmp_path}/", "")
    assert [line.split(": ")[1:3] for line in said.splitlines() if line.startswith("dti")] == [
        ["changed.yaml", "framework_not_draft"],
        ["level.yaml", "unknown_level"],
        ["failing.yaml", "example_failed"],
    ]
    assert "  /level: unknown_level: " in said
    assert run("dump", "new/1", status=1) == "dti: There is no framework 'new/1'.\n"
