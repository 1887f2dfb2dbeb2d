"""examples/ do what they say: each is run as its head tells, against a served installation with the seed."""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.contract.conftest import Seeded, with_tools

_PERIOD, _LEVEL = "vinh-long-demo", "district"
_EFFECT = re.compile(r"(H61\.\d+): points (\S+) → (\S+), rank (\d+) → (\d+) \((own|cohort)\)")
_ITEM = re.compile(r"(\d+)\. (.+): ([\d.]+)")
_OWN = ("H61.857", "H61.858")


@dataclass
class Told:
    """The ranking before and after a story, and what the story printed."""

    before: Any
    after: Any
    said: str

    def moved(self) -> dict[str, tuple[float, float, int, int]]:
        """Points and rank before and after of every unit that the two rankings tell apart."""
        before, after = _places(self.before), _places(self.after)
        return {
            unit: (before[unit][0], place[0], before[unit][1], place[1])
            for unit, place in after.items()
            if before[unit] != place
        }


def _places(ranking: Any) -> dict[str, tuple[float, int]]:
    return {item["unit"]["code"]: (item["points"], item["rank"]) for item in ranking["items"]}


@pytest.fixture(scope="module")
def http(seeded: Seeded) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {seeded.admin.token(seeded.service.base)}"}
    with httpx.Client(base_url=f"{seeded.service.base}/v1", headers=headers, timeout=30) as http:
        yield http


@pytest.fixture
def tell(seeded: Seeded, http: httpx.Client, tools: None) -> Callable[..., Told]:
    """Run one story, from the same state each."""

    def ranking() -> Any:
        return http.get("/rankings", params={"period": _PERIOD, "level": _LEVEL}).raise_for_status().json()

    def run(*command: str) -> Told:
        values = [{"unit": unit, "indicator": "3.8", "inputs": {"a": 1, "b": 7}} for unit in _OWN]
        http.post("/data-values", json={"period": _PERIOD, "source": "test", "values": values}).raise_for_status()
        before = ranking()
        done = with_tools(*command, **seeded.environment)
        assert done.returncode == 0, done.stdout + done.stderr
        return Told(before, ranking(), done.stdout)

    return run


def _holds(told: Told) -> None:
    effects = {
        unit: (float(before), float(after), int(rank_before), int(rank_after))
        for unit, before, after, rank_before, rank_after, _ in _EFFECT.findall(told.said)
    }
    assert effects == told.moved()
    assert {unit for unit, *_, cause in _EFFECT.findall(told.said) if cause == "own"} == set(_OWN)
    lines = told.said.lower().splitlines()
    assert "pushed: 2 updated, as tried: true" in lines
    assert "sent again: true, replayed: true" in lines
    assert "what is stored is what was sent: true" in lines
    shown = [(item["rank"], item["unit"]["name"], item["points"]) for item in told.after["items"][:3]]
    assert [(int(rank), name, float(points)) for rank, name, points in _ITEM.findall(told.said)] == shown
    # One event: what was tried and what was sent again has left none.
    assert told.after["version"] == told.before["version"] + 1
    assert lines[-1] == f"version {told.after['version']}, polled: 304"


def test_the_python_client_pushes_and_reads(tell: Callable[..., Told]) -> None:
    _holds(tell(".tools/bin/python", "examples/story.py"))


def test_the_typescript_client_pushes_and_reads(tell: Callable[..., Told]) -> None:
    compiled = with_tools("tsc", "-p", "examples")
    assert compiled.returncode == 0, compiled.stdout
    _holds(tell("node", "build/examples/story.mjs"))


@pytest.mark.skipif(shutil.which("curl") is None, reason="there is no curl")
def test_curl_pushes_and_reads(tell: Callable[..., Told]) -> None:
    told = tell("sh", "examples/story.sh")
    tried, done, again, stored, ranking = [json.loads(line) for line in told.said.splitlines() if line[:1] == "{"]
    effects = {effect["unit"]: effect for effect in tried["effects"]}
    names = ("points_before", "points_after", "rank_before", "rank_after")
    assert {unit: tuple(effect[name] for name in names) for unit, effect in effects.items()} == told.moved()
    assert (tried["dry_run"], done["dry_run"], done["effects"]) == (True, False, tried["effects"])
    assert again == done
    assert "idempotent-replayed: true" in told.said.lower()
    assert {line["unit"]: line["count"] for line in stored["items"] if line["count"]} == dict.fromkeys(_OWN, 1)
    assert ranking["items"] == told.after["items"][:3]
    assert ranking["version"] == told.after["version"] == told.before["version"] + 1
    assert told.said.splitlines()[-1] == "304"


def test_a_refusal_ends_a_story_in_the_servers_words(seeded: Seeded, tools: None) -> None:
    wrong = {**seeded.environment, "DTI_CLIENT_SECRET": "wrong"}
    for command in ((".tools/bin/python", "examples/story.py"), ("node", "build/examples/story.mjs")):
        done = with_tools(*command, **wrong)
        assert done.returncode == 1
        assert "invalid_client" in done.stderr
