"""The OpenAPI document: FastAPI's, completed so that clients generated from it fit."""

from collections.abc import Iterator, Sequence
from typing import Any

from fastapi import FastAPI
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.kernel.naming import rename_schemas
from app.kernel.operations import complete
from app.kernel.problems import Problem

_SERVERS = [{"url": "/", "description": "Where this document was read"}]


class DocumentedAPI(FastAPI):
    """FastAPI with the Problem schema, and all that follows from what an operation takes.

    `models` are those of bodies that their routes read by hand.
    """

    def __init__(self, *, models: Sequence[type[BaseModel]] = (), **options: Any) -> None:
        super().__init__(servers=_SERVERS, **options)
        self._models = models

    def openapi(self) -> dict[str, Any]:
        if self.openapi_schema is None:
            document = super().openapi()
            document.setdefault("components", {}).setdefault("schemas", {}).update(_schemas(self._models))
            for path, operation in _operations(document):
                complete(path, operation)
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
