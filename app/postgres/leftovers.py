"""What a killed owner may have left: a server still shutting down, backends without one, a stale pid file.

Called under the lock only: whatever runs in the data folder then belongs to nobody.
"""

import os
import signal
import time
from pathlib import Path

from app.postgres.errors import PostgresError
from app.postgres.places import Places

_PATIENCE_SECONDS = 60


def clear(where: Places) -> None:
    """Wait until no process works in the data folder, asking them to end; then drop a stale pid file.

    Raises PostgresError when one does not end.
    """
    if not Path("/proc/self/cwd").exists():
        return  # PostgreSQL's own check of its pid file must do
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while pids := _servers_in(where.data):
        if time.monotonic() > deadline:
            raise PostgresError(f"Processes {pids} still work in {where.data}: end them and start again.")
        _ask_to_end(pids)
        time.sleep(0.1)
    # Its pid may be another program's by now, which PostgreSQL would take for a server.
    where.pid_file.unlink(missing_ok=True)


def _ask_to_end(pids: list[int]) -> None:
    for pid in pids:
        try:
            # Fast shutdown for a postmaster; for a backend without one, to cancel its statement.
            os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            continue


def _servers_in(data: Path) -> list[int]:
    return [int(entry.name) for entry in Path("/proc").glob("[0-9]*") if _serves(entry, data)]


def _serves(entry: Path, data: Path) -> bool:
    # Every process of PostgreSQL stands in its data folder; a person's shell may too.
    try:
        return (entry / "cwd").readlink() == data and (entry / "comm").read_text().strip() == "postgres"
    except OSError:
        return False
