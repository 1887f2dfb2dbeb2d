"""The database of DATABASE_URL goes away and comes back under a running service."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from app.postgres import account as accounts
from app.postgres import binaries, cluster
from app.postgres.keeper import FORGETFUL, Keeper, free_port
from app.postgres.places import places
from tests.system.caller import report, submission
from tests.system.conftest import PERIOD, Serve, Staged
from tests.system.processes import comes_true
from tests.system.service import Service

_RANKING = f"/v1/rankings?period={PERIOD}&level=commune"
_SOON_SECONDS = 3


class Elsewhere:
    """A database that is not the service's own: it comes and goes at one address."""

    def __init__(self, folder: Path) -> None:
        self._where = places(folder)
        account, installation = accounts.choose(list(binaries.choose(self._where.major())), self._where.home)
        port = free_port()
        self._keeper: Callable[[], Keeper] = lambda: Keeper(self._where, account, installation, FORGETFUL, lambda: port)
        self._running: Keeper | None = None
        password = self._where.password.read_text()
        self.url = f"postgresql://{cluster.USER}:{password}@127.0.0.1:{port}/{cluster.DATABASE}"

    def come(self) -> None:
        self._running = self._keeper()
        self._running.start()

    def go(self) -> None:
        if self._running:
            self._running.stop()
        self._running = None


@pytest.fixture
def database(staged: Staged) -> Iterator[Elsewhere]:
    database = Elsewhere(staged.folder)
    database.come()
    yield database
    database.go()


@pytest.fixture
def service(database: Elsewhere, staged: Staged, serve: Serve) -> Service:
    return serve(staged.folder, DATABASE_URL=database.url)


def _callers(http: httpx.Client, token: dict[str, str]) -> Iterator[Callable[[], httpx.Response]]:
    """One of each kind: by a connection of the pool, by one without a token, by what is cached, by a write."""
    yield lambda: http.get("/readyz")
    yield lambda: http.get(_RANKING, headers=token)
    yield lambda: http.get(f"/v1{submission('B1')}", headers=token)
    yield lambda: http.put(f"/v1{submission('B1')}", headers=token, json=report(2, "ngắt"))
    form = {"grant_type": "client_credentials", "client_id": "client-x", "client_secret": "x"}
    yield lambda: http.post("/oauth/token", data=form)


def test_without_its_database_it_says_so_soon_lives_and_works_again_when_it_is_back(
    service: Service, database: Elsewhere, staged: Staged
) -> None:
    token = {"Authorization": f"Bearer {staged.admin.token(service.base)}"}
    with httpx.Client(base_url=service.base, timeout=30) as http:
        assert http.put(f"/v1{submission('B1')}", headers=token, json=report(1, "trước")).status_code == 200
        assert http.get(_RANKING, headers=token).status_code == 200
        database.go()
        for _ in range(2):  # first with connections that were open, then with none
            for call in _callers(http, token):
                _assert_unavailable(call)
            assert http.get("/livez").status_code == 200
        database.come()
        assert comes_true(lambda: http.get("/readyz").status_code == 200)
        stored = http.get(f"/v1{submission('B1')}", headers=token).json()
        assert {answer["note"] for answer in stored["answers"]} == {"trước"}
        for _ in range(5):
            assert http.put(f"/v1{submission('B1')}", headers=token, json=report(3, "sau")).status_code == 200
            assert http.get(_RANKING, headers=token).status_code == 200
    assert service.process.poll() is None


def _assert_unavailable(call: Callable[[], httpx.Response]) -> None:
    before = time.monotonic()
    answer = call()
    where = f"{answer.request.method} {answer.request.url}: {answer.text}"
    assert time.monotonic() - before < _SOON_SECONDS, where
    assert answer.status_code == 503, where
    assert answer.headers["content-type"] == "application/problem+json", where
    assert int(answer.headers["retry-after"]) > 0, where
    assert answer.json()["code"] == "database_unavailable", where


def test_a_service_of_many_callers_tells_all_of_them_soon(
    service: Service, database: Elsewhere, staged: Staged
) -> None:
    token = {"Authorization": f"Bearer {staged.admin.token(service.base)}"}
    database.go()
    with httpx.Client(base_url=service.base, timeout=30, headers=token) as http:
        for number in range(20):
            _assert_unavailable(lambda number=number: http.get(f"{_RANKING}&limit={number + 1}"))  # type: ignore[misc]
    lines = [line for line in service.log if line["event"] == "unexpected_error"]
    assert lines == []
