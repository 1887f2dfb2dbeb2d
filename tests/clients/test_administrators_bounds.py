"""Nobody sees or makes a client that may do more than themselves."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.clients.client import Scope
from app.clients.repository.references import units_below as known_to_clients
from app.kernel.database import transaction
from app.units.repository.tree import units_below
from tests.clients.calling import headers_of, knowledge_ages, outcome, pointed, values_of
from tests.clients.conftest import Add
from tests.conftest import Bearer

PATH = "/v1/clients"
READ = {"name": "x", "scopes": ["read"]}


async def test_an_administrator_sees_the_clients_within_its_bounds_only(
    client: AsyncClient, bearer: Bearer, add: Add
) -> None:
    own = bearer(Scope.ADMIN, unit="H61", levels=["commune"])
    inside = [
        (await add(Scope.READ, unit="H61.1", levels=["commune"])).client_id,
        (await add(Scope.ADMIN, unit="H61", levels=["commune"])).client_id,
    ]
    outside = [
        await add(Scope.READ),
        await add(Scope.READ, unit="H62", levels=["commune"]),
        await add(Scope.READ, unit="H61.1"),
        await add(Scope.READ, unit="H61.1", levels=["commune", "province"]),
        await add(Scope.READ, levels=["commune"]),
    ]
    listed = (await client.get(PATH, headers=own)).json()["items"]
    assert [one["id"] for one in listed[1:]] == inside
    assert listed[0]["unit"] == "H61"
    for client_id, _ in [*outside, ("client-0", "")]:
        path = f"{PATH}/{client_id}"
        for answer in (
            await client.get(path, headers=own),
            await client.put(path, json=values_of(listed[1]), headers=own),
            await client.delete(path, headers=own),
            await client.post(f"{path}/rotate", headers=own),
        ):
            assert outcome(answer) == (404, "client_not_found")
            assert answer.json()["detail"] == f"There is no client '{client_id}'."


@pytest.mark.parametrize(
    ("bounds", "body", "errors"),
    [
        ({"unit": "H61"}, {}, [("/unit", "bound_required")]),
        ({"unit": "H61"}, {"unit": "H62"}, [("/unit", "unknown_unit")]),
        ({"unit": "H61.1"}, {"unit": "H61"}, [("/unit", "unknown_unit")]),
        ({"levels": ["commune"]}, {}, [("/levels", "bound_required")]),
        ({"levels": ["commune"]}, {"levels": ["commune", "province"]}, [("/levels/1", "unknown_level")]),
        ({"indicators": ["1.1"]}, {}, [("/indicators", "bound_required")]),
        ({"indicators": ["1.1"]}, {"indicators": ["1.2"]}, [("/indicators/0", "unknown_indicator")]),
    ],
)
async def test_an_administrator_makes_and_widens_no_client_beyond_its_bounds(
    client: AsyncClient,
    bearer: Bearer,
    add: Add,
    bounds: dict[str, Any],
    body: dict[str, Any],
    errors: list[tuple[str, str]],
) -> None:
    own = bearer(Scope.ADMIN, **bounds)
    (listed,) = (await client.get(PATH, headers=own)).json()["items"]
    wide = {name: body.get(name) for name in ("unit", "levels", "indicators")}
    made = await client.post(PATH, json=READ | body, headers=own)
    widened = await client.put(f"{PATH}/{listed['id']}", json=values_of(listed, **wide), headers=own)
    assert pointed(made) == pointed(widened) == errors
    assert (await client.get(PATH, headers=own)).json()["items"] == [listed]


async def test_a_unit_outside_is_told_as_one_that_is_not_there(client: AsyncClient, bearer: Bearer) -> None:
    own = bearer(Scope.ADMIN, unit="H61")
    answers = [await client.post(PATH, json=READ | {"unit": unit}, headers=own) for unit in ("H62", "H99")]
    told = [answer.json() for answer in answers]
    assert told[0]["errors"][0]["detail"].replace("H62", "H99") == told[1]["errors"][0]["detail"]
    assert (await client.post(PATH, json=READ | {"unit": "H61.2"}, headers=own)).status_code == 201


async def test_a_token_for_less_than_its_client_makes_no_client_with_more(http: AsyncClient, add: Add) -> None:
    credentials = await add(Scope.ADMIN)
    headers = await headers_of(http, credentials)
    narrow = await http.post(PATH, json=READ | {"scopes": ["admin", "push"]}, headers=headers)
    assert narrow.status_code == 201  # admin includes all
    assert narrow.json()["scopes"] == ["admin", "push"]


async def test_who_has_just_been_disabled_or_bounded_writes_nothing_more(
    http: AsyncClient, app: FastAPI, add: Add
) -> None:
    """The door still knows the client as it was; the writers of clients look again."""
    credentials = await add(Scope.ADMIN)
    headers = await headers_of(http, credentials)
    await knowledge_ages()
    assert (await http.get("/v1/probe/admin", headers=headers)).status_code == 200
    async with transaction(app.state.database) as session:
        await session.execute(text("UPDATE clients SET unit_id = (SELECT id FROM units WHERE code = 'H61')"))
    assert pointed(await http.post(PATH, json=READ, headers=headers)) == [("/unit", "bound_required")]
    await knowledge_ages()
    assert (await http.get("/v1/probe/admin", headers=headers)).status_code == 200
    async with transaction(app.state.database) as session:
        await session.execute(text("UPDATE clients SET disabled_at = now()"))
    for answer in (
        await http.post(PATH, json=READ | {"unit": "H61"}, headers=headers),
        await http.delete(f"{PATH}/{credentials.client_id}", headers=headers),
        await http.post(f"{PATH}/{credentials.client_id}/rotate", headers=headers),
    ):
        assert outcome(answer) == (401, "invalid_token")


async def test_clients_and_units_agree_about_who_stands_below_whom(app: FastAPI) -> None:
    """H61.2 moved to H62 yesterday and ended today; H61.1 moves tomorrow."""
    moves = """
        UPDATE unit_versions SET valid_to = current_date - 1
         WHERE unit_id = (SELECT id FROM units WHERE code = 'H61.2');
        INSERT INTO unit_versions (unit_id, valid_from, valid_to, name, sort_key, search_text, level_id, parent_id)
        SELECT unit_id, current_date - 1, current_date, name, sort_key, search_text, level_id,
               (SELECT id FROM units WHERE code = 'H62')
          FROM unit_versions
         WHERE unit_id = (SELECT id FROM units WHERE code = 'H61.2');
        UPDATE unit_versions SET valid_to = current_date + 1
         WHERE unit_id = (SELECT id FROM units WHERE code = 'H61.1');
        INSERT INTO unit_versions (unit_id, valid_from, name, sort_key, search_text, level_id, parent_id)
        SELECT unit_id, current_date + 1, name, sort_key, search_text, level_id,
               (SELECT id FROM units WHERE code = 'H62')
          FROM unit_versions WHERE unit_id = (SELECT id FROM units WHERE code = 'H61.1')
    """
    async with transaction(app.state.database) as session:
        for statement in moves.split(";"):
            await session.execute(text(statement))
        codes: dict[int, str] = {row.id: row.code for row in await session.execute(text("SELECT id, code FROM units"))}
        found = {}
        for unit_id, code in codes.items():
            here = set(await session.scalars(known_to_clients(code)))
            there = set(await session.scalars(units_below(unit_id, None).select()))
            assert here == there
            found[code] = {codes[one] for one in here}
    assert found["H61"] == {"H61", "H61.1"}
    assert found["H62"] == {"H62", "H61.2"}
