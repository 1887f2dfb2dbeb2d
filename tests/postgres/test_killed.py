"""kill -9 of any process: nothing acknowledged is lost, and the next start works."""

import asyncio
import os
import signal
import subprocess
import time
from pathlib import Path

import asyncpg

from app.postgres import running
from tests.postgres.conftest import Owner, StartOwner

_PATIENCE_SECONDS = 20


async def _write(url: str) -> int:
    """Write until the server is gone; the last number it acknowledged."""
    acknowledged = 0
    connection = await asyncpg.connect(url)
    try:
        while True:
            await connection.execute("INSERT INTO numbers VALUES ($1)", acknowledged + 1)
            acknowledged += 1
    except (asyncpg.PostgresError, asyncpg.InterfaceError, asyncpg.InternalClientError, OSError):
        return acknowledged
    finally:
        connection.terminate()


async def _last(url: str) -> int:
    """The last number that is there, asked until the server is back."""
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return await _ask_last(url)
        # Refused, starting up, or let in just before the recovery threw everybody out.
        except (asyncpg.OperatorInterventionError, asyncpg.PostgresConnectionError, OSError):
            assert time.monotonic() < deadline, "the server did not come back"
            await asyncio.sleep(0.1)


async def _ask_last(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        found: int = await connection.fetchval("SELECT max(value) FROM numbers")
        return found
    finally:
        await connection.close()


async def _prepare(owner: Owner) -> None:
    connection = await asyncpg.connect(owner.url)
    await connection.execute("CREATE TABLE numbers (value integer PRIMARY KEY)")
    await connection.close()


async def test_a_killed_owner_takes_the_server_along_and_the_next_start_has_every_row(
    tmp_path: Path, start_owner: StartOwner
) -> None:
    owner = start_owner(tmp_path, "durable")
    await _prepare(owner)
    asyncio.get_running_loop().call_later(0.3, owner.kill)
    acknowledged = await _write(owner.url)
    assert acknowledged > 0
    again = start_owner(tmp_path, "durable")
    assert await _last(again.url) >= acknowledged


async def test_a_killed_postmaster_is_started_again_where_it_was_with_every_row(
    tmp_path: Path, start_owner: StartOwner
) -> None:
    owner = start_owner(tmp_path, "durable")
    await _prepare(owner)
    killed = owner.postmaster
    asyncio.get_running_loop().call_later(0.3, os.kill, killed, signal.SIGKILL)
    acknowledged = await _write(owner.url)
    assert acknowledged > 0
    assert await _last(owner.url) >= acknowledged
    assert owner.postmaster != killed
    assert owner.process.poll() is None


async def test_a_killed_backend_costs_its_connection_only(tmp_path: Path, start_owner: StartOwner) -> None:
    owner = start_owner(tmp_path, "durable")
    await _prepare(owner)
    connection = await asyncpg.connect(owner.url)
    await connection.execute("INSERT INTO numbers VALUES (1)")
    os.kill(connection.get_server_pid(), signal.SIGKILL)
    connection.terminate()
    assert await _last(owner.url) == 1


async def test_owner_and_postmaster_killed_at_once_leave_nothing_in_the_way(
    tmp_path: Path, start_owner: StartOwner
) -> None:
    owner = start_owner(tmp_path, "durable")
    await _prepare(owner)
    connection = await asyncpg.connect(owner.url)  # its backend outlives the postmaster for a moment
    await connection.execute("INSERT INTO numbers VALUES (1)")
    os.kill(owner.process.pid, signal.SIGSTOP)  # or it would bring the server back
    os.kill(owner.postmaster, signal.SIGKILL)
    owner.kill()
    assert await _last(start_owner(tmp_path, "durable").url) == 1
    connection.terminate()


def test_an_owner_whose_server_cannot_come_back_ends_with_the_reason(tmp_path: Path, start_owner: StartOwner) -> None:
    owner = start_owner(tmp_path)
    postmaster = owner.postmaster
    (tmp_path / "postgres" / "data" / "global" / "pg_control").unlink()
    os.kill(postmaster, signal.SIGKILL)
    _, said = owner.process.communicate(timeout=_PATIENCE_SECONDS)
    assert owner.process.returncode == 1
    assert "PostgreSQL does not start" in said
    assert "pg_control" in said


def test_a_stale_pid_file_that_names_another_program_is_no_obstacle(tmp_path: Path) -> None:
    with running(tmp_path, durable=False):
        pass
    data = tmp_path / "postgres" / "data"
    with subprocess.Popen(["sleep", "60"]) as other:
        (data / "postmaster.pid").write_text(f"{other.pid}\n{data}\n1\n5432\n\n127.0.0.1\n 1 1\nready\n")
        with running(tmp_path, durable=False):
            pass
        assert other.poll() is None
        other.kill()


def test_a_first_start_that_was_killed_half_way_is_done_again(tmp_path: Path) -> None:
    half = tmp_path / "postgres" / "data.new"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("15\n")
    (tmp_path / "postgres.password").write_text("of the attempt before")
    with running(tmp_path, durable=False):
        assert not half.exists()
