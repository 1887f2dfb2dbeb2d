"""Keeps one server up: starts it, starts it again when it is killed, stops it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

from app.postgres import account as accounts
from app.postgres import leftovers
from app.postgres.account import Account
from app.postgres.binaries import Binaries
from app.postgres.errors import PostgresError
from app.postgres.places import Places

_START_SECONDS = 120  # a recovery after a crash reads the whole log
_STOP_SECONDS = 30
_ATTEMPTS = 5
_PAUSE_SECONDS = 0.3
_LOG_BYTES = 10_000_000

SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",  # their paths are at most 107 bytes, and nobody needs them
    "max_connections": "100",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "logging_collector": "off",
    "cluster_name": "dti",
}
# For tests: a commit need not be on disk.
FORGETFUL = {**SETTINGS, "fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class Keeper:
    """The parent of the server. One thread starts every process: the server ends with the *thread* that
    started it, and this one lives as long as the process.
    """

    def __init__(
        self,
        where: Places,
        account: Account,
        binaries: Binaries,
        settings: Mapping[str, str],
        choose_port: Callable[[], int],
    ) -> None:
        self._where = where
        self._account = account
        self._binaries = binaries
        self._settings = settings
        self._choose_port = choose_port
        self._process: subprocess.Popen[bytes] | None = None
        self._started = threading.Event()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="postgres-keeper", daemon=True)
        self._failure: PostgresError | None = None
        self.port = 0

    def start(self) -> None:
        """Returns when the server takes connections. Raises PostgresError."""
        self._thread.start()
        self._started.wait()
        if self._failure:
            raise self._failure

    def stop(self) -> None:
        """Fast shutdown, and harder when that takes too long. Raises what the server was given up for."""
        self._stopping.set()
        for how in (signal.SIGINT, signal.SIGQUIT, signal.SIGKILL):
            if self._process:
                self._process.send_signal(how)
            self._thread.join(_STOP_SECONDS)
            if not self._thread.is_alive():
                break
        if self._failure:
            raise self._failure

    def _keep(self) -> None:
        try:
            self._start_on_free_port()
            self._started.set()
            while not self._ended():
                _say("PostgreSQL ended unexpectedly; starting it again")
                self._start_again()
        except PostgresError as problem:
            self._give_up(problem)

    def _ended(self) -> bool:
        """Wait for the process; True when it was told to end."""
        if self._process:
            if self._stopping.is_set():
                # Told so while it was being started: `stop` may have spoken to the one before.
                self._process.send_signal(signal.SIGINT)
            self._process.wait()
        return self._stopping.is_set()

    def _give_up(self, problem: PostgresError) -> None:
        self._failure = problem
        if not self._started.is_set():
            self._started.set()
            return
        _say(str(problem))
        # The service ends in good order, and `stop` says why.
        os.kill(os.getpid(), signal.SIGTERM)

    def _start_on_free_port(self) -> None:
        self._attempt(self._choose_port)

    def _start_again(self) -> None:
        # On the same port: the service's pools know no other.
        self._attempt(lambda: self.port)

    def _attempt(self, port: Callable[[], int]) -> None:
        for attempt in range(_ATTEMPTS):
            self._stopping.wait(attempt * _PAUSE_SECONDS)
            leftovers.clear(self._where)
            self.port = port()
            self._process = self._launch()
            if self._is_ready(self._process) or self._stopping.is_set():
                return
        raise PostgresError(f"PostgreSQL does not start; {self._where.log} says why:\n{self._last_words()}")

    def _launch(self) -> subprocess.Popen[bytes]:
        settings = {**self._settings, "port": str(self.port)}
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        command = [self._binaries.postgres, "-D", str(self._where.data), *options]
        _turn_over(self._where.log)
        with open(self._where.log, "ab", opener=_private) as log:
            return accounts.start(self._account, self._where.home, command, log)

    def _is_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """Wait until it takes connections; False when it ended."""
        deadline = time.monotonic() + _START_SECONDS
        while process.poll() is None:
            if _says_ready(self._where, process.pid):
                return True
            if time.monotonic() > deadline:
                process.kill()
            time.sleep(0.02)
        return False

    def _last_words(self) -> str:
        return "\n".join(self._where.log.read_text(errors="replace").splitlines()[-5:])


def _says_ready(where: Places, pid: int) -> bool:
    try:
        lines = where.pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) > 7 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _turn_over(log: Path) -> None:
    if log.exists() and log.stat().st_size > _LOG_BYTES:
        log.replace(log.with_suffix(".log.1"))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _say(text: str) -> None:
    sys.stderr.write(f"dti: {text}\n")
