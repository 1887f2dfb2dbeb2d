"""Direct routes: what is asked most stands before the declared routes, and does what its declared twin says."""

import json
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app import api

from .conftest import Start


@pytest.fixture
async def http(start: Start, database_url: str) -> AsyncIterator[AsyncClient]:
    """The application with a database, which knows its callers."""
    async with start(database_url) as client:
        yield client


def test_each_direct_route_has_a_declared_twin(app: FastAPI) -> None:
    documented = {(path, method.upper()) for path, found in app.openapi()["paths"].items() for method in found}
    assert len(api.first) == 3
    for route in api.first:
        for method in (route.methods or set()) - {"HEAD"}:
            assert (route.path_format, method) in documented


@pytest.mark.parametrize(
    ("method", "path", "template"),
    [
        ("GET", "/v1/rankings?period=a&level=commune", "/v1/rankings"),
        ("PUT", "/v1/submissions/a/H1", "/v1/submissions/{period}/{unit}"),
        ("PATCH", "/v1/submissions/a/H1", "/v1/submissions/{period}/{unit}"),
        ("GET", "/v1/submissions/a/H1", "/v1/submissions/{period}/{unit}"),
    ],
)
async def test_the_log_names_the_route(
    client: AsyncClient, capsys: pytest.CaptureFixture[str], method: str, path: str, template: str
) -> None:
    assert (await client.request(method, path)).status_code == 401
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["route"] == template


async def test_what_no_direct_route_takes_is_refused_as_by_any_other(admin: AsyncClient) -> None:
    answer = await admin.request("TRACE", "/v1/submissions/a/H1")
    assert (answer.status_code, answer.json()["code"]) == (405, "method_not_allowed")
    assert {"GET", "PATCH", "PUT"} <= set(answer.headers["Allow"].split(", "))
    lacking = await admin.put("/v1/submissions/a/H1", headers={"Content-Type": "application/json"})
    assert [(error["pointer"], error["code"]) for error in lacking.json()["errors"]] == [("", "missing")]
    text = await admin.put("/v1/submissions/a/H1", content="a=b", headers={"Content-Type": "text/plain"})
    assert (text.status_code, text.json()["code"]) == (415, "unsupported_media_type")
    wrong = await admin.put("/v1/submissions/A_b/H1?unit_scheme=&x=1", json={"answers": []})
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/query/x"]
    wrong = await admin.put("/v1/submissions/A_b/H1", json={"answers": []})
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/path/period"]
