"""As whom the server runs. PostgreSQL refuses to run as root."""

import os
import pwd
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from app.postgres.binaries import Binaries
from app.postgres.errors import PostgresError

_LAUNCHER = Path(__file__).with_name("launch.py")
_USERS = ("postgres", "nobody")


@dataclass(frozen=True)
class Account:
    """`name` is what the launcher is told; `user` and `group` own the data folder."""

    name: str
    user: int
    group: int

    def command(self, folder: Path, program: Sequence[str]) -> list[str]:
        """The program as this account, in `folder`, ending with the thread that starts it."""
        launch = [sys.executable, "-I", "-S", str(_LAUNCHER), str(os.getpid()), self.name, str(folder)]
        return [*launch, *program]


def start(account: Account, folder: Path, program: Sequence[str], log: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """The running program, in a session of its own: Ctrl-C at the terminal reaches only its owner."""
    return subprocess.Popen(
        account.command(folder, program),
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        env=environment(),
        start_new_session=True,
    )


def environment() -> dict[str, str]:
    """Neither our secrets nor a PGPORT of the person at the terminal are the server's business."""
    kept = {name: os.environ[name] for name in ("LD_LIBRARY_PATH", "PATH", "TMPDIR") if name in os.environ}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def choose(binaries: Sequence[Binaries], folder: Path) -> tuple[Account, Binaries]:
    """The first account that reaches `folder` and runs one of `binaries`; `folder` is its own afterwards.

    Raises PostgresError when none does.
    """
    for account in _candidates(folder):
        for installation in binaries:
            if _can_run(account, folder, installation):
                _give(folder, account)
                return account, installation
    raise PostgresError(
        f"No account may run PostgreSQL in {folder}: tried {', '.join(_USERS)}, the owner of the folder "
        "around it, and a user namespace. Start as a user who is not root, or set DATABASE_URL."
    )


def _candidates(folder: Path) -> Iterator[Account]:
    if os.geteuid() != 0:
        yield Account("self", os.geteuid(), os.getegid())
        return
    yield from _other_users(folder)
    yield Account("unmapped", 0, 0)


def _other_users(folder: Path) -> Iterator[Account]:
    for name in _USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        yield Account(f"{entry.pw_uid}:{entry.pw_gid}", entry.pw_uid, entry.pw_gid)
    # Root working in somebody's home: that person reaches it when no other does.
    around = folder.parent.parent.stat()
    if around.st_uid != 0:
        yield Account(f"{around.st_uid}:{around.st_gid}", around.st_uid, around.st_gid)


def _can_run(account: Account, folder: Path, installation: Binaries) -> bool:
    # From the folder around it: the folder itself may still be another's.
    probe = start(account, folder.parent, [installation.postgres, "--version"], subprocess.DEVNULL)
    return probe.wait() == 0


def _give(folder: Path, account: Account) -> None:
    if folder.stat().st_uid == account.user:
        return
    for inner, folders, files in os.walk(folder):
        for name in (*folders, *files):
            os.chown(Path(inner, name), account.user, account.group, follow_symlinks=False)
    # Last: half a hand-over is seen by its old owner, and done again.
    os.chown(folder, account.user, account.group)


def give_file(path: Path, account: Account) -> None:
    if os.geteuid() == 0:
        os.chown(path, account.user, account.group)
