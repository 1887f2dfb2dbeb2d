"""Where a unit stands, and on which days."""

import asyncpg
import pytest
from httpx import AsyncClient

from tests.units.bodies import refusals, unit


@pytest.mark.parametrize("parent", ["H61", "H61.857", "H61.10"])
async def test_a_unit_cannot_stand_below_itself(tree: AsyncClient, parent: str) -> None:
    answer = await tree.put("/v1/units/H61", json=unit("H61", level="province", parent=parent))
    assert answer.status_code == 422
    assert refusals(answer) == [("/parent", "unit_under_itself")]


async def test_a_new_unit_cannot_be_its_own_parent(admin: AsyncClient) -> None:
    answer = await admin.post("/v1/units", json=unit("H61", parent="H61"))
    assert answer.status_code == 422
    assert refusals(answer) == [("/parent", "unit_under_itself")]


async def test_a_unit_can_move_below_a_sibling(tree: AsyncClient) -> None:
    body = unit("H61.99", level="commune", parent="H61.S01", valid_from="2025-07-01")
    assert (await tree.put("/v1/units/H61.99", json=body)).status_code == 200


async def test_units_stand_below_each_other_in_turn_where_their_days_do_not_meet(tree: AsyncClient) -> None:
    early = unit("H90", parent="H61", valid_from="2000-01-01", valid_to="2001-01-01")
    assert (await tree.post("/v1/units", json=early)).status_code == 201
    late = unit("H61", level="province", parent="H90", valid_from="2020-02-01")
    assert (await tree.put("/v1/units/H61", json=late)).status_code == 200
    meeting = await tree.put("/v1/units/H61", json=late | {"valid_from": "2000-12-31"})
    assert refusals(meeting) == [("/parent", "unit_under_itself")]


async def test_the_version_of_a_day_ends_before_valid_to(tree: AsyncClient) -> None:
    path = "/v1/units/H61.857?valid_on="
    statuses = {
        day: (await tree.get(path + day)).status_code
        for day in ("2020-01-31", "2020-02-01", "2025-06-30", "2025-07-01")
    }
    assert list(statuses.values()) == [404, 200, 200, 404]


async def test_a_unit_that_has_ended_or_not_begun_stays_readable(tree: AsyncClient) -> None:
    assert (await tree.get("/v1/units/H61.857")).json()["valid_to"] == "2025-07-01"
    await tree.post("/v1/units", json=unit("H98", valid_from="2999-01-01"))
    assert (await tree.get("/v1/units/H98")).json()["valid_from"] == "2999-01-01"


async def test_of_several_versions_the_one_valid_today_is_shown(tree: AsyncClient, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(
        """UPDATE unit_versions SET valid_to = '2900-01-01' WHERE name = 'Tỉnh Đồng Tháp';
           INSERT INTO unit_versions (unit_id, valid_from, valid_to, name, sort_key, search_text, level_id)
           SELECT v.unit_id, other.*, 'x', 'x', v.level_id
             FROM unit_versions v,
                  (VALUES (date '2010-01-01', date '2020-02-01', 'cũ'), ('2900-01-01', NULL, 'mới')) other
            WHERE v.name = 'Tỉnh Đồng Tháp'"""
    )
    await connection.close()
    shown = {
        day: (await tree.get(f"/v1/units/H20{day}")).json()["name"]
        for day in ("", "?valid_on=2015-05-05", "?valid_on=2950-01-01")
    }
    assert list(shown.values()) == ["Tỉnh Đồng Tháp", "cũ", "mới"]
    listed = (await tree.get("/v1/units?level=province")).json()["items"]
    assert [item["name"] for item in listed] == ["Tỉnh Đồng Tháp", "Tỉnh Vĩnh Long"]
