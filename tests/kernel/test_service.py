"""The edges of the process: health, log, reference."""

import json
import re
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy.engine import make_url

from app.kernel.health import schema_head

from .conftest import Start


async def run(url: str, sql: str, *values: str) -> None:
    dsn = make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(dsn)
    await connection.execute(sql, *values)
    await connection.close()


async def stamp(url: str, revision: str | None) -> None:
    await run(url, "CREATE TABLE alembic_version (version_num text)")
    if revision is not None:
        await run(url, "INSERT INTO alembic_version VALUES ($1)", revision)


@pytest.fixture
async def ready(start: Start, empty_database_url: str) -> AsyncIterator[AsyncClient]:
    await stamp(empty_database_url, schema_head())
    async with start(empty_database_url) as client:
        yield client


async def test_the_process_is_alive_without_a_database(http: AsyncClient) -> None:
    assert (await http.get("/livez")).json() == {"status": "alive"}
    response = await http.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "database_unavailable")
    assert response.headers["retry-after"] == "1"


async def test_it_is_ready_when_the_schema_is_at_head(ready: AsyncClient) -> None:
    response = await ready.get("/readyz")
    assert response.json() == {"status": "ready", "schema_revision": schema_head()}


async def test_it_is_not_ready_with_another_schema(start: Start, empty_database_url: str) -> None:
    await stamp(empty_database_url, "of-long-ago")
    async with start(empty_database_url) as http:
        response = await http.get("/readyz")
    assert (response.status_code, response.json()["code"]) == (503, "schema_not_at_head")


async def test_production_refuses_an_old_schema_but_not_a_missing_server(start: Start, empty_database_url: str) -> None:
    await stamp(empty_database_url, "of-long-ago")
    with pytest.raises(RuntimeError, match="dti migrate"):
        async with start(empty_database_url, environment="production"):
            pass
    async with start(environment="production") as http:
        assert (await http.get("/livez")).status_code == 200


async def test_one_line_says_what_a_request_was_and_nothing_secret(
    http: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    headers = {"Authorization": "Bearer a-token", "X-Request-Id": "0.a_B-9"}
    await http.post("/v1/probe/things/x/values?unknown=a-query", json={"values": ["a-body"]}, headers=headers)
    (line,) = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert line.pop("duration_ms") > 0
    del line["timestamp"]
    assert line == {
        "event": "request",
        "level": "info",
        "method": "POST",
        "route": "/v1/probe/things/{thing}/values",
        "status": 422,
        "client": None,
        "request_id": "0.a_B-9",
    }


@pytest.mark.parametrize("sent", ["", "a b", "a" * 129, "é", 'x"y', "a\tb"])
async def test_an_odd_request_id_is_replaced(http: AsyncClient, sent: str) -> None:
    response = await http.get("/livez", headers=[(b"X-Request-Id", sent.encode("latin-1"))])
    assert response.headers["x-request-id"] != sent
    assert len(response.headers["x-request-id"]) == 32
    assert response.headers.get_list("x-request-id") == [response.headers["x-request-id"]]


def operations(app: FastAPI) -> dict[str, dict[str, Any]]:
    return {
        f"{method} {path}": operation
        for path, methods in app.openapi()["paths"].items()
        for method, operation in methods.items()
    }


def test_every_operation_is_named_after_its_function_and_once(app: FastAPI) -> None:
    names = [operation["operationId"] for operation in operations(app).values()]
    assert len(set(names)) == len(names)
    assert {"livez", "readyz", "issue_token", "push_values"} <= set(names)


def test_every_refusal_is_declared_as_a_problem(app: FastAPI) -> None:
    reference = re.compile(r"#/components/schemas/([A-Z][A-Za-z]*)?Problem")
    for name, operation in operations(app).items():
        refusals = {code: body for code, body in operation["responses"].items() if int(code) >= 400}
        assert {"422", "500", "503"} <= set(refusals), name
        assert all(set(body["content"]) == {"application/problem+json"} for body in refusals.values()), name
        schemas = [body["content"]["application/problem+json"]["schema"]["$ref"] for body in refusals.values()]
        assert all(map(reference.fullmatch, schemas)), name
    assert {"400", "404", "413", "415"} <= set(operations(app)["post /v1/probe/things/{thing}/values"]["responses"])
    assert "412" in operations(app)["put /v1/probe/things/{thing}/state"]["responses"]
    assert "400" in operations(app)["get /v1/probe/things/{thing}/list"]["responses"]
    schemas = app.openapi()["components"]["schemas"]
    assert {"Problem", "FieldError"} <= set(schemas)
    assert not any(name.endswith(("-Input", "-Output")) or "HTTPValidation" in name for name in schemas)


def test_the_reference_says_who_may_call(app: FastAPI) -> None:
    flow = app.openapi()["components"]["securitySchemes"]["oauth2"]["flows"]["clientCredentials"]
    assert flow["tokenUrl"] == "/oauth/token"
    assert "push" in flow["scopes"]
    found = operations(app)
    assert found["get /v1/probe/me"]["security"] == [{"oauth2": ["read"]}]
    assert found["get /v1/probe/visitor"]["security"] == [{"oauth2": []}, {}]
    assert found["get /livez"]["security"] == []


async def test_the_reference_needs_no_outside_network(http: AsyncClient) -> None:
    page = (await http.get("/docs")).text
    assert "https://" not in page.replace('"https://github.com', "")
    for asset in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/docs/{asset}" in page
        response = await http.get(f"/docs/{asset}")
        assert (response.status_code, len(response.content) > 1000) == (200, True)
    assert (await http.get("/docs/..%2Fcore.py")).status_code in (404, 422)
    assert (await http.get("/openapi.json")).json()["info"]["title"] == "Digital Transformation Index"
