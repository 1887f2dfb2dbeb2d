"""Every POST under /v1 takes an Idempotency-Key, the ones that are yet to be written too."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from httpx import ASGITransport, AsyncClient

from app.kernel import database
from app.main import create_app
from app.settings import Settings

# They do no work that could be done twice.
_READ_ONLY = {"check_rule", "rehearse_framework"}
_APP = create_app(Settings(database_url="postgresql://dti@127.0.0.1:1/dti"))


def _posts(app: FastAPI) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, operations in app.openapi()["paths"].items():
        if path.startswith("/v1/") and "post" in operations:
            yield path, operations["post"]


def _dependencies(dependant: Dependant) -> Iterator[Any]:
    yield dependant.call
    for inner in dependant.dependencies:
        yield from _dependencies(inner)


_POSTS = dict(_posts(_APP))


def test_there_are_posts() -> None:
    assert {"/v1/levels", "/v1/units", "/v1/periods", "/v1/frameworks"} <= set(_POSTS)


@pytest.mark.parametrize("path", _POSTS)
def test_every_post_tells_of_the_key(path: str) -> None:
    operation = _POSTS[path]
    headers = [item["name"] for item in operation["parameters"] if item["in"] == "header"]
    assert headers.count("Idempotency-Key") == 1
    assert {"400", "409", "422"} <= set(operation["responses"])
    answers = [answer for status, answer in operation["responses"].items() if int(status) < 400]
    assert all("Idempotent-Replayed" in answer["headers"] for answer in answers)


@pytest.mark.parametrize("path", _POSTS)
def test_every_post_knows_its_client_before_anything_is_done(path: str) -> None:
    # The key is claimed at the door, which a route without a scope does not have.
    assert any(scopes for requirement in _POSTS[path]["security"] for scopes in requirement.values())


@pytest.mark.parametrize("path", _POSTS)
async def test_every_post_reads_the_key(path: str, tmp_path: Path) -> None:
    app = create_app(Settings(database_url="postgresql://dti@127.0.0.1:1/dti", data_dir=tmp_path))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://dti") as client,
    ):
        # Whoever does not say who calls is sent away before anything is read.
        headers = {"Idempotency-Key": '"', "Authorization": "Bearer x.y.z"}
        answer = await client.post(re.sub(r"\{\w+\}", "1", path), headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")


def test_every_post_that_writes_does_so_in_the_session_that_stores_its_answer() -> None:
    alone = {
        str(route.name)
        for route in iter_route_contexts(_APP.routes)
        if "POST" in (route.methods or ())
        and str(route.path).startswith("/v1/")
        and database._write_session not in _dependencies(route.dependant)
    }
    assert alone == _READ_ONLY


def test_no_other_operation_takes_a_key() -> None:
    told = {
        f"{method} {path}"
        for path, operations in _APP.openapi()["paths"].items()
        for method, operation in operations.items()
        if any(item["name"] == "Idempotency-Key" for item in operation.get("parameters", ()))
    }
    assert told == {f"post {path}" for path in _POSTS}
