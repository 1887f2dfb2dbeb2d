"""Processes as the kernel sees them: children, and who holds a connection."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path

_PROC = Path("/proc")


def comes_true(condition: Callable[[], bool], seconds: float = 60) -> bool:
    """Whether it is true within that time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


async def becomes_true(condition: Callable[[], Awaitable[bool]], seconds: float = 60) -> bool:
    """The same while others in this loop go on."""
    deadline = time.monotonic() + seconds
    while not await condition():
        if time.monotonic() > deadline:
            return False
        await asyncio.sleep(0.02)
    return True


def is_alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be reaped does not."""
    try:
        return _stat(pid)[0] != "Z"
    except OSError:
        return False


def command_of(pid: int) -> str:
    """The command line, or the title that the process gave itself; empty once it has ended."""
    try:
        return (_PROC / str(pid) / "cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def descendants(pid: int) -> list[int]:
    """Everything that the process has started, and they in turn."""
    parents = dict(_parents())
    found = [pid]
    for known in found:
        found.extend(child for child, parent in parents.items() if parent == known)
    return found[1:]


def holder_of(port: int, among: list[int]) -> int:
    """Which of the processes has taken the loopback connection that comes from `port`."""
    return _owner(_inode(port, remote=True), among)


def opener_of(port: int, among: list[int]) -> int:
    """Which of the processes has made the loopback connection that comes from `port`."""
    return _owner(_inode(port, remote=False), among)


def sockets_of(pid: int) -> int:
    """How many sockets the process has open."""
    return sum(name.startswith("socket:") for name in _descriptors(pid))


def _inode(port: int, *, remote: bool) -> str:
    lines = map(str.split, (_PROC / "net" / "tcp").read_text().splitlines()[1:])
    found = (fields[9] for fields in lines if int(fields[2 if remote else 1].rpartition(":")[2], 16) == port)
    return next(inode for inode in found if inode != "0")  # of one that was closed before


def _owner(inode: str, among: list[int]) -> int:
    return next(pid for pid in among if f"socket:[{inode}]" in _descriptors(pid))


def _descriptors(pid: int) -> set[str]:
    return {str(entry.readlink()) for entry in (_PROC / str(pid) / "fd").iterdir() if entry.is_symlink()}


def _parents() -> Iterator[tuple[int, int]]:
    for entry in _PROC.glob("[0-9]*"):
        try:
            yield int(entry.name), int(_stat(int(entry.name))[1])
        except OSError:
            continue


def _stat(pid: int) -> list[str]:
    """State, parent and so on; the name before them may hold spaces and brackets."""
    return (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()


def forget_peak(pid: int) -> int:
    """The bytes that the process has in memory now, which is its peak from here on."""
    (_PROC / str(pid) / "clear_refs").write_text("5")
    return peak(pid)


def peak(pid: int) -> int:
    """The most bytes that it had in memory at once."""
    status = (_PROC / str(pid) / "status").read_text()
    return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
