import stat
from pathlib import Path

import asyncpg
import pytest

from app.postgres import PostgresError, find_running, reachable, running
from tests.postgres.conftest import StartOwner


async def _ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


async def test_a_running_server_answers_in_utf8_and_utc_without_jit(folder: Path) -> None:
    with running(folder, durable=False) as url:
        assert await _ask(url, "SHOW server_encoding") == "UTF8"
        assert await _ask(url, "SHOW timezone") == "UTC"
        assert await _ask(url, "SHOW jit") == "off"


async def test_it_listens_on_loopback_only_and_has_no_socket_file(folder: Path) -> None:
    with running(folder, durable=False) as url:
        assert await _ask(url, "SHOW listen_addresses") == "127.0.0.1"
        assert await _ask(url, "SHOW unix_socket_directories") == ""


async def test_nobody_gets_in_without_the_password(folder: Path) -> None:
    with running(folder, durable=False) as url:
        assert await _ask(url, "SELECT count(*) FROM pg_hba_file_rules WHERE auth_method = 'trust'") == 0
        user, _, place = url.removeprefix("postgresql://").partition("@")
        with pytest.raises(asyncpg.InvalidPasswordError):
            await _ask(f"postgresql://{user.split(':')[0]}:guess@{place}", "SELECT 1")


async def test_only_tests_write_without_waiting_for_the_disk(tmp_path: Path, folder: Path) -> None:
    with running(folder, durable=False) as url:
        assert await _ask(url, "SHOW fsync") == "off"
    with running(folder) as url:
        assert await _ask(url, "SHOW fsync") == "on"
        assert await _ask(url, "SHOW synchronous_commit") == "on"
        assert await _ask(url, "SHOW data_checksums") == "on"


def test_secrets_and_data_are_for_their_owner_alone(folder: Path) -> None:
    with running(folder, durable=False):
        for name in ("postgres.password", "postgres.url", "postgres.lock", "postgres.log"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o600, name
        for name in ("postgres", "postgres/data"):
            assert stat.S_IMODE((folder / name).stat().st_mode) == 0o700, name


def test_it_is_found_while_it_runs_and_not_after(folder: Path) -> None:
    assert find_running(folder) is None
    with running(folder, durable=False) as url:
        assert find_running(folder) == url
    assert find_running(folder) is None


def test_another_process_uses_the_running_server(tmp_path: Path, start_owner: StartOwner) -> None:
    owner = start_owner(tmp_path)
    with reachable(tmp_path) as url:
        assert url == owner.url


def test_a_server_for_one_command_is_not_found_by_others(folder: Path) -> None:
    with reachable(folder):
        assert find_running(folder) is None


async def test_what_was_written_is_there_after_a_restart(folder: Path) -> None:
    with running(folder, durable=False) as url:
        await _ask(url, "CREATE TABLE kept AS SELECT 'Vĩnh Long' AS name")
    with running(folder, durable=False) as url:
        assert await _ask(url, "SELECT name FROM kept") == "Vĩnh Long"


def test_data_of_a_version_that_is_not_on_the_machine_is_refused_with_both_versions(tmp_path: Path) -> None:
    data = tmp_path / "postgres" / "data"
    data.mkdir(parents=True)
    (data / "PG_VERSION").write_text("9\n")
    with (
        pytest.raises(PostgresError, match=r"made by PostgreSQL 9, this machine has \d\d"),
        running(tmp_path),
    ):
        pass


def test_a_folder_whose_password_is_lost_is_refused_and_left_alone(tmp_path: Path) -> None:
    with running(tmp_path, durable=False):
        pass
    (tmp_path / "postgres.password").unlink()
    with pytest.raises(PostgresError, match="restore it from a backup"), running(tmp_path, durable=False):
        pass
    assert (tmp_path / "postgres" / "data" / "PG_VERSION").exists()
