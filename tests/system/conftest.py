"""A data folder that is filled once and copied, and services on such copies."""

import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import httpx
import pytest

from tests.oracle.everything import DOCUMENT, UNITS
from tests.system.service import Credentials, Service, dti

PERIOD = "ky-thu"


class Serve(Protocol):
    """Serve on a free port until the end."""

    def __call__(self, folder: Path, *arguments: str, **environment: str) -> Service: ...


@dataclass(frozen=True)
class Staged:
    """The folder of a stopped installation with an open period, and somebody who may do everything in it."""

    folder: Path
    admin: Credentials


@contextmanager
def _serving() -> Iterator[Serve]:
    with ExitStack() as stack:

        def start(folder: Path, *arguments: str, **environment: str) -> Service:
            service = Service.start(folder, folder.with_name(f"{folder.name}-logs"), *arguments, **environment)
            stack.callback(service.stop)
            return service

        yield start


@pytest.fixture
def serve() -> Iterator[Serve]:
    """For one test."""
    with _serving() as serve:
        yield serve


@pytest.fixture(scope="module")
def serve_all() -> Iterator[Serve]:
    """For the tests of one module."""
    with _serving() as serve:
        yield serve


@pytest.fixture(scope="session")
def _staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Every rule of the engine in one framework, eight units, and a period that is open to them."""
    folder = tmp_path_factory.mktemp("staged") / "data"
    dti(folder, "migrate")
    service = Service.start(folder, folder.with_name("logs"))
    try:
        admin = Credentials.add(folder, "admin")
        headers = {"Authorization": f"Bearer {admin.token(service.base)}"}
        with httpx.Client(base_url=f"{service.base}/v1", headers=headers, timeout=30) as http:
            _stage(http)
    finally:
        service.stop()
    return Staged(folder, admin)


@pytest.fixture(scope="module")
def staged(_staged: Staged, tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """A copy for the tests of one module."""
    folder = tmp_path_factory.mktemp("copy") / "data"
    # Not copytree: the server may run as a user of its own, who must own its files.
    subprocess.run(["cp", "-a", str(_staged.folder), str(folder)], check=True)
    return Staged(folder, _staged.admin)


def _stage(http: httpx.Client) -> None:
    reference = f"{DOCUMENT['code']}/{DOCUMENT['version']}"
    period = {
        "code": PERIOD,
        "title": "Kỳ thử",
        "kind": "year",
        "authority": UNITS[0]["code"],
        "starts_on": "2025-01-01",
        "ends_on": "2025-12-31",
        "levels": [{"level": "commune", "framework": reference}],
    }
    _post(http, "/frameworks", DOCUMENT)
    _post(http, f"/frameworks/{reference}/publish")
    for unit in UNITS:
        _post(http, "/units", unit)
    _post(http, "/periods", period)
    _post(http, f"/periods/{PERIOD}/open")


def _post(http: httpx.Client, path: str, body: object = None) -> None:
    answer = http.post(path, json=body)
    assert answer.is_success, f"{path}: {answer.text}"
