"""The two servers that are measured: the service by its own command, and bare Starlette. Each is a process."""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

_SERVING = re.compile(r"Serving http://127\.0\.0\.1:(\d+)")
_START_SECONDS = 30
_STOP_SECONDS = 20


class Running(NamedTuple):
    """A server that answers on `port`, and its process."""

    port: int
    pid: int


@contextmanager
def service(database_url: str, folder: Path) -> Iterator[Running]:
    """`dti serve` with one worker, which is its process, on a free port."""
    settings = {"DATABASE_URL": database_url, "DTI_DATA_DIR": str(folder / "data"), "DTI_PORT": "0"}
    # Counted as always, and never reached.
    settings |= {"DTI_RATE_LIMIT": "999999999/second", "DTI_ADDRESS_RATE_LIMIT": "999999999/second"}
    command = [sys.executable, "-m", "app.cli", "serve", "--with-parent"]
    with _running(command, settings, folder) as running:
        yield running


@contextmanager
def bare(answers: Path, folder: Path) -> Iterator[int]:
    """Bare Starlette that gives the answers written in that file; yields the port."""
    with _running([sys.executable, "-m", "bench.bare", str(answers)], {}, folder) as running:
        yield running.port


@contextmanager
def _running(command: list[str], settings: Mapping[str, str], folder: Path) -> Iterator[Running]:
    # Settings of the person at the terminal must not decide what is measured.
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("DTI_", "PG", "DATABASE_URL"))}
    # Each has a log of its own: two of a kind may run at once.
    with tempfile.NamedTemporaryFile(prefix="server-", suffix=".log", dir=folder, delete=False) as out:
        process = subprocess.Popen(  # noqa: S603 - a command made here
            command, env={**kept, **settings}, stdout=out, stderr=subprocess.STDOUT
        )
    try:
        yield Running(_port(process, Path(out.name)), process.pid)
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _port(process: subprocess.Popen[bytes], log: Path) -> int:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        found = _SERVING.search(log.read_text())
        if found:
            return int(found[1])
        time.sleep(0.05)
    raise RuntimeError(f"It did not start:\n{log.read_text()}")
