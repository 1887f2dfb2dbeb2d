"""Several starters, a taken port, and root's private home."""

import os
import pwd
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.postgres import account as accounts
from app.postgres import binaries, running
from app.postgres.keeper import FORGETFUL, Keeper, free_port
from app.postgres.places import places
from tests.postgres.conftest import StartOwner

_COMMAND = """
import asyncio, asyncpg, sys
from pathlib import Path
from app.postgres import reachable

async def add(url):
    connection = await asyncpg.connect(url)
    await connection.execute("CREATE TABLE IF NOT EXISTS runs (pid int)")
    await connection.execute("INSERT INTO runs VALUES (pg_backend_pid())")
    print(await connection.fetchval("SELECT count(*) FROM runs"))
    await connection.close()

with reachable(Path(sys.argv[1])) as url:
    asyncio.run(add(url))
"""
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="about what root has to do")


def test_commands_that_start_at_once_make_one_data_folder_and_all_get_through(tmp_path: Path) -> None:
    command = [sys.executable, "-c", _COMMAND, str(tmp_path)]
    started = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(3)]
    counts = [process.communicate(timeout=50)[0].strip() for process in started]
    assert [process.returncode for process in started] == [0, 0, 0]
    assert sorted(counts) == ["1", "2", "3"]


def test_a_port_that_is_taken_meanwhile_is_left_for_another(tmp_path: Path) -> None:
    with running(tmp_path, durable=False):
        pass
    where = places(tmp_path)
    account, installation = accounts.choose(list(binaries.choose(where.major())), where.home)
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        ports = iter([taken, free_port()])
        keeper = Keeper(where, account, installation, FORGETFUL, lambda: next(ports))
        keeper.start()
        try:
            assert keeper.port != taken
        finally:
            keeper.stop()


def test_a_signal_to_the_terminals_group_ends_the_server_in_its_owners_order(
    tmp_path: Path, start_owner: StartOwner
) -> None:
    owner = start_owner(tmp_path)
    assert os.getpgid(owner.postmaster) != os.getpgid(owner.process.pid)
    owner.process.send_signal(signal.SIGTERM)
    owner.process.communicate(timeout=20)
    assert owner.process.returncode == 0
    assert not (tmp_path / "postgres" / "data" / "postmaster.pid").exists()
    assert "database system is shut down" in (tmp_path / "postgres.log").read_text()


@pytest.fixture
def open_folder(tmp_path: Path) -> Iterator[Path]:
    """A folder below ones that anybody may pass through."""
    passed = [tmp_path, *tmp_path.parents]
    closed = [folder for folder in passed if not folder.stat().st_mode & 0o001]
    modes = {folder: folder.stat().st_mode for folder in closed}
    for folder in closed:
        folder.chmod(modes[folder] | 0o011)
    yield tmp_path / "data"
    for folder, mode in modes.items():
        folder.chmod(mode)


@as_root
def test_root_drops_to_a_user_where_that_one_reaches_the_folder(open_folder: Path) -> None:
    with running(open_folder, durable=False):
        owner = (open_folder / "postgres" / "data").stat().st_uid
        assert pwd.getpwuid(owner).pw_name in ("postgres", "nobody")


@as_root
def test_roots_private_home_is_not_opened_and_serves_all_the_same(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o700)
    with running(home / "data", durable=False):
        assert home.stat().st_mode & 0o777 == 0o700
        assert (home / "data" / "postgres" / "data").stat().st_uid == 0


@as_root
def test_a_folder_that_becomes_private_is_taken_over(open_folder: Path) -> None:
    with running(open_folder, durable=False):
        pass
    open_folder.chmod(0o700)
    with running(open_folder, durable=False):
        assert (open_folder / "postgres" / "data").stat().st_uid == 0
