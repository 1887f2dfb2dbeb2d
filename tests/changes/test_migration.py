"""What was there before changes were told counts as changed at the cohort's version; who had left, when it left."""

import asyncio

import asyncpg
from alembic import command
from httpx import AsyncClient

from app.cli.database import alembic_config, upgrade
from tests.changes.asking import changes
from tests.periods.building import PERIOD, SUBMISSIONS, done, points

REASON = {"reason": "Giải thể"}
DEPARTURES = "SELECT * FROM departures"


async def test_readers_of_before_are_told_everything_of_since_then(opened: AsyncClient, database_url: str) -> None:
    roster = f"/v1/periods/{PERIOD}/participants"
    await done(opened.delete(f"{roster}/H61.102", params=REASON), 204)
    await done(opened.delete(f"{roster}/H61.103", params=REASON), 204)
    await done(opened.put(f"{roster}/H61.102", json=REASON), 201)
    await done(opened.put(f"{SUBMISSIONS}/H61.104", json=points(1)))
    raw = await asyncpg.connect(database_url)
    departed = await raw.fetch(DEPARTURES)
    await asyncio.to_thread(command.downgrade, alembic_config(database_url), "2026_11_23_idempotency_keys")
    await asyncio.to_thread(upgrade, database_url)
    assert [dict(row) for row in await raw.fetch(DEPARTURES)] == [dict(row) for row in departed]
    assert [(row["code"], row["ancestors"], row["version"]) for row in departed] == [("H61.103", ["H61.D1", "H61"], 3)]
    await raw.close()
    there = dict.fromkeys(("H61.101", "H61.102", "H61.104"), 5)
    assert await changes(opened, 0) == (5, there | {"H61.103": 3})
    await done(opened.put(f"{SUBMISSIONS}/H61.101", json=points(1)))
    assert await changes(opened, 5) == (6, {"H61.101": 6})
