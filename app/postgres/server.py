"""The embedded server as its users see it: run it, find it, or either."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from app.postgres import account as accounts
from app.postgres import binaries, cluster
from app.postgres.errors import PostgresError
from app.postgres.keeper import FORGETFUL, SETTINGS, Keeper, free_port
from app.postgres.lock import Lock
from app.postgres.places import Places, places, write_secret

_WAIT_SECONDS = 60


@contextmanager
def running(data_dir: Path, *, durable: bool = True) -> Iterator[str]:
    """Own the server of `data_dir` and yield its URL, `postgresql://user:password@127.0.0.1:port/database`.

    Other processes find it by `find_running`. Waits while another process owns it. `durable=False` is for
    tests: what is written may be lost. Raises PostgresError; also at the end, when the server died and
    could not be brought back.
    """
    where = places(data_dir)
    where.make()
    for lock in _attempts(where):
        if lock.take():
            with _owned(where, lock, durable=durable) as url, _published(where, url):
                yield url
            return


@contextmanager
def reachable(data_dir: Path) -> Iterator[str]:
    """The URL of the running server of `data_dir`, or of one that runs for this block only.

    The latter is not published: who found it would lose it at the end of the block.
    """
    where = places(data_dir)
    where.make()
    for lock in _attempts(where):
        url = find_running(data_dir)
        if url is not None:
            yield url
            return
        if lock.take():
            with _owned(where, lock, durable=True) as own:
                yield own
            return


def find_running(data_dir: Path) -> str | None:
    """The URL of the published server that another process runs for `data_dir`; None when there is none."""
    where = places(data_dir)
    # A file that a killed owner left is told by its lock, which the kernel has let go.
    if not where.url.exists() or not Lock(where.lock).is_held():
        return None
    try:
        return where.url.read_text()
    except FileNotFoundError:
        return None


def _attempts(where: Places) -> Iterator[Lock]:
    """The lock again and again. Raises PostgresError when another process never lets go of it."""
    lock = Lock(where.lock)
    deadline = time.monotonic() + _WAIT_SECONDS
    while time.monotonic() < deadline:
        yield lock
        time.sleep(0.1)
    raise PostgresError(f"Process {lock.owner()} holds {where.root}: end it, or set DTI_DATA_DIR to another.")


@contextmanager
def _owned(where: Places, lock: Lock, *, durable: bool) -> Iterator[str]:
    try:
        where.url.unlink(missing_ok=True)
        account, installation = accounts.choose(list(binaries.choose(where.major())), where.home)
        password = cluster.ensure(where, account, installation, durable=durable)
        keeper = Keeper(where, account, installation, SETTINGS if durable else FORGETFUL, free_port)
        try:
            keeper.start()
            yield f"postgresql://{cluster.USER}:{password}@127.0.0.1:{keeper.port}/{cluster.DATABASE}"
        finally:
            keeper.stop()
    finally:
        lock.release()


@contextmanager
def _published(where: Places, url: str) -> Iterator[None]:
    write_secret(where.url, url)
    try:
        yield
    finally:
        where.url.unlink(missing_ok=True)
