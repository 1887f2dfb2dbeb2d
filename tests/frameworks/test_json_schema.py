"""The JSON Schema by which an editor completes a framework document."""

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from httpx import AsyncClient

from app.frameworks.json_schema import framework_schema
from tests.frameworks.documents import Json, framework, leaf, node, with_every_rule
from tests.frameworks.json_schema import failures

HOME = Path(__file__).parents[2]
SEEDS = sorted((HOME / "seed" / "frameworks").glob("*.yaml"))
COMMITTED = json.loads((HOME / "openapi" / "framework.schema.json").read_text(encoding="utf-8"))
EXAMPLE = {"inputs": {"a": 1.5, "b": True, "checked": ["x"], "p": {"choice": "y"}}, "points": 1}


def broken(document: Any) -> list[str]:
    return failures(COMMITTED, document, COMMITTED)


def test_the_schema_in_the_repository_is_the_models() -> None:
    assert framework_schema() == COMMITTED


async def test_the_schema_is_served_to_everybody(client: AsyncClient) -> None:
    answer = await client.get("/v1/schemas/framework.json")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/schema+json")
    assert answer.json() == COMMITTED


@pytest.mark.parametrize("path", SEEDS, ids=[path.stem for path in SEEDS])
def test_every_seeded_document_fits(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert broken(yaml.safe_load(text)) == []
    named = text.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (path.parent / named).resolve() == HOME / "openapi" / "framework.schema.json"


def test_documents_with_every_rule_and_with_examples_fit() -> None:
    assert broken(with_every_rule()) == []
    assert broken(framework(indicators=[leaf("1", 30, examples=[EXAMPLE, {**EXAMPLE, "cohort": [{"a": 1}]}])])) == []


@pytest.mark.parametrize(
    ("wrong", "line"),
    [
        (framework(provenance="oficial"), "/provenance enum"),
        (framework(max_points=-1), "/max_points minimum"),
        (framework(max_points=1e15), "/max_points exclusiveMaximum"),
        (framework(title=" "), "/title pattern"),
        (framework(code="Trial"), "/code pattern"),
        (framework(colour="red"), "/colour additionalProperties"),
        ({k: v for k, v in framework().items() if k != "level"}, "/level required"),
        (framework(indicators=[node("1", 30, leaf("1.1", 30, ttile="x"))]), "/indicators/0/children/0/ttile "),
        (framework(indicators=[leaf("1", 30, rule={"type": "choise"})]), "/indicators/0/rule"),
        (framework(indicators=[leaf("1", 30, rule={"type": "bands", "value": "a"})]), "/indicators/0/rule"),
        (framework(indicators=[leaf("1", 30, examples=[{"inputs": {}}])]), "/indicators/0/examples"),
        (framework(indicators=[leaf("1", 30, examples=[{"inputs": {"a": None}, "points": 1}])]), "/indicators/0/"),
    ],
)
def test_what_is_misspelt_or_missing_does_not_fit(wrong: Json, line: str) -> None:
    found = broken(wrong)
    assert any(each.startswith(line) for each in found), found
