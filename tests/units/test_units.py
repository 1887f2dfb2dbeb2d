from typing import Any

import asyncpg
import pytest
from httpx import AsyncClient

from app.clients.access import Scope
from tests.conftest import Bearer
from tests.units.bodies import refusals, unit

LONG_HO = {
    "code": "H61.857",
    "name": "Huyện Long Hồ",
    "level": "district",
    "parent": "H61",
    "traits": ["rural", "no-online-public-services"],
    "identifiers": [{"scheme": "mdvhc", "value": "857"}, {"scheme": "qcvn-102", "value": "000.00.15.H61"}],
    "valid_from": "2020-02-01",
    "valid_to": "2025-07-01",
}


async def test_a_unit_reads_back_as_it_was_written(admin: AsyncClient) -> None:
    await admin.post("/v1/units", json=unit("H61", level="province"))
    answer = await admin.post("/v1/units", json=LONG_HO)
    assert answer.status_code == 201
    assert answer.json() == LONG_HO | {"revision": 1}
    assert answer.headers["Location"] == "/v1/units/H61.857"
    read = await admin.get(answer.headers["Location"])
    assert read.json() == answer.json()
    assert read.headers["ETag"] == answer.headers["ETag"] == '"1"'


async def test_what_is_left_out_takes_its_default(admin: AsyncClient, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    today = (await connection.fetchval("SELECT current_date")).isoformat()
    await connection.close()
    answer = await admin.post("/v1/units", json={"code": "H61", "name": "Vĩnh Long", "level": "province"})
    assert answer.json() == {
        "code": "H61",
        "name": "Vĩnh Long",
        "level": "province",
        "parent": None,
        "traits": [],
        "identifiers": [],
        "valid_from": today,
        "valid_to": None,
        "revision": 1,
    }


async def test_a_taken_code_is_refused(tree: AsyncClient) -> None:
    answer = await tree.post("/v1/units", json=unit("H61"))
    assert (answer.status_code, answer.json()["code"]) == (409, "unit_exists")


async def test_all_wrong_references_and_dates_are_told_at_once(admin: AsyncClient) -> None:
    body = unit("H61.1", level="nation", parent="H61", valid_to="2020-02-01")
    answer = await admin.post("/v1/units", json=body)
    assert answer.status_code == 422
    assert refusals(answer) == [
        ("/level", "unknown_level"),
        ("/parent", "unknown_unit"),
        ("/valid_to", "dates_out_of_order"),
    ]


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("code", "h61", "/code"),
        ("code", "H" * 36, "/code"),
        ("name", "  ", "/name"),
        ("name", "Sở\x00", "/name"),
        ("traits", ["Rural"], "/traits/0"),
        ("traits", ["rural", "rural"], "/traits"),
        ("identifiers", [{"scheme": "mdvhc", "value": "8 6"}], "/identifiers/0/value"),
        ("identifiers", [{"scheme": "mdvhc", "value": "86"}] * 2, "/identifiers"),
        ("valid_from", "01/02/2020", "/valid_from"),
        ("valid_from", 0, "/valid_from"),
        ("revision", 1, "/revision"),
        ("parent", None, None),
    ],
)
async def test_a_value_of_the_wrong_form_is_pointed_at(
    admin: AsyncClient, field: str, value: Any, pointer: str | None
) -> None:
    answer = await admin.post("/v1/units", json=unit("H61") | {field: value})
    assert answer.status_code == (201 if pointer is None else 422)
    if pointer is not None:
        assert [place for place, _ in refusals(answer)] == [pointer]


async def test_an_identifier_belongs_to_one_unit_and_each_one_taken_is_named(tree: AsyncClient) -> None:
    free, taken = {"scheme": "gso", "value": "86"}, {"scheme": "mdvhc", "value": "86"}
    answer = await tree.post("/v1/units", json=unit("H99", identifiers=[free, taken]))
    assert (answer.status_code, answer.json()["code"]) == (409, "identifier_in_use")
    assert refusals(answer) == [("/identifiers/1", "identifier_in_use")]
    assert "mdvhc 86" in answer.json()["detail"]
    assert (await tree.get("/v1/units/H99")).status_code == 404


async def test_a_unit_can_be_named_by_an_identifier(tree: AsyncClient) -> None:
    by_scheme = "/v1/units/86?unit_scheme=mdvhc"
    read = await tree.get(by_scheme)
    assert read.json()["code"] == "H61"
    changed = await tree.put(by_scheme, json=read.json() | {"name": "Vĩnh Long"})
    assert (changed.status_code, changed.json()["name"]) == (200, "Vĩnh Long")
    assert (await tree.get("/v1/units/H61?unit_scheme=mdvhc")).status_code == 404
    assert (await tree.get("/v1/units/86")).status_code == 404
    assert (await tree.delete("/v1/units/87?unit_scheme=mdvhc")).status_code == 404


async def test_put_under_a_scheme_creates_nothing(tree: AsyncClient) -> None:
    answer = await tree.put("/v1/units/87?unit_scheme=mdvhc", json=unit("H87"))
    assert (answer.status_code, answer.json()["code"]) == (404, "unit_not_found")


async def test_put_replaces_every_value_but_the_first_day_it_does_not_name(tree: AsyncClient) -> None:
    answer = await tree.put("/v1/units/H61", json={"name": "Vĩnh Long mới", "level": "province"})
    assert answer.status_code == 200
    assert answer.headers["ETag"] == '"2"'
    assert answer.json() == {
        "code": "H61",
        "name": "Vĩnh Long mới",
        "level": "province",
        "parent": None,
        "traits": [],
        "identifiers": [],
        "valid_from": "2020-02-01",
        "valid_to": None,
        "revision": 2,
    }
    assert (await tree.get("/v1/units/86?unit_scheme=mdvhc")).status_code == 404


async def test_put_corrects_dates_and_identifiers_of_the_one_version(tree: AsyncClient) -> None:
    kept, added = {"scheme": "mdvhc", "value": "86"}, {"scheme": "gso", "value": "86"}
    body = unit("H61", level="province", valid_from="1992-05-05", identifiers=[kept, added])
    answer = await tree.put("/v1/units/H61", json=body)
    assert answer.json()["valid_from"] == "1992-05-05"
    assert answer.json()["identifiers"] == [added, kept]
    assert (await tree.get("/v1/units/H61?valid_on=1992-05-05")).json() == answer.json()


async def test_put_creates_a_unit_where_there_is_none(admin: AsyncClient) -> None:
    answer = await admin.put("/v1/units/H61", json={"name": "Vĩnh Long", "level": "province"})
    assert (answer.status_code, answer.json()["code"], answer.json()["revision"]) == (201, "H61", 1)
    assert answer.headers["ETag"] == '"1"'


async def test_put_creates_no_unit_under_a_code_of_the_wrong_form(admin: AsyncClient) -> None:
    answer = await admin.put("/v1/units/h61", json={"name": "Vĩnh Long", "level": "province"})
    assert answer.status_code == 422
    assert refusals(answer) == [("/path/unit", "invalid_unit_code")]


async def test_a_code_never_changes(tree: AsyncClient) -> None:
    for path in ("H61", "H99"):
        answer = await tree.put(f"/v1/units/{path}", json=unit("H62", level="province"))
        assert answer.status_code == 422
        assert refusals(answer) == [("/code", "code_mismatch")]


async def test_an_etag_already_held_is_answered_304(tree: AsyncClient) -> None:
    held = (await tree.get("/v1/units/H61")).headers["ETag"]
    answer = await tree.get("/v1/units/H61", headers={"If-None-Match": f'W/{held}, "99"'})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", held)
    other = await tree.get("/v1/units/H61", headers={"If-None-Match": '"99"'})
    assert other.status_code == 200


async def test_each_write_appends_one_event_with_the_unit_as_written(tree: AsyncClient, database_url: str) -> None:
    created = (await tree.post("/v1/units", json=unit("H98"))).json()
    changed = (await tree.put("/v1/units/H98", json=unit("H98", "Sở Y tế"))).json()
    await tree.delete("/v1/units/H98")
    refused = await tree.delete("/v1/units/H61")
    assert refused.status_code == 409
    connection = await asyncpg.connect(database_url)
    events = await connection.fetch(
        """SELECT body::json ->> 'type' AS type, body::json ->> 'actor' AS actor,
                  body::json -> 'data' ->> 'name' AS name, body::json -> 'data' ->> 'revision' AS revision
             FROM global_events WHERE body::json -> 'data' ->> 'code' = 'H98' ORDER BY sequence"""
    )
    await connection.close()
    assert [tuple(event) for event in events] == [
        ("unit.created", "test-admin", created["name"], "1"),
        ("unit.changed", "test-admin", changed["name"], "2"),
        ("unit.deleted", "test-admin", changed["name"], "2"),
    ]


async def test_units_are_read_with_read_and_written_with_admin_only(
    tree: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    assert (await client.get("/v1/units/H61")).status_code == 401
    reader = bearer(Scope.READ)
    assert (await client.get("/v1/units/H61", headers=reader)).status_code == 200
    for method, path in (("POST", ""), ("PUT", "/H98"), ("DELETE", "/H61")):
        body = None if method == "DELETE" else unit("H98")
        answer = await client.request(method, f"/v1/units{path}", json=body, headers=reader)
        assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


@pytest.mark.parametrize("path", ["Ủy", "a" * 65, "H61%00", "H61%20"])
async def test_a_path_that_can_name_no_unit_is_refused(admin: AsyncClient, path: str) -> None:
    answer = await admin.get(f"/v1/units/{path}")
    assert answer.status_code == 422
    assert refusals(answer)[0][0] == "/path/unit"
