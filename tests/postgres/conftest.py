import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

_HOME = Path(__file__).parents[2]


@dataclass(frozen=True)
class Owner:
    """A process that runs a server, and the server's URL."""

    process: subprocess.Popen[str]
    folder: Path
    url: str

    @property
    def postmaster(self) -> int:
        return int((self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


class StartOwner(Protocol):
    def __call__(self, folder: Path, durability: str = "forgetful") -> Owner: ...


@pytest.fixture
def start_owner() -> Iterator[StartOwner]:
    processes = []

    def start(folder: Path, durability: str = "forgetful") -> Owner:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("owner.py")), str(folder), durability],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(_HOME)},
        )
        processes.append(process)
        assert process.stdout
        return Owner(process, folder, process.stdout.readline().strip())

    yield start
    for process in processes:
        process.send_signal(signal.SIGTERM)
        process.communicate()
