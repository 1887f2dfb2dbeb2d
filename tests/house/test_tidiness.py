"""What the house promises of its files."""

import ast
import json
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from app.settings import Settings

_HOME = Path(__file__).parents[2]
_LONGEST_FILE = 250
_LONGEST_FUNCTION = 50
_MARKS = re.compile(r"\b(" + "|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X"]) + r")\b")
_MACHINES = re.compile(
    "|".join(
        [
            r"(?<![\w.])/(wo" + r"rk|ro" + r"ot|home/\w+|Users/\w+)/",
            "pypi" + r"\.org",
            "python" + "hosted",
            "npm" + r"js\.",
        ]
    )
)


def _tracked() -> Iterator[tuple[str, str]]:
    """Every text file of the repository: those that are committed and those about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=_HOME,
        capture_output=True,
        text=True,
        check=True,
    )
    for name in filter(None, listed.stdout.split("\0")):
        path = _HOME / name
        if path.is_file() and b"\0" not in (content := path.read_bytes()):
            yield name, content.decode()


def _functions(text: str) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name, (node.end_lineno or 0) - node.lineno + 1


def _code() -> Iterator[tuple[str, str]]:
    for name, text in _tracked():
        if name.endswith(".py") and name.startswith(("app/", "bench/")):
            yield name, text


def test_no_file_of_the_application_is_longer_than_250_lines() -> None:
    assert [name for name, text in _code() if text.count("\n") > _LONGEST_FILE] == []


def test_no_function_of_the_application_is_longer_than_50_lines() -> None:
    long = [
        f"{name}:{function} {size}"
        for name, text in _code()
        for function, size in _functions(text)
        if size > _LONGEST_FUNCTION
    ]
    assert long == []


def test_nothing_is_left_for_later() -> None:
    assert [name for name, text in _tracked() if _MARKS.search(text)] == []


def test_no_file_names_a_machine_or_a_package_registry() -> None:
    assert [name for name, text in _tracked() if _MACHINES.search(text)] == []


def test_lock_files_have_a_hash_for_everything_and_no_address() -> None:
    locks = {"requirements.lock": 30, "requirements-dev.lock": 60, "tools/requirements.lock": 20, "tools/node.lock": 1}
    for name, least in locks.items():
        text = (_HOME / name).read_text()
        pins = re.findall(r"^[a-z0-9._-]+==.*", text, re.MULTILINE)
        assert len(pins) >= least
        assert all(pin.endswith("\\") for pin in pins), "a pin without a hash"
        assert not re.search(r"https?://|file:|--(index-url|extra-index-url|find-links)", text)


def test_the_lock_file_of_node_has_a_hash_for_everything_and_no_address() -> None:
    packages = json.loads((_HOME / "tools" / "package-lock.json").read_text())["packages"]
    installed = [package for place, package in packages.items() if place.startswith("node_modules/")]
    assert len(installed) > 100
    assert all(package["integrity"].startswith("sha512-") for package in installed)
    assert not any("resolved" in package for package in installed)


def _variables() -> Iterator[str]:
    for name, field in Settings.model_fields.items():
        yield str(field.validation_alias or f"DTI_{name.upper()}")


def test_every_setting_is_in_the_example_file() -> None:
    text = (_HOME / ".env.example").read_text()
    assert [name for name in _variables() if not re.search(rf"^#?{name}=", text, re.MULTILINE)] == []


def test_the_example_file_has_no_setting_that_does_not_exist() -> None:
    named = re.findall(r"^#?([A-Z_]+)=", (_HOME / ".env.example").read_text(), re.MULTILINE)
    assert set(named) <= set(_variables())


def test_every_setting_is_in_the_readme() -> None:
    text = (_HOME / "README.md").read_text()
    assert [name for name in _variables() if f"`{name}`" not in text] == []


def test_the_settings_of_the_example_file_are_the_defaults() -> None:
    lines = (_HOME / ".env.example").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if re.match(r"[A-Z_]+=", line))
    for name, field in Settings.model_fields.items():
        variable = str(field.validation_alias or f"DTI_{name.upper()}")
        if variable in given:
            assert given[variable] == ("" if field.default is None else str(field.default)), variable
