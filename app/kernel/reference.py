"""The OpenAPI document: FastAPI's, completed so that clients generated from it fit."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.kernel.examples import add_examples
from app.kernel.naming import rename_schemas
from app.kernel.operations import complete
from app.kernel.problems import Problem

_SERVERS = [{"url": "/", "description": "Where this document was read"}]


class DocumentedAPI(FastAPI):
    """FastAPI with the Problem schema, and all that follows from what an operation takes.

    `models` are those of bodies that their routes read by hand; `examples` is the folder of `kernel.examples`.
    """

    def __init__(self, *, models: Sequence[type[BaseModel]] = (), examples: Path | None = None, **options: Any) -> None:
        super().__init__(servers=_SERVERS, **options)
        self._models = models
        self._examples = examples

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document.setdefault("components", {}).setdefault("schemas", {}).update(_schemas(self._models))
            operations = list(_operations(document))
            for path, operation in operations:
                complete(path, operation)
            if self._examples is not None:
                add_examples((operation for _, operation in operations), self._examples)
            self.openapi_schema = rename_schemas(document)
        return self.openapi_schema


def _schemas(models: Sequence[type[BaseModel]]) -> dict[str, Any]:
    _, schema = models_json_schema(
        [(Problem, "serialization"), *((model, "validation") for model in models)],
        ref_template="#/components/schemas/{model}",
    )
    definitions: dict[str, Any] = schema["$defs"]
    return definitions


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in document["paths"].items():
        for operation in operations.values():
            yield path, operation
