import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

_HOME = Path(__file__).parents[2]


class Dti(Protocol):
    """Run one command to its end."""

    def __call__(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]: ...


@dataclass(frozen=True)
class Service:
    """A serving process, its address, and what it said until it served."""

    process: subprocess.Popen[str]
    base: str
    said: str


class Serve(Protocol):
    """Serve on a free port until the test ends."""

    def __call__(self, *arguments: str, **environment: str) -> Service: ...


def _environment(folder: Path, more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_HOME), "DTI_DATA_DIR": str(folder), "DTI_PORT": "0", **more}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder that the tests of one file share."""
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def dti(folder: Path) -> Dti:
    def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "app.cli", *arguments],
            env=_environment(folder, environment),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return run


@pytest.fixture
def serve(folder: Path) -> Iterator[Serve]:
    services = []

    def start(*arguments: str, **environment: str) -> Service:
        process = subprocess.Popen(
            [sys.executable, "-m", "app.cli", "serve", *arguments],
            env=_environment(folder, environment),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        services.append(process)
        assert process.stderr
        said = ""
        while line := process.stderr.readline():
            said += line
            if found := re.search(r"Serving (http://\S+)", line):
                return Service(process, found.group(1), said)
        raise AssertionError(f"it did not serve:\n{said}")

    yield start
    for process in services:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
