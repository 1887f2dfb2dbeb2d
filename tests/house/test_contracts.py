"""Who may import whom: the contracts hold, and every one of them catches what it is for."""

import ast
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

_HOME = Path(__file__).parents[2]
_NOT_FOR_THE_ENGINE = {"random", "time", "datetime", "os", "asyncio", "logging"}

# Where, what is planted there, and the line of the report that shows it was seen.
_PLANTS = (
    ("kernel/planted.py", "import app.units.models", "app.kernel.planted -> app.units.models"),
    ("settings.py", "import app.kernel.database", "app.settings -> app.kernel.database"),
    ("frameworks/models.py", "import app.units.models", "app.frameworks.models -> app.units.models"),
    ("postgres/planted.py", "import app.kernel.errors", "app.postgres.planted -> app.kernel.errors"),
    ("cli/planted.py", "import app.main", "app.cli.planted -> app.main"),
    ("utils/__init__.py", "", "app.utils"),
    ("periods/models.py", "import app.periods.service", "app.periods.models -> app.periods.service"),
    ("periods/repository.py", "import app.periods.service", "app.periods.repository -> app.periods.service"),
    ("periods/service.py", "import fastapi", "app.periods.service -> fastapi"),
    ("scores/planted.py", "from starlette import status", "app.scores.planted -> starlette"),
    ("scoring/planted.py", "import sqlalchemy", "app.scoring.planted -> sqlalchemy"),
)


def _lint(folder: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).with_name("lint-imports")
    environment = {**os.environ, "PYTHONPATH": str(folder), "COLUMNS": "200", "NO_COLOR": "1"}
    return subprocess.run(
        [program, "--no-cache", "--config", str(folder / "pyproject.toml")],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    shutil.copytree(_HOME / "app", tmp_path / "app", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(_HOME / "pyproject.toml", tmp_path)
    return tmp_path


def _plant(folder: Path, name: str, line: str) -> None:
    path = folder / "app" / name
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(f"\n{line}\n")


def test_the_contracts_hold() -> None:
    report = _lint(_HOME)
    assert report.returncode == 0, report.stdout
    assert "4 kept, 0 broken" in report.stdout


def test_every_contract_catches_what_is_planted_against_it(copy: Path) -> None:
    for name, line, _ in _PLANTS:
        _plant(copy, name, line)
    report = _lint(copy)
    assert report.returncode == 1
    assert "0 kept, 4 broken" in report.stdout
    told = re.sub(r"\s+", " ", report.stdout)
    for name, line, shown in _PLANTS:
        assert shown in told, f"{line} in {name} was not seen:\n{report.stdout}"


def _engine_offences(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "app" / "scoring").rglob("*.py")):
        for name in _imports(ast.parse(path.read_text(encoding="utf-8"))):
            top = name.partition(".")[0]
            if name.startswith("app.scoring"):
                continue
            if top not in sys.stdlib_module_names or top in _NOT_FOR_THE_ENGINE:
                yield f"{path.name} imports {name}"


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            # A relative import stays inside the engine, or is refused by the linter.
            yield node.module or "app.scoring" if node.level == 0 else "app.scoring"


def test_the_engine_knows_the_standard_library_only_and_neither_clock_nor_chance() -> None:
    assert list(_engine_offences(_HOME)) == []


@pytest.mark.parametrize("name", sorted({*_NOT_FOR_THE_ENGINE, "yaml", "app.kernel"}))
def test_a_forbidden_import_planted_in_the_engine_is_seen(copy: Path, name: str) -> None:
    _plant(copy, "scoring/rules/planted.py", f"import {name}")
    assert list(_engine_offences(copy)) == [f"planted.py imports {name}"]
