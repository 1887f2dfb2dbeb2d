import asyncpg
import pytest
from httpx import AsyncClient

from tests.units.bodies import unit


async def test_delete_takes_a_unit_with_its_identifiers(tree: AsyncClient) -> None:
    await tree.post("/v1/units", json=unit("H98", identifiers=[{"scheme": "mdvhc", "value": "98"}]))
    answer = await tree.delete("/v1/units/98?unit_scheme=mdvhc", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.content) == (204, b"")
    assert (await tree.get("/v1/units/H98")).status_code == 404
    again = unit("H98", identifiers=[{"scheme": "mdvhc", "value": "98"}])
    assert (await tree.post("/v1/units", json=again)).status_code == 201


async def test_a_unit_with_others_below_it_is_not_deleted(tree: AsyncClient) -> None:
    answer = await tree.delete("/v1/units/H61.857")
    assert (answer.status_code, answer.json()["code"]) == (409, "unit_in_use")
    assert "below" in answer.json()["detail"]
    assert (await tree.get("/v1/units/H61.857")).status_code == 200


@pytest.mark.parametrize(
    ("table", "values"),
    [
        ("clients (id, name, secret_hash, scopes, unit_id)", "'c', 'c', '', '{read}', id"),
        (
            "periods (code, title, kind, starts_on, ends_on, authority_id)",
            "'p', 'p', 'year', '2025-01-01', '2025-12-31', id",
        ),
    ],
)
async def test_a_unit_that_something_refers_to_is_not_deleted(
    tree: AsyncClient, database_url: str, table: str, values: str
) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute(f"INSERT INTO {table} SELECT {values} FROM units WHERE code = 'H20.S01'")  # noqa: S608
    await connection.close()
    answer = await tree.delete("/v1/units/H20.S01")
    assert (answer.status_code, answer.json()["code"]) == (409, "unit_in_use")
