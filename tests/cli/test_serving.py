"""The service as a process: started, used beside, stopped and killed."""

import json
import signal
import socket
import time
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Dti, Serve


def _free(base: str) -> bool:
    """Whether the service's port can be had again."""
    host, port = base.removeprefix("http://").split(":")
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, int(port)))
        except OSError:
            return False
    return True


def _comes_true(condition: object) -> bool:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if callable(condition) and condition():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture(scope="module", autouse=True)
def _migrated(dti: Dti) -> None:
    refused = dti("serve")
    assert refused.returncode == 1
    assert "Run `dti migrate` first" in refused.stderr
    assert "Traceback" not in refused.stderr
    assert dti("migrate").returncode == 0


def test_it_is_ready_and_says_where_to_look(serve: Serve) -> None:
    service = serve()
    assert httpx.get(f"{service.base}/readyz", timeout=60).status_code == 200
    assert service.process.stderr
    more = "".join(service.process.stderr.readline() for _ in range(9))
    assert f"{service.base}/docs" in more
    assert "clients add" in more
    assert "/oauth/token" in more


def test_a_client_made_beside_it_gets_a_token(serve: Serve, dti: Dti) -> None:
    service = serve()
    made = dti("clients", "add", "Sở Khoa học và Công nghệ", "--scope", "admin", "--json")
    client = json.loads(made.stdout)
    assert client.keys() == {"client_id", "client_secret"}
    answer = httpx.post(
        f"{service.base}/oauth/token",
        auth=(client["client_id"], client["client_secret"]),
        data={"grant_type": "client_credentials"},
    )
    assert answer.status_code == 200, answer.text
    assert client["client_id"] in dti("clients", "list").stdout


@pytest.mark.parametrize(("told", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_stops_it_and_its_database_in_good_order(
    serve: Serve, folder: Path, told: signal.Signals, code: int
) -> None:
    service = serve()
    service.process.send_signal(told)
    service.process.communicate(timeout=20)
    assert service.process.returncode == code
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()
    assert not (folder / "postgres.url").exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_killed_it_leaves_neither_port_nor_database_and_starts_again(serve: Serve, workers: str) -> None:
    service = serve(DTI_WORKERS=workers)
    assert _comes_true(lambda: httpx.get(f"{service.base}/readyz", timeout=60).status_code == 200)
    service.process.kill()
    service.process.wait()
    assert _comes_true(lambda: _free(service.base))
    again = serve(DTI_WORKERS=workers)
    assert httpx.get(f"{again.base}/readyz", timeout=60).status_code == 200


def test_a_port_that_is_taken_is_refused_in_one_sentence_before_anything_starts(dti: Dti) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        refused = dti("serve", DTI_PORT=port)
    assert refused.returncode == 1
    assert f"cannot listen on 127.0.0.1:{port}" in refused.stderr
    assert "DTI_PORT" in refused.stderr
    assert "PostgreSQL" not in refused.stderr
