"""Two callers at once, each on a connection of its own."""

import asyncio
from collections import Counter
from collections.abc import Iterable

import asyncpg
import pytest
from httpx import AsyncClient, Response

from tests.units.bodies import refusals, unit


def statuses(answers: Iterable[Response]) -> Counter[int]:
    return Counter(answer.status_code for answer in answers)


async def test_of_many_writers_with_one_etag_exactly_one_wins(tree: AsyncClient) -> None:
    answers = await asyncio.gather(
        *(
            tree.put("/v1/units/H20", json=unit("H20", f"Tên {n}", level="province"), headers={"If-Match": '"1"'})
            for n in range(6)
        )
    )
    assert statuses(answers) == {200: 1, 412: 5}
    winner = next(answer.json() for answer in answers if answer.status_code == 200)
    assert (await tree.get("/v1/units/H20")).json() == winner
    losers = [answer for answer in answers if answer.status_code == 412]
    assert {(loser.json()["current_revision"], loser.headers["ETag"]) for loser in losers} == {(2, '"2"')}


async def test_of_many_writers_of_one_level_with_one_etag_exactly_one_wins(admin: AsyncClient) -> None:
    body = {"title": "Cấp xã", "ordinal": 40}
    answers = await asyncio.gather(
        *(admin.put("/v1/levels/commune", json=body, headers={"If-Match": '"1"'}) for _ in range(4))
    )
    assert statuses(answers) == {200: 1, 412: 3}


async def test_of_many_creators_exactly_one_wins(admin: AsyncClient) -> None:
    posted = await asyncio.gather(*(admin.post("/v1/units", json=unit("H98")) for _ in range(4)))
    assert statuses(posted) == {201: 1, 409: 3}
    put = await asyncio.gather(
        *(admin.put("/v1/units/H99", json=unit("H99"), headers={"If-None-Match": "*"}) for _ in range(4))
    )
    assert statuses(put) == {201: 1, 412: 3}


async def test_writers_without_a_condition_all_pass_and_no_revision_is_lost(tree: AsyncClient) -> None:
    answers = await asyncio.gather(*(tree.put("/v1/units/H20", json=unit("H20", level="province")) for _ in range(5)))
    assert sorted(answer.json()["revision"] for answer in answers) == [2, 3, 4, 5, 6]


async def test_one_identifier_wanted_by_many_goes_to_one(admin: AsyncClient) -> None:
    wanted = [{"scheme": "mdvhc", "value": str(value)} for value in (11, 22)]
    bodies = [unit(f"H9{n}", identifiers=wanted[:: 1 if n % 2 else -1]) for n in range(4)]
    answers = await asyncio.gather(*(admin.post("/v1/units", json=body) for body in bodies))
    assert statuses(answers) == {201: 1, 409: 3}
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"identifier_in_use"}


async def test_two_moves_at_once_cannot_close_a_circle(tree: AsyncClient) -> None:
    for _ in range(5):
        await asyncio.gather(
            *(tree.put(f"/v1/units/{code}", json=unit(code, level="province")) for code in ("H61", "H20"))
        )
        answers = await asyncio.gather(
            tree.put("/v1/units/H61", json=unit("H61", level="province", parent="H20")),
            tree.put("/v1/units/H20", json=unit("H20", level="province", parent="H61")),
        )
        assert statuses(answers) == {200: 1, 422: 1}
        assert [refusals(answer) for answer in answers if answer.status_code == 422] == [
            [("/parent", "unit_under_itself")]
        ]


async def test_deleting_against_a_stale_etag_deletes_nothing(tree: AsyncClient) -> None:
    await tree.put("/v1/units/H20.S01", json=unit("H20.S01", parent="H20"))
    answer = await tree.delete("/v1/units/H20.S01", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["current_revision"]) == (412, 2)
    assert (await tree.get("/v1/units/H20.S01")).status_code == 200


@pytest.mark.parametrize("method", ["DELETE", "PUT"])
async def test_a_writer_that_had_to_wait_judges_by_what_it_then_finds(
    tree: AsyncClient, database_url: str, method: str
) -> None:
    other = await asyncpg.connect(database_url)
    body = None if method == "DELETE" else unit("H20.S01", parent="H20")
    async with other.transaction():
        await other.execute("UPDATE units SET revision = 2 WHERE code = 'H20.S01'")
        request = tree.request(method, "/v1/units/H20.S01", json=body, headers={"If-Match": '"1"'})
        waiting = asyncio.create_task(request)
        while not await other.fetchval("SELECT count(*) FROM pg_locks WHERE NOT granted"):
            assert not waiting.done()
            await asyncio.sleep(0.01)
    await other.close()
    answer = await waiting
    assert (answer.status_code, answer.json()["current_revision"]) == (412, 2)
    assert (await tree.get("/v1/units/H20.S01")).status_code == 200


@pytest.mark.parametrize("condition", [{"If-Match": "*"}, {"If-Match": '"1"'}])
async def test_a_condition_on_what_is_not_there_creates_nothing(admin: AsyncClient, condition: dict[str, str]) -> None:
    answer = await admin.put("/v1/units/H98", json=unit("H98"), headers=condition)
    assert (answer.status_code, answer.json()["current_revision"]) == (412, None)
    assert (await admin.get("/v1/units/H98")).status_code == 404


async def test_a_unit_as_it_was_read_can_be_sent_back_until_it_has_moved(tree: AsyncClient) -> None:
    read = (await tree.get("/v1/units/H61.857")).json()
    assert (await tree.put("/v1/units/H61.857", json=read | {"name": "Long Hồ"})).status_code == 200
    stale = await tree.put("/v1/units/H61.857", json=read)
    assert (stale.status_code, stale.json()["current_revision"]) == (412, 2)
