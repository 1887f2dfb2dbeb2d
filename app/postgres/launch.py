"""Becomes a server program: `python launch.py PARENT ACCOUNT FOLDER PROGRAM ARGUMENT…`.

A program of its own because what it does to itself must happen between fork and exec, where a process
with threads may run next to nothing. It imports nothing of the application.
"""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
_CLONE_NEWUSER = 0x10000000


def _become(account: str) -> None:
    """`self`: as is. `unmapped`: a user namespace without a mapping. `1000:1000`: that user and group."""
    if account == "self":
        return
    if account == "unmapped":
        # Inside, the user is 65534 and PostgreSQL is content; outside it is still root, without
        # privileges, and reaches what root owns below a private home.
        _call("unshare", _CLONE_NEWUSER)
        return
    user, group = map(int, account.split(":"))
    os.setgroups([])
    os.setgid(group)
    os.setuid(user)


def end_with(parent: int, how: signal.Signals) -> None:
    """Be sent `how` when the thread that started us ends, however it ends. Linux only."""
    if not sys.platform.startswith("linux"):
        return
    _call("prctl", _PR_SET_PDEATHSIG, how, 0, 0, 0)
    if os.getppid() != parent:
        sys.exit("the parent is gone already")


def _call(name: str, *arguments: int) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*map(ctypes.c_ulong, arguments)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def main(parent: str, account: str, folder: str, *command: str) -> None:
    _become(account)
    # Fast shutdown. After the change of user, which clears it.
    end_with(int(parent), signal.SIGINT)
    os.chdir(folder)
    os.execv(command[0], command)  # noqa: S606 — no shell is wanted


if __name__ == "__main__":
    main(*sys.argv[1:])
