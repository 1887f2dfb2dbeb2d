"""What the OpenAPI document says of frameworks, and that the real index sets fit it."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from fastapi import FastAPI
from httpx import AsyncClient

from app.frameworks.document import FrameworkDocument
from app.kernel.canonical import dumps, loads
from app.scoring import RULE_TYPES, read_framework

SEEDS = sorted((Path(__file__).parents[2] / "seed" / "frameworks").glob("*.yaml"))


def spelt_out(rule: Mapping[str, Any]) -> Any:
    """A rule with exact numbers, whose parts say that they have no inputs: all that the schema adds."""
    if rule["type"] != "parts":
        return loads(dumps(rule))
    parts = [{"inputs": [], **part, "rule": spelt_out(part["rule"])} for part in rule["parts"]]
    return loads(dumps({**rule, "parts": parts}))


@pytest.fixture
def schemas(app: FastAPI) -> dict[str, Any]:
    found: dict[str, Any] = app.openapi()["components"]["schemas"]
    return found


def test_no_schema_differs_between_requests_and_answers(schemas: dict[str, Any]) -> None:
    assert [name for name in schemas if name.endswith(("-Input", "-Output"))] == []
    assert "FrameworkDocument" in schemas


def test_the_schema_knows_exactly_the_rule_types_of_the_engine(schemas: dict[str, Any]) -> None:
    union = schemas["Indicator"]["properties"]["rule"]["anyOf"][0]
    assert set(union["discriminator"]["mapping"]) == set(RULE_TYPES)


def test_a_framework_is_its_document_and_five_status_fields(schemas: dict[str, Any]) -> None:
    document, whole = (schemas[name]["properties"] for name in ("FrameworkDocument", "Framework"))
    assert set(document) == {
        "code",
        "version",
        "title",
        "level",
        "max_points",
        "decimals",
        "decision",
        "provenance",
        "provenance_note",
        "grades",
        "exemptions",
        "indicators",
    }
    assert set(whole) - set(document) == {
        "status",
        "content_hash",
        "published_at",
        "retired_at",
        "revision",
    }
    assert set(schemas["Indicator"]["properties"]) == {
        "code",
        "title",
        "max_points",
        "method",
        "inputs",
        "rule",
        "validations",
        "examples",
        "tags",
        "lead_agency",
        "coordinating_agencies",
        "solution",
        "due",
        "frequency",
        "children",
        "notes",
        "erratum",
    }


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_a_real_index_set_reads_the_same_before_and_after_the_schema(path: Path) -> None:
    seed = yaml.safe_load(path.read_text(encoding="utf-8"))
    stored = FrameworkDocument.model_validate(seed).stored()
    before, after = read_framework(seed), read_framework(stored)
    assert [node.code for node in after.indicators] == [node.code for node in before.indicators]
    assert [node.method for node in after.indicators] == [node.method for node in before.indicators]
    for old, new in zip(before.indicators, after.indicators, strict=True):
        assert (old.rule and spelt_out(old.rule.document)) == (new.rule and spelt_out(new.rule.document)), new.code


async def test_a_real_index_set_is_published_over_http(admin: AsyncClient) -> None:
    path = next(path for path in SEEDS if path.stem == "gia-lai-province-1")
    created = await admin.post("/v1/frameworks", json=yaml.safe_load(path.read_text(encoding="utf-8")))
    assert created.status_code == 201, created.text
    published = await admin.post(f"{created.headers['Location']}/publish")
    assert published.json()["status"] == "published"
    page = await admin.get(f"{created.headers['Location']}/indicators", params={"limit": 1000})
    assert len(page.json()["items"]) == 128
