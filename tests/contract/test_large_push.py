"""3 321 communes x 63 criteria go through the generated client: told first, done once, and replayed without a trace."""

import csv
import json
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bench import documents
from tests.contract.conftest import with_tools
from tests.system.service import Credentials, Service, dti

_UNITS = 3321
_PERIOD = {
    "code": "ca-nuoc",
    "title": "Cả nước",
    "kind": "year",
    "authority": "G99",
    "starts_on": "2026-01-01",
    "ends_on": "2026-12-31",
    "levels": [{"level": "commune", "framework": "bench-commune/1"}],
}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("large") / "data"
    dti(folder, "migrate")
    dti(folder, "units", "import", str(_units(folder.parent / "units.csv")))
    # As slow as it may be on a machine that does other things too.
    service = Service.start(folder, folder.with_name("logs"), DTI_STATEMENT_SECONDS="600")
    yield service
    service.stop()


def _units(path: Path) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        lines = csv.writer(file)
        lines.writerow(["code", "name", "level", "parent", "valid from"])
        lines.writerow(["G99", "Cả nước", "province", "", "2025-07-01"])
        lines.writerows(
            [f"G99.{number:05}", f"Xã {number}", "commune", "G99", "2025-07-01"] for number in range(_UNITS)
        )
    return path


@pytest.fixture(scope="module")
def http(service: Service) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {Credentials.add(service.folder, 'admin').token(service.base)}"}
    with httpx.Client(base_url=f"{service.base}/v1", headers=headers, timeout=600) as http:
        for path, body in (
            ("/frameworks", documents.framework()),
            ("/frameworks/bench-commune/1/publish", None),
            ("/periods", _PERIOD),
            ("/periods/ca-nuoc/open", None),
        ):
            answer = http.post(path, json=body)
            assert answer.is_success, answer.text
        yield http


@pytest.fixture
def values(tmp_path: Path) -> Path:
    chance = random.Random(3321)
    leaves = [leaf["code"] for pillar in documents.framework()["indicators"] for leaf in pillar["children"]]
    found = [
        {"unit": f"G99.{number:05}", "indicator": leaf, "inputs": inputs, "sequence": 1}
        for number in range(_UNITS)
        for leaf, inputs in zip(leaves, documents.answers(chance, None), strict=True)
    ]
    path = tmp_path / "values.json"
    path.write_text(json.dumps({"period": "ca-nuoc", "source": "lgsp", "values": found}))
    return path


def _ranking(http: httpx.Client) -> Any:
    query = {"period": "ca-nuoc", "level": "commune", "limit": "1000"}
    return http.get("/rankings", params=query).raise_for_status().json()


def test_a_whole_country_is_pushed_once(service: Service, http: httpx.Client, values: Path, tools: None) -> None:
    pusher = Credentials.add(service.folder, "push")
    environment = {"DTI_CLIENT_ID": pusher.client_id, "DTI_CLIENT_SECRET": pusher.client_secret}
    before = _ranking(http)["version"]
    done = with_tools(".tools/bin/python", "examples/push_file.py", str(values), DTI_URL=service.base, **environment)
    assert done.returncode == 0, done.stdout + done.stderr
    tried, pushed, as_tried, again = done.stdout.splitlines()
    counts = {"received": 209_223, "created": 209_223, "updated": 0, "unchanged": 0, "stale": 0, "rejected": 0}
    assert tried == f"tried: {counts}, {_UNITS} units move"
    assert re.fullmatch(rf"pushed: {re.escape(str(counts))}, versions {{'commune': {before + 1}}}", pushed)
    assert as_tried == "as tried: True"
    assert again == "sent again: True, replayed: true"
    # What was tried and what was sent again have left nothing.
    after = _ranking(http)
    assert after["version"] == before + 1
    assert after["summary"]["reported"] == _UNITS
