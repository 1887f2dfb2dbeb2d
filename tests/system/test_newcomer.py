"""The first hour of a newcomer: an empty folder, one command, a score card, rankings, a restart."""

import re
import time
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import yaml

from tests.seed.demonstration import of_level, total
from tests.system.conftest import Serve
from tests.system.processes import comes_true, descendants, is_alive
from tests.system.service import HOME, Credentials, Service

_CARD = "/v1/scorecards/gia-lai-2022/H21"
_LEVELS = {"department": "H61.S01", "district": "H61.855", "commune": "H61.29587"}  # with the unit that is not ranked


@dataclass(frozen=True)
class Newcomer:
    service: Service
    client: Credentials
    token: str

    def get(self, path: str, **query: str | int) -> Any:
        headers = {"Authorization": f"Bearer {self.token}"}
        answer = httpx.get(f"{self.service.base}{path}", params=query, headers=headers)
        assert answer.status_code == 200, answer.text
        return answer.json()


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory, serve_all: Serve) -> Newcomer:
    folder = tmp_path_factory.mktemp("newcomer") / "data"
    service = serve_all(folder, "--prepare")
    client = Credentials.add(folder, "admin")
    return Newcomer(service, client, client.token(service.base))


@pytest.mark.parametrize("path", ["/livez", "/readyz", "/openapi.json", "/docs"])
def test_without_a_token_it_answers_what_everybody_may_ask(newcomer: Newcomer, path: str) -> None:
    assert newcomer.service.status(path) == 200


def test_the_documentation_is_all_served_from_here(newcomer: Newcomer) -> None:
    page = httpx.get(f"{newcomer.service.base}/docs").text
    references = re.findall(r"""(?:src|href|url)\s*[=:]\s*["']([^"']+)["']""", page)
    assert "/openapi.json" in references
    assert len(references) >= 3
    for reference in references:
        assert reference.startswith("/"), f"{reference} is somebody else's"
        assert newcomer.service.status(reference) == 200, reference


def test_a_token_is_had_with_the_credentials_in_the_body_too(newcomer: Newcomer) -> None:
    form = {"grant_type": "client_credentials", **vars(newcomer.client)}
    answer = httpx.post(f"{newcomer.service.base}/oauth/token", data=form)
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    assert httpx.get(f"{newcomer.service.base}{_CARD}", headers=headers).status_code == 200


def test_the_score_card_of_gia_lai_has_128_nodes_with_the_points_of_the_document(newcomer: Newcomer) -> None:
    card = newcomer.get(_CARD)
    nodes = {node["code"]: node for node in card["indicators"]}
    assert len(card["indicators"]) == len(nodes) == 128
    pillars = [nodes[code]["points"] for code in "123456789"]
    # Pillars 3, 7 and 8 are what their criteria sum up to; the document prints 61.99, 64.74 and 18.91.
    assert pillars == [63.33, 30, 62, 35.74, 50.15, 82.01, 64.97, 18.92, 0]
    assert (card["points"], card["max_points"]) == (407.12, 1000)
    for award in _yaml("results/gia-lai-2022.yaml")["awarded"]:
        assert nodes[award["indicator"]]["points"] == award["points"], award["indicator"]


def test_a_receipt_names_the_source_of_the_points(newcomer: Newcomer) -> None:
    receipt = newcomer.get(f"{_CARD}/1.3/receipt")
    assert (receipt["points"], receipt["state"]) == (3.33, "awarded")
    assert "3015/KH-UBND" in str(receipt)


@pytest.mark.parametrize(("level", "unranked"), _LEVELS.items())
def test_each_level_is_ranked_by_its_points_with_ties_and_an_unranked_unit(
    newcomer: Newcomer, level: str, unranked: str
) -> None:
    items = newcomer.get("/v1/rankings", period="vinh-long-demo", level=level, limit=1000)["items"]
    points = {code: total(code) for code in of_level(level)}
    assert {item["unit"]["code"]: item["points"] for item in items} == points
    ranked = {code: own for code, own in points.items() if code != unranked}
    ranks = {code: 1 + sum(other > own for other in ranked.values()) for code, own in ranked.items()}
    assert {item["unit"]["code"]: item["rank"] for item in items} == {**ranks, unranked: None}
    assert (items[-1]["unit"]["code"], items[-1]["rank"]) == (unranked, None)
    assert len(set(ranks.values())) < len(ranks)


@pytest.fixture(scope="module")
def restarted(newcomer: Newcomer, serve_all: Serve) -> tuple[Newcomer, Newcomer, float]:
    """The newcomer before and after, and the seconds that the second start took."""
    started = [newcomer.service.process.pid, *descendants(newcomer.service.process.pid)]
    assert newcomer.service.stop() == 0
    assert comes_true(lambda: not any(map(is_alive, started))), [pid for pid in started if is_alive(pid)]
    assert len(started) > 5  # the service, the database, its helpers and connections
    before = time.monotonic()
    service = serve_all(newcomer.service.folder, "--prepare")
    return newcomer, Newcomer(service, newcomer.client, newcomer.token), time.monotonic() - before


def test_the_second_start_takes_seconds_and_loads_nothing(restarted: tuple[Newcomer, Newcomer, float]) -> None:
    first, second, seconds = restarted
    assert "is empty" in first.service.said
    assert "is empty" not in second.service.said
    assert "published" not in second.service.said
    assert seconds < 15


def test_a_token_from_before_the_restart_still_opens_what_was_there(
    restarted: tuple[Newcomer, Newcomer, float],
) -> None:
    _, again, _ = restarted
    assert again.get(_CARD)["points"] == 407.12
    assert again.get("/v1/rankings", period="vinh-long-demo", level="commune")["version"] > 0


def _yaml(path: str) -> Any:
    return yaml.safe_load((HOME / "seed" / path).read_text(encoding="utf-8"))
