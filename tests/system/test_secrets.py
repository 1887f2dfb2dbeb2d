"""What is secret stays with its owner: in the files, and out of everything that is said."""

import os
import stat
from pathlib import Path

import httpx
import pytest

from tests.system.caller import report, submission
from tests.system.conftest import PERIOD, Serve, Staged
from tests.system.service import Credentials, Service


@pytest.fixture(scope="module")
def story(staged: Staged, serve_all: Serve) -> tuple[Service, list[str]]:
    """A service after a day of right and wrong calls, and everything that nobody else may learn."""
    service = serve_all(staged.folder, DTI_LOG_LEVEL="debug")
    reader = Credentials.add(staged.folder, "read")
    tokens = [staged.admin.token(service.base), reader.token(service.base)]
    with httpx.Client(base_url=service.base, timeout=30) as http:
        _call(http, reader, *tokens)
    secrets = [
        staged.admin.client_secret,
        reader.client_secret,
        *tokens,
        "đoán-mò",
        "gia-tri-mat",
        "the-cua-truc-lien-thong",
    ]
    pem = (staged.folder / "token_key.pem").read_text().splitlines()[1]
    kept = [(staged.folder / name).read_text() for name in ("pepper", "postgres.password", "postgres.url")]
    return service, [*secrets, pem, *kept]


def _call(http: httpx.Client, reader: Credentials, admin: str, token: str) -> None:
    """Every way in which something confidential can be sent, in the right place and in wrong ones."""
    path, form = f"/v1{submission('B1')}", {"grant_type": "client_credentials"}
    bearer = {"Authorization": f"Bearer {admin}", "LgspAccessToken": "the-cua-truc-lien-thong"}
    body = report(1, "gia-tri-mat")
    assert http.put(path, json=body, headers=bearer).status_code == 200
    assert http.put(path, json=body, headers={"Authorization": f"Bearer {token}"}).status_code == 403
    assert http.get(path, headers={"Authorization": f"Bearer {token}x"}).status_code == 401
    assert http.get(path, params={"access_token": token}, headers=bearer).status_code == 422
    assert http.get(f"/v1/units/{token}", headers=bearer).status_code == 422
    assert http.post("/oauth/token", data=form, auth=(reader.client_id, "đoán-mò")).status_code == 401
    assert http.post("/oauth/token", data={**form, **vars(reader)}, params=vars(reader)).status_code == 422
    assert http.post("/oauth/token", json={**form, **vars(reader)}).status_code == 415
    assert http.put(path, content=f'{{"gia-tri-mat": "{token}"', headers=bearer).status_code in {400, 415}


def test_no_secret_is_in_anything_that_was_said(story: tuple[Service, list[str]]) -> None:
    service, secrets = story
    said = service.output.read_text() + service.said + (service.folder / "postgres.log").read_text()
    assert all(len(secret) > 6 for secret in secrets)
    assert [secret for secret in secrets if secret in said] == []


def test_the_log_is_json_with_a_line_for_each_request(story: tuple[Service, list[str]]) -> None:
    service, _ = story
    lines = [line for line in service.log if line["event"] == "request"]
    assert [line["status"] for line in lines][-9:-7] == [200, 403]
    assert all({"timestamp", "level", "request_id", "method", "route", "duration_ms"} <= line.keys() for line in lines)
    assert {line["route"] for line in lines} >= {"/oauth/token", "/v1/submissions/{period}/{unit}"}
    assert PERIOD not in service.output.read_text()


def test_files_and_folders_are_closed_to_everybody_else(story: tuple[Service, list[str]]) -> None:
    service, _ = story
    opened = {str(path): oct(_mode(path)) for path in service.folder.rglob("*") if _mode(path) & 0o077}
    assert opened == {}
    for name in ("pepper", "token_key.pem", "postgres.password", "postgres.url", "postgres.log", "postgres.lock"):
        assert _mode(service.folder / name) == 0o600, name
    # Root's server runs as somebody else, who has to pass through; nobody can look in.
    assert _mode(service.folder) == (0o711 if os.geteuid() == 0 else 0o700)


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)
