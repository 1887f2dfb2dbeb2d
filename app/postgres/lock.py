"""One owner per data folder."""

import fcntl
import os
from pathlib import Path


class Lock:
    """Held by the process that runs the server, for as long as it runs it. The kernel lets go with it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def take(self) -> bool:
        """True when it is ours now, False when another process holds it."""
        descriptor = self._open()
        if not _locked(descriptor, fcntl.LOCK_EX):
            os.close(descriptor)
            return False
        os.ftruncate(descriptor, 0)
        os.write(descriptor, str(os.getpid()).encode())
        self._descriptor = descriptor
        return True

    def release(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def is_held(self) -> bool:
        descriptor = self._open()
        try:
            # Shared: who asks at the same moment is not taken for an owner.
            return not _locked(descriptor, fcntl.LOCK_SH)
        finally:
            os.close(descriptor)

    def owner(self) -> str:
        """The process id of whoever holds it, for a message."""
        return self._path.read_text()

    def _open(self) -> int:
        return os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)


def _locked(descriptor: int, how: int) -> bool:
    try:
        fcntl.flock(descriptor, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
