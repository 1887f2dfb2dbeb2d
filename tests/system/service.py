"""The `dti` program as it is started by hand, and what it left in its folder and said."""

import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.system.processes import comes_true, command_of, descendants

HOME = Path(__file__).parents[2]
_PATIENCE = 300  # seconds: a busy machine seeds slowly, and only a failure waits that long


def environment(folder: Path, more: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(HOME), "DTI_DATA_DIR": str(folder), "DTI_PORT": "0", **more}


def dti(folder: Path, *arguments: str, **more: str) -> str:
    """Run one command to its end; what it printed. The test fails when the command does."""
    command = [sys.executable, "-m", "app.cli", *arguments]
    done = subprocess.run(
        command, env=environment(folder, more), capture_output=True, text=True, timeout=_PATIENCE, check=False
    )
    assert done.returncode == 0, f"dti {' '.join(arguments)}: {done.stdout}{done.stderr}"
    return done.stdout


@dataclass
class Service:
    """A serving process. Its output goes to files, which nobody has to empty for it to go on."""

    folder: Path
    process: subprocess.Popen[bytes]
    output: Path
    messages: Path
    base: str = ""

    @classmethod
    def start(cls, folder: Path, logs: Path, *arguments: str, **more: str) -> "Service":
        """Serve on a free port; returns when it says that it serves."""
        logs.mkdir(exist_ok=True)
        number = len(list(logs.glob("*.out")))
        output, messages = logs / f"{number}.out", logs / f"{number}.err"
        with output.open("wb") as out, messages.open("wb") as err:
            command = [sys.executable, "-m", "app.cli", "serve", *arguments]
            process = subprocess.Popen(command, env=environment(folder, more), stdout=out, stderr=err)
        service = cls(folder, process, output, messages)
        try:
            service._wait()
        except BaseException:
            # Nobody else knows of it yet.
            service.stop()
            raise
        return service

    def _wait(self) -> None:
        serves = re.compile(r"Serving (http://\S+)")
        found = comes_true(lambda: bool(serves.search(self.said)) or self.process.poll() is not None, _PATIENCE)
        match = serves.search(self.said)
        assert found, f"it did not serve:\n{self.said}"
        assert match, f"it did not serve:\n{self.said}"
        self.base = match.group(1)
        assert self.becomes_ready(), self.said

    @property
    def said(self) -> str:
        """All that went to standard error so far."""
        return self.messages.read_text()

    @property
    def log(self) -> list[dict[str, Any]]:
        """The log so far, which is JSON and nothing else."""
        return [json.loads(line) for line in self.output.read_text().splitlines()]

    @property
    def workers(self) -> list[int]:
        """The processes that answer requests."""
        found = [pid for pid in descendants(self.process.pid) if "spawn_main" in command_of(pid)]
        return found or [self.process.pid]

    @property
    def postmaster(self) -> int:
        return int((self.folder / "postgres" / "data" / "postmaster.pid").read_text().split()[0])

    @property
    def backends(self) -> list[int]:
        """The database's processes that serve one connection each."""
        return [pid for pid in descendants(self.postmaster) if "127.0.0.1(" in command_of(pid)]

    def becomes_ready(self) -> bool:
        return comes_true(lambda: self.status("/readyz") == 200, 90)

    def status(self, path: str) -> int:
        """The status of a GET without a token, 0 when nothing answers."""
        try:
            return httpx.get(f"{self.base}{path}", timeout=10).status_code
        except httpx.TransportError:
            return 0

    def stop(self) -> int:
        """End it in good order; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.kill()
            raise

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@dataclass(frozen=True)
class Credentials:
    """What a new client is told once."""

    client_id: str
    client_secret: str

    @classmethod
    def add(cls, folder: Path, *scopes: str) -> "Credentials":
        options = [part for scope in scopes for part in ("--scope", scope)]
        return cls(**json.loads(dti(folder, "clients", "add", "Đơn vị thử", *options, "--json")))

    def token(self, base: str) -> str:
        """A token, by HTTP Basic."""
        form = {"grant_type": "client_credentials"}
        answer = httpx.post(f"{base}/oauth/token", auth=(self.client_id, self.client_secret), data=form)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])
