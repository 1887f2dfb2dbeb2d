"""A rehearsal stores nothing, waits for nobody, and sees one moment."""

import asyncio
from typing import Any

import asyncpg
from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, answers, done
from tests.rehearsals.trying import OWN, draft, first_pillar, rehearsed, report, second_pillar, tried


async def everything(database_url: str) -> dict[str, Any]:
    """Every row of every table, by table."""
    connection = await asyncpg.connect(database_url)
    tables = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    found = {name: await connection.fetch(f"SELECT t::text FROM {name} t ORDER BY 1") for (name,) in tables}  # noqa: S608
    await connection.close()
    return found


async def test_nothing_is_stored_and_no_event_is_appended(opened: AsyncClient, database_url: str) -> None:
    await report(opened)
    await done(opened.post("/v1/frameworks", json=draft(first_pillar(), second_pillar())), 201)
    before = await everything(database_url)
    assert before["answers"] != []
    assert before["cohort_events"] != []
    await rehearsed(opened)
    await rehearsed(opened, OWN, basis="self")
    assert await everything(database_url) == before


async def test_a_writer_that_holds_every_lock_is_not_waited_for(opened: AsyncClient, database_url: str) -> None:
    await report(opened)
    connection = await asyncpg.connect(database_url)
    async with connection.transaction():
        await connection.execute("SELECT FROM cohorts FOR UPDATE")
        await connection.execute("SELECT FROM frameworks FOR UPDATE")
        await connection.execute("UPDATE answers SET reported = NULL WHERE verdict IS NOT NULL")
        found = await asyncio.wait_for(tried_own(opened), 4)
    await connection.close()
    assert all(each["points_before"] == each["points_after"] for each in found["units"])


async def tried_own(admin: AsyncClient) -> dict[str, Any]:
    return await rehearsed(admin, OWN)


async def test_while_others_write_a_rehearsal_sees_one_moment(opened: AsyncClient) -> None:
    async def write(unit: int) -> None:
        for turn in range(unit, 40 + unit, 4):
            body = answers(_1_1={"a": turn % 9, "b": 10}, _1_3={"a": turn}, _1_2={"points": turn % 10})
            await done(opened.put(f"{SUBMISSIONS}/H61.10{unit}", json=body))

    found = [await rehearsed(opened, OWN)]
    writing = asyncio.gather(*(write(unit) for unit in range(1, 5)))
    while not writing.done():
        found.append(await rehearsed(opened, OWN))
    await writing
    found.append(await rehearsed(opened, OWN))
    for rehearsal in found:
        for each in rehearsal["units"]:
            assert (each["points_before"], each["rank_before"]) == (each["points_after"], each["rank_after"])
    assert found[-1]["version"] == found[0]["version"] + 40


async def test_a_framework_of_another_code_can_be_rehearsed(opened: AsyncClient) -> None:
    await report(opened)
    found = await tried(opened, draft(first_pillar(), second_pillar(), code="another", version=7))
    assert [each["points_after"] for each in found["units"]] == [each["points_before"] for each in found["units"]]
