"""The service on the demonstration's data, and clients of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.system.service import Credentials, Service, dti
from tests.units.conftest import province

__all__ = ["fuzzed", "province"]

# A token that outlasts any run, and no limits of rates.
_SETTINGS = {"DTI_TOKEN_SECONDS": "86400", "DTI_RATE_LIMIT": "", "DTI_ADDRESS_RATE_LIMIT": ""}


@dataclass(frozen=True)
class Fuzzed:
    """A serving process, and the tokens of those who call it."""

    service: Service
    clients: dict[str, Credentials]
    tokens: dict[str, str]

    @property
    def requests(self) -> list[dict[str, object]]:
        """What it has logged of each request."""
        return [line for line in self.service.log if line["event"] == "request"]


@pytest.fixture(scope="session")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fuzzed]:
    folder = tmp_path_factory.mktemp("fuzzed") / "data"
    service = Service.start(folder, folder.with_name("logs"), "--prepare", **_SETTINGS)
    try:
        # Below them are units that report and one that does not; beside them are others, which they must not see.
        scopes = ("read", "submit", "push", "review")
        clients = {"admin": _add(folder, "admin"), "bounded": _add(folder, *scopes, unit="H61.857")}
        yield Fuzzed(service, clients, {name: client.token(service.base) for name, client in clients.items()})
    finally:
        service.stop()


def _add(folder: Path, *scopes: str, unit: str | None = None) -> Credentials:
    options = [part for scope in scopes for part in ("--scope", scope)]
    bounds = ["--unit", unit] if unit else []
    return Credentials(**json.loads(dti(folder, "clients", "add", "Thử ngẫu nhiên", *options, *bounds, "--json")))
