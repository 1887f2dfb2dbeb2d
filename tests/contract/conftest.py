"""The generators' environment, the clients it makes, and a served installation with the seed."""

import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system.service import HOME, Credentials, Service, environment

_SEEDING_SECONDS = 600
_LOCK = HOME / "build" / "clients.lock"
_FOLDERS = [str(HOME / ".tools" / "bin"), str(HOME / ".tools" / "node_modules" / ".bin")]


def with_tools(*command: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a program of the generators' environment to its end."""
    path = os.pathsep.join([*_FOLDERS, os.environ["PATH"]])
    return subprocess.run(
        command,
        cwd=HOME,
        env={**os.environ, **more, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


@pytest.fixture(scope="session")
def tools() -> None:
    """What `make clients` makes: the environment and both clients of the committed document."""
    _LOCK.parent.mkdir(exist_ok=True)
    with _LOCK.open("w") as lock:
        # One at a time: other workers of this run may need them too.
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = subprocess.run(["make", "clients"], cwd=HOME, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stdout + made.stderr


@dataclass(frozen=True)
class Seeded:
    """A served installation with the seed, and the scopes that have credentials there."""

    service: Service
    admin: Credentials
    pusher: Credentials

    @property
    def environment(self) -> dict[str, str]:
        """What the examples are told."""
        return {
            "DTI_URL": self.service.base,
            "DTI_CLIENT_ID": self.pusher.client_id,
            "DTI_CLIENT_SECRET": self.pusher.client_secret,
        }


@pytest.fixture(scope="session")
def _seed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a stopped installation with the seed. Loading it takes the time it takes."""
    folder: Path = tmp_path_factory.mktemp("seed") / "data"
    for command in ("migrate", "seed"):
        subprocess.run(
            [sys.executable, "-m", "app.cli", command],
            env=environment(folder, {}),
            capture_output=True,
            check=True,
            timeout=_SEEDING_SECONDS,
        )
    return folder


@pytest.fixture(scope="module")
def seeded(_seed: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seeded]:
    """A copy for the tests of one module."""
    folder = tmp_path_factory.mktemp("seeded") / "data"
    # Not copytree: the server may run as a user of its own, who must own its files.
    subprocess.run(["cp", "-a", str(_seed), str(folder)], check=True)
    service = Service.start(folder, folder.with_name("logs"))
    try:
        yield Seeded(service, Credentials.add(folder, "admin"), Credentials.add(folder, "push", "read"))
    finally:
        service.stop()
