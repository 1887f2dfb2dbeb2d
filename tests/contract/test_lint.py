"""What openapi/.spectral.yaml finds: one mistake of each kind, planted into a document that is otherwise right.

That the committed document has none is part of `make check`.
"""

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.contract.conftest import with_tools

_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
_MEMBERS = ["type", "title", "status", "detail", "code", "errors"]
_RIGHT: dict[str, Any] = {
    "openapi": "3.1.0",
    "info": {"title": "Things", "version": "1", "description": "Things."},
    "servers": [{"url": "/"}],
    "tags": [{"name": "things", "description": "Things."}],
    "paths": {
        "/v1/things": {
            "get": {
                "operationId": "list_things",
                "summary": "List",
                "description": "Things.",
                "tags": ["things"],
                "security": [],
                "parameters": [{"name": "cursor", "in": "query", "schema": {"type": "string"}}],
                "responses": {
                    "200": {
                        "description": "A page",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/ThingPage"},
                                "example": {"items": [{"own_name": "x"}], "next": None},
                            }
                        },
                    },
                    "422": {"description": "Wrong", "content": _PROBLEM},
                    "503": {"description": "Away", "content": _PROBLEM},
                },
            },
            "post": {
                "operationId": "create_thing",
                "summary": "Create",
                "description": "A thing.",
                "tags": ["things"],
                "security": [],
                "parameters": [{"name": "Idempotency-Key", "in": "header", "schema": {"type": "string"}}],
                "requestBody": {
                    "content": {
                        "application/json": {
                            "schema": {"$ref": "#/components/schemas/Thing"},
                            "example": {"own_name": "x"},
                        }
                    }
                },
                "responses": {
                    "201": {
                        "description": "Created",
                        "content": {
                            "application/json": {
                                "schema": {"$ref": "#/components/schemas/Thing"},
                                "example": {"own_name": "x"},
                            }
                        },
                    },
                    "422": {"description": "Wrong", "content": _PROBLEM},
                    "503": {"description": "Away", "content": _PROBLEM},
                },
            },
        }
    },
    "components": {
        "schemas": {
            "Thing": {"type": "object", "properties": {"own_name": {"type": "string"}}},
            "ThingPage": {
                "type": "object",
                "properties": {
                    "items": {"type": "array", "items": {"$ref": "#/components/schemas/Thing"}},
                    "next": {"type": ["string", "null"]},
                },
                "required": ["items", "next"],
            },
            "Problem": {
                "type": "object",
                "properties": {name: {"type": "string"} for name in _MEMBERS},
                "required": _MEMBERS,
            },
        }
    },
}


def _get(document: Any) -> Any:
    return document["paths"]["/v1/things"]["get"]


def _post(document: Any) -> Any:
    return document["paths"]["/v1/things"]["post"]


def _schemas(document: Any) -> Any:
    return document["components"]["schemas"]


def _json(place: Any) -> Any:
    return place["content"]["application/json"]


_MISTAKES: dict[str, list[Callable[[Any], object]]] = {
    "dti-operation-id": [lambda it: _get(it).update(operationId="listThings")],
    "operation-operationId-unique": [lambda it: _get(it).update(operationId="create_thing")],
    "dti-operation-complete": [lambda it: _get(it).pop("security"), lambda it: _get(it).pop("summary")],
    "operation-tag-defined": [lambda it: _get(it).update(tags=["others"])],
    "dti-refusals-are-problems": [
        lambda it: _get(it)["responses"]["422"].pop("content"),
        lambda it: _get(it)["responses"].update({"404": {"description": "x", "content": {"application/json": {}}}}),
        lambda it: _get(it)["responses"]["422"].update(
            content={"application/problem+json": {"schema": {"$ref": "#/components/schemas/Thing"}}}
        ),
    ],
    "dti-problem-members": [lambda it: _schemas(it)["Problem"].update(required=["type", "title"])],
    "dti-operations-are-refused-alike": [lambda it: _get(it)["responses"].pop("503")],
    "dti-post-once": [lambda it: _post(it).pop("parameters"), lambda it: _post(it).update(parameters=[])],
    "dti-list-shape": [
        lambda it: _json(_get(it)["responses"]["200"]).update(schema={"$ref": "#/components/schemas/Thing"})
    ],
    "dti-parameter-names": [lambda it: _get(it)["parameters"][0].update(name="pageSize")],
    "dti-parameters-without-null": [
        lambda it: _get(it)["parameters"][0].update(schema={"anyOf": [{"type": "string"}, {"type": "null"}]})
    ],
    "dti-property-names": [lambda it: _schemas(it)["Thing"]["properties"].update(ownName={"type": "string"})],
    "dti-schema-names": [
        lambda it: _schemas(it).update({"Thing-Input": _schemas(it)["Thing"]}),
        lambda it: _schemas(it).update({"Client": _schemas(it)["Thing"]}),
    ],
    "dti-schemas-have-names": [
        lambda it: _json(_post(it)["requestBody"]).update(schema={"type": "object"}),
        lambda it: _json(_get(it)["responses"]["200"]).update(schema={"type": "object"}),
    ],
    "dti-answers-have-schemas": [lambda it: _post(it)["responses"]["201"].pop("content")],
    "dti-bodies-have-examples": [
        lambda it: _json(_post(it)["requestBody"]).pop("example"),
        lambda it: _json(_get(it)["responses"]["200"]).pop("example"),
    ],
    "oas3-valid-media-example": [lambda it: _json(_post(it)["requestBody"]).update(example={"own_name": 7})],
}


@pytest.fixture(scope="module")
def found(tools: None, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """The rules that each document breaks: `right`, and one for each mistake."""
    folder = tmp_path_factory.mktemp("documents")
    documents = {"right": _RIGHT}
    for rule, mistakes in _MISTAKES.items():
        for number, make in enumerate(mistakes):
            documents[f"{rule}.{number}"] = document = copy.deepcopy(_RIGHT)
            make(document)
    for name, document in documents.items():
        (folder / f"{name}.json").write_text(json.dumps(document))
    ruleset = ("--ruleset", "openapi/.spectral.yaml")
    done = with_tools("spectral", "lint", *ruleset, "-f", "json", "--quiet", str(folder / "*.json"))
    assert done.returncode in (0, 1), done.stderr
    broken: dict[str, set[str]] = {name: set() for name in documents}
    for each in json.loads(done.stdout):
        broken[Path(each["source"]).stem].add(each["code"])
    return broken


def test_a_document_that_is_right_breaks_no_rule(found: dict[str, set[str]]) -> None:
    assert found["right"] == set()


@pytest.mark.parametrize(
    "mistake", [f"{rule}.{number}" for rule, all_ in _MISTAKES.items() for number in range(len(all_))]
)
def test_each_mistake_is_found_by_its_rule(found: dict[str, set[str]], mistake: str) -> None:
    assert mistake.rpartition(".")[0] in found[mistake]
