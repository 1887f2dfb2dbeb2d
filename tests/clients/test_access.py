"""Getting a token, and what it opens."""

import json

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import select, text

from app.clients import repository, service
from app.clients.access import Scope
from app.clients.models import ClientRow
from app.kernel.database import transaction
from tests.clients.calling import GRANT, bearer, refused, token_of
from tests.clients.conftest import Add


async def test_a_client_gets_a_token_by_basic_or_by_the_form(http: AsyncClient, add: Add) -> None:
    client_id, secret = await add(Scope.READ, Scope.PUSH)
    by_basic = await http.post("/oauth/token", data=GRANT, auth=(client_id, secret))
    by_form = await http.post("/oauth/token", data={**GRANT, "client_id": client_id, "client_secret": secret})
    for response in (by_basic, by_form):
        body = response.json()
        assert (body["token_type"], body["expires_in"], body["scope"]) == ("Bearer", 900, "push read")
        assert response.headers["cache-control"] == "no-store"
        assert (await http.get("/v1/probe/reader", headers=bearer(body["access_token"]))).json()["id"] == client_id


async def test_a_token_can_be_asked_for_less_but_not_for_more(http: AsyncClient, add: Add) -> None:
    credentials = await add(Scope.READ, Scope.PUSH)
    token = await token_of(http, credentials, scope="read")
    assert (await http.get("/v1/probe/reader", headers=bearer(token))).status_code == 200
    assert (await http.get("/v1/probe/pusher", headers=bearer(token))).status_code == 403
    for scope in ("admin", "read admin", "nonsense"):
        response = await http.post("/oauth/token", data=GRANT | {"scope": scope}, auth=credentials)
        refused(response, 400, "invalid_scope")


async def test_who_is_not_known_gets_no_token(http: AsyncClient, add: Add) -> None:
    client_id, secret = await add(Scope.READ)
    for credentials in (
        (client_id, "wrong"),
        ("client-0", secret),
        (client_id, ""),
        ("\x00", secret),
        ("é", "é"),
    ):
        refused(await http.post("/oauth/token", data=GRANT, auth=credentials), 401, "invalid_client")
        form = {**GRANT, "client_id": credentials[0], "client_secret": credentials[1]}
        refused(await http.post("/oauth/token", data=form), 401, "invalid_client")
    refused(await http.post("/oauth/token", data=GRANT), 401, "invalid_client")
    for header in ("Basic !!", "Basic", "Bearer x", "Basic gA=="):
        response = await http.post("/oauth/token", data=GRANT, headers={"Authorization": header})
        refused(response, 401, "invalid_client")


async def test_a_disabled_client_gets_no_token(http: AsyncClient, app: FastAPI, add: Add) -> None:
    credentials = await add(Scope.READ)
    async with transaction(app.state.database) as session:
        await session.execute(text("UPDATE clients SET disabled_at = now()"))
    refused(await http.post("/oauth/token", data=GRANT, auth=credentials), 401, "invalid_client")


async def test_another_grant_is_refused(http: AsyncClient, add: Add) -> None:
    client_id, secret = await add(Scope.READ)
    response = await http.post("/oauth/token", data={"grant_type": "password"}, auth=(client_id, secret))
    refused(response, 400, "unsupported_grant_type")
    refused(await http.post("/oauth/token", auth=(client_id, secret)), 400, "invalid_request")
    both = {**GRANT, "client_id": client_id, "client_secret": secret}
    refused(await http.post("/oauth/token", data=both, auth=(client_id, secret)), 400, "invalid_request")
    assert (await http.post("/oauth/token", json=GRANT)).status_code == 415


async def test_a_token_has_its_clients_bounds(http: AsyncClient, add: Add) -> None:
    credentials = await add(Scope.READ, unit="H61", levels=["commune"])
    body = (await http.get("/v1/probe/reader", headers=bearer(await token_of(http, credentials)))).json()
    assert (body["unit"], body["levels"], body["indicators"]) == ("H61", ["commune"], None)


async def test_admin_opens_every_door_and_read_does_not(http: AsyncClient, add: Add) -> None:
    admin = bearer(await token_of(http, await add(Scope.ADMIN)))
    reader = bearer(await token_of(http, await add(Scope.READ)))
    for path in ("reader", "pusher", "admin", "visitor"):
        assert (await http.get(f"/v1/probe/{path}", headers=admin)).status_code == 200
    response = await http.get("/v1/probe/admin", headers=reader)
    assert (response.status_code, response.json()["code"]) == (403, "insufficient_scope")
    assert 'scope="admin"' in response.headers["www-authenticate"]


async def test_without_a_token_only_visitors_pass(http: AsyncClient) -> None:
    assert (await http.get("/v1/probe/visitor")).json() is None
    response = await http.get("/v1/probe/reader")
    assert (response.status_code, response.json()["code"]) == (401, "token_missing")
    assert response.headers["www-authenticate"] == 'Bearer realm="dti"'


@pytest.mark.parametrize("header", ["Bearer x", "Bearer", "Bearer ", "bearer a.b.c", "Basic eDp5", "é"])
async def test_a_bad_token_is_401_for_visitors_too(http: AsyncClient, header: str) -> None:
    for path in ("visitor", "reader"):
        response = await http.get(f"/v1/probe/{path}", headers=[(b"Authorization", header.encode("latin-1"))])
        assert response.status_code == 401
        assert response.headers["www-authenticate"].startswith("Bearer")


async def test_a_bad_token_tells_before_a_bad_body_does(http: AsyncClient) -> None:
    assert (await http.get("/v1/probe/reader", headers={"Authorization": "Bearer x"})).status_code == 401


async def test_only_a_hash_is_kept_and_the_use_is_noted(http: AsyncClient, app: FastAPI, add: Add) -> None:
    client_id, secret = await add(Scope.READ)
    await token_of(http, (client_id, secret))
    async with transaction(app.state.database) as session:
        row = (await session.scalars(select(ClientRow))).one()
        (listed,) = await repository.list_(session, service.OPERATOR)
    assert (len(row.secret_hash), secret.encode() in row.secret_hash) == (32, False)
    assert (listed.client.id, listed.name, listed.disabled_at) == (client_id, "Một cửa", None)
    assert listed.last_used_at is not None


async def test_the_log_names_the_client_and_never_its_secret(
    http: AsyncClient, add: Add, capsys: pytest.CaptureFixture[str]
) -> None:
    client_id, secret = await add(Scope.READ)
    token = await token_of(http, (client_id, secret))
    await http.get("/v1/probe/reader", headers=bearer(token))
    written = capsys.readouterr().out
    assert [json.loads(line)["client"] for line in written.splitlines()] == [None, client_id]
    assert secret not in written
    assert token not in written
