"""What callers and gateways send in confidence is in no log: at debug level, on refusals and on failures."""

import json
import logging
from pathlib import Path

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.clients.client import Scope
from app.settings import Settings
from tests.clients.calling import GRANT, bearer, token_of
from tests.clients.conftest import Add

GATEWAY = "Zm9yLWxnc3Atb25seS1iZWFyZXI"


@pytest.fixture
def settings(database_url: str, tmp_path: Path) -> Settings:
    return Settings(database_url=database_url, data_dir=tmp_path / "data", log_level="debug")


@pytest.mark.parametrize("name", ["lgspaccesstoken", "LgspAccessToken", "LGSPACCESSTOKEN"])
async def test_a_gateways_header_is_tolerated_and_nothing_confidential_is_logged(
    app: FastAPI,
    admin: AsyncClient,
    add: Add,
    name: str,
    capfd: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    headers = {name: GATEWAY, "X-Forwarded-Authorization": "Basic Z2F0ZXdheQ=="}
    # A failure is answered, not handed on to the test.
    transport = ASGITransport(app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://dti", headers=headers) as http:
        credentials = await add(Scope.READ)
        token = await token_of(http, credentials)
        rotated = await admin.post(f"/v1/clients/{credentials.client_id}/rotate", headers=headers)
        made = await admin.post("/v1/clients", json={"name": "x", "scopes": ["read"]}, headers=headers)
        statuses = [
            (await http.get("/v1/probe/reader", headers=bearer(token))).status_code,
            (await http.get("/v1/probe/crash", headers=bearer(token))).status_code,
            (await http.get("/v1/probe/reader", headers=bearer(f"{token}x"))).status_code,
            (await http.get("/v1/probe/reader", headers={"Authorization": f"Basic {credentials.secret}"})).status_code,
            (await http.post("/oauth/token", data=GRANT, auth=(credentials.client_id, "khong-dung"))).status_code,
            (await http.post("/oauth/token", data=GRANT | {"client_secret": credentials.secret})).status_code,
            (await http.get("/v1/clients/x", headers=bearer(token))).status_code,
        ]
    assert statuses == [200, 500, 401, 401, 401, 401, 403]
    out, err = capfd.readouterr()
    assert [json.loads(line)["status"] for line in out.splitlines() if '"request"' in line][-7:] == statuses
    secrets = [GATEWAY, "Z2F0ZXdheQ", token, credentials.secret, "khong-dung"]
    secrets += [answer.json()["client_secret"] for answer in (rotated, made)]
    assert [secret for secret in secrets if secret in out + err + caplog.text] == []
