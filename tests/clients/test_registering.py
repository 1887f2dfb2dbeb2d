"""Clients over HTTP: made, shown, changed, deleted, each with its event."""

import json
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.clients.client import Scope
from app.kernel.database import transaction
from tests.clients.calling import headers_of, outcome, pointed, token_of, values_of
from tests.clients.conftest import Add
from tests.conftest import Bearer

PATH = "/v1/clients"
BODY = {"name": "  Cổng một cửa ", "scopes": ["push", "read"], "unit": "H61", "levels": ["commune"]}


async def events(app: FastAPI) -> list[tuple[str, str, dict[str, Any]]]:
    """Type, actor and data of every event about clients."""
    async with transaction(app.state.database) as session:
        bodies = await session.scalars(text("SELECT body FROM global_events ORDER BY sequence"))
        told = [json.loads(body) for body in bodies]
    return [(one["type"], one["actor"], one["data"]) for one in told if one["type"].startswith("client.")]


async def test_a_client_is_made_shown_changed_and_deleted(admin: AsyncClient, app: FastAPI) -> None:
    made = await admin.post(PATH, json=BODY)
    assert made.status_code == 201, made.text
    document = made.json()
    secret = document.pop("client_secret")
    path = f"{PATH}/{document['id']}"
    assert (made.headers["location"], made.headers["etag"]) == (path, '"1"')
    assert made.headers["cache-control"] == "no-store"
    assert document == {
        "id": document["id"],
        "name": "Cổng một cửa",
        "scopes": ["push", "read"],
        "unit": "H61",
        "levels": ["commune"],
        "indicators": None,
        "disabled": False,
        "disabled_at": None,
        "created_at": document["created_at"],
        "last_used_at": None,
        "previous_secret_expires_at": None,
        "revision": 1,
    }
    await token_of(admin, (document["id"], secret))
    shown = await admin.get(path)
    assert shown.headers["etag"] == '"1"'
    assert shown.json()["last_used_at"] is not None
    assert shown.json() | {"last_used_at": None} == document
    body = values_of(document, name="Một cửa", levels=None, disabled=True)
    changed = (await admin.put(path, json=body, headers={"If-Match": '"1"'})).json()
    assert (changed["name"], changed["levels"], changed["disabled"], changed["revision"]) == ("Một cửa", None, True, 2)
    assert changed["disabled_at"] is not None
    assert (await admin.put(path, json=body)).json() == changed  # the same again: no revision, no event
    assert (await admin.delete(path)).status_code == 204
    for answer in (await admin.get(path), await admin.put(path, json=body), await admin.delete(path)):
        assert outcome(answer) == (404, "client_not_found")
    told = await events(app)
    assert [(kind, actor) for kind, actor, _ in told] == [
        ("client.created", "test-admin"),
        ("client.changed", "test-admin"),
        ("client.deleted", "test-admin"),
    ]
    assert told[1][2] == {"id": document["id"], **body, "scopes": ["push", "read"]}
    assert secret not in json.dumps(told)


async def test_conditions_are_kept(admin: AsyncClient, add: Add) -> None:
    client_id, _ = await add(Scope.READ)
    path = f"{PATH}/{client_id}"
    body = values_of((await admin.get(path)).json(), name="khác")
    for headers in ({"If-Match": '"7"'}, {"If-None-Match": "*"}):
        assert (await admin.put(path, json=body, headers=headers)).status_code == 412
    for answer in (
        await admin.delete(path, headers={"If-Match": '"7"'}),
        await admin.post(f"{path}/rotate", headers={"If-Match": '"7"'}),
    ):
        assert outcome(answer) == (412, "stale_revision")
        assert answer.json()["current_revision"] == 1
    assert (await admin.get(path)).json()["name"] == "Một cửa"


async def test_lists_are_paged_from_the_oldest(admin: AsyncClient, add: Add) -> None:
    made = [(await add(Scope.READ))[0] for _ in range(4)]
    found: list[str] = []
    answer = await admin.get(PATH, params={"limit": 2})
    while True:
        found += [client["id"] for client in answer.json()["items"]]
        assert "client_secret" not in answer.text
        if answer.json()["next"] is None:
            break
        assert 'rel="next"' in answer.headers["link"]
        answer = await admin.get(PATH, params={"limit": 2, "cursor": answer.json()["next"]})
    assert found == ["test-admin", *made]
    for cursor in ("WyIyMDI1IiwieCJd", "WyIyMDI1LTAxLTAxVDAwOjAwOjAwIiwieCJd", "x"):
        assert outcome(await admin.get(PATH, params={"cursor": cursor})) == (400, "invalid_cursor")


async def test_a_retried_post_makes_one_client_and_tells_its_secret_again(admin: AsyncClient) -> None:
    key = {"Idempotency-Key": "một-lần".encode().hex()}
    first, again = [await admin.post(PATH, json=BODY, headers=key) for _ in range(2)]
    assert first.status_code == again.status_code == 201
    assert again.headers["idempotent-replayed"] == "true"
    assert again.json() == first.json()
    assert len((await admin.get(PATH)).json()["items"]) == 2
    rotated = [
        await admin.post(f"{PATH}/{first.json()['id']}/rotate", headers={"Idempotency-Key": "2"}) for _ in range(2)
    ]
    assert rotated[0].json() == rotated[1].json()


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        ({"name": " "}, [("/name", "blank")]),
        ({"scopes": []}, [("/scopes", "too_short")]),
        ({"scopes": ["fly"]}, [("/scopes/0", "enum")]),
        ({"scopes": ["read", "read"]}, [("/scopes", "duplicate_item")]),
        ({"levels": []}, [("/levels", "too_short")]),
        ({"unit": "h61"}, [("/unit", "string_pattern_mismatch")]),
        ({"secret": "x"}, [("/secret", "unknown_field")]),
        (
            {"unit": "H99", "levels": ["commune", "xa"], "indicators": ["9.9"]},
            [("/unit", "unknown_unit"), ("/levels/1", "unknown_level"), ("/indicators/0", "unknown_indicator")],
        ),
    ],
)
async def test_a_wrong_body_is_told_by_field_and_makes_no_client(
    admin: AsyncClient, changes: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    assert pointed(await admin.post(PATH, json=BODY | changes)) == errors
    assert len((await admin.get(PATH)).json()["items"]) == 1


async def test_nothing_may_be_left_out_of_a_replacement(admin: AsyncClient, add: Add) -> None:
    client_id, _ = await add(Scope.READ, unit="H61")
    answer = await admin.put(f"{PATH}/{client_id}", json={"name": "x", "scopes": ["read"]})
    assert pointed(answer) == [(f"/{name}", "missing") for name in ("unit", "levels", "indicators", "disabled")]
    assert (await admin.get(f"{PATH}/{client_id}")).json()["unit"] == "H61"


async def test_only_administrators_see_or_write_clients(client: AsyncClient, bearer: Bearer, add: Add) -> None:
    client_id, secret = await add(*(scope for scope in Scope if scope is not Scope.ADMIN))
    others = await headers_of(client, (client_id, secret))
    for method, path in (
        ("GET", PATH),
        ("POST", PATH),
        ("GET", f"{PATH}/{client_id}"),
        ("PUT", f"{PATH}/{client_id}"),
        ("DELETE", f"{PATH}/{client_id}"),
        ("POST", f"{PATH}/{client_id}/rotate"),
    ):
        assert outcome(await client.request(method, path)) == (401, "token_missing")
        assert outcome(await client.request(method, path, headers=others)) == (403, "insufficient_scope")


async def test_the_last_who_may_do_everything_cannot_be_taken_away(admin: AsyncClient, add: Add) -> None:
    await add(Scope.ADMIN, unit="H61")  # bounded: not enough to run the house
    path = f"{PATH}/test-admin"
    body = values_of((await admin.get(path)).json())
    attempts: list[dict[str, Any]] = [
        {"disabled": True},
        {"scopes": ["read"]},
        {"unit": "H61"},
        {"levels": ["commune"]},
    ]
    for changes in attempts:
        assert outcome(await admin.put(path, json=body | changes)) == (409, "last_admin")
    assert outcome(await admin.delete(path)) == (409, "last_admin")
    assert (await admin.put(path, json=body | {"name": "Sở KH&CN"})).status_code == 200
    other, _ = await add(Scope.ADMIN)
    assert (await admin.delete(f"{PATH}/{other}")).status_code == 204
    await add(Scope.ADMIN)
    assert (await admin.put(path, json=body | {"disabled": True})).status_code == 200
