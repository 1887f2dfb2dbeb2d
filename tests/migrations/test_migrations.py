"""Every revision goes up, down and up again, and waits for nobody for long."""

import asyncio
import io
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import asyncpg
import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory

from app.cli.database import alembic_config, upgrade

_OURS = """
    SELECT string_agg(tablename::text, ', ') FROM pg_tables
     WHERE schemaname = 'public' AND tablename <> 'alembic_version'
"""
_TABLES = "SELECT array_agg(tablename::text ORDER BY tablename) FROM pg_tables WHERE schemaname = 'public'"


def _revisions() -> list[str]:
    return [script.revision for script in ScriptDirectory.from_config(alembic_config("")).walk_revisions()][::-1]


async def _ask(url: str, query: str) -> object:
    connection = await asyncpg.connect(url)
    try:
        return await connection.fetchval(query)
    finally:
        await connection.close()


async def test_every_revision_goes_up_down_and_up_again(empty_database_url: str) -> None:
    config = alembic_config(empty_database_url)
    for revision in _revisions():
        before = await _ask(empty_database_url, _TABLES)
        await asyncio.to_thread(command.upgrade, config, revision)
        after = await _ask(empty_database_url, _TABLES)
        await asyncio.to_thread(command.downgrade, config, "-1")
        if before is not None:  # the first makes alembic's own table too
            assert await _ask(empty_database_url, _TABLES) == before
        await asyncio.to_thread(command.upgrade, config, revision)
        assert await _ask(empty_database_url, _TABLES) == after


async def test_after_all_the_way_down_nothing_of_ours_is_left(empty_database_url: str) -> None:
    await asyncio.to_thread(upgrade, empty_database_url)
    await asyncio.to_thread(command.downgrade, alembic_config(empty_database_url), "base")
    assert await _ask(empty_database_url, _TABLES) == ["alembic_version"]
    functions = "SELECT count(*) FROM pg_proc WHERE pronamespace = 'public'::regnamespace"
    assert await _ask(empty_database_url, functions) == 0


async def test_migrations_match_the_models(database_url: str) -> None:
    await asyncio.to_thread(command.check, alembic_config(database_url))


async def test_two_that_migrate_at_once_both_succeed(empty_database_url: str) -> None:
    # Processes: alembic's context is one per process.
    program = [sys.executable, "-m", "app.cli", "migrate"]
    environment = {"DATABASE_URL": empty_database_url, "PYTHONPATH": str(Path(__file__).parents[2])}
    started = [
        await asyncio.create_subprocess_exec(*program, env=environment, stderr=subprocess.PIPE) for _ in range(2)
    ]
    said = [(await process.communicate())[1].decode() for process in started]
    assert [process.returncode for process in started] == [0, 0], said


async def test_a_migration_that_meets_a_lock_gives_up_and_changes_nothing(database_url: str) -> None:
    holder = await asyncpg.connect(database_url)
    async with asyncio.timeout(20):
        async with holder.transaction():
            await holder.execute(f"LOCK TABLE {await holder.fetchval(_OURS)}")
            with pytest.raises(Exception, match="lock timeout"):
                await asyncio.to_thread(command.downgrade, alembic_config(database_url), "base")
    await holder.close()
    assert await _ask(database_url, "SELECT version_num FROM alembic_version") == _revisions()[-1]


@pytest.mark.parametrize("revision", _revisions())
def test_revisions_are_named_by_their_date_and_fit_into_alembics_column(revision: str) -> None:
    assert len(revision) <= 32
    assert re.match(r"20\d\d_\d\d_\d\d_", revision)


@pytest.mark.parametrize("step", [":".join(pair) for pair in pairwise(["base", *_revisions()])])
def test_squawk_finds_nothing_in_the_sql(tmp_path: Path, step: str) -> None:
    told = io.StringIO()
    config = Config(output_buffer=told)
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "migrations"))
    command.upgrade(config, step, sql=True)
    path = tmp_path / "step.sql"
    own = r"CREATE TABLE alembic_version \(.*?\);"  # alembic's, not ours to change
    path.write_text(re.sub(own, "", told.getvalue(), flags=re.DOTALL))
    # Counters of one resource or one cohort, and keys of tables of a few rows, never come near 2 ** 15.
    small = "--exclude=prefer-bigint-over-int,prefer-bigint-over-smallint"
    program = Path(sys.executable).with_name("squawk")
    found = subprocess.run([program, "--pg-version=15.0", small, path], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout + found.stderr
