"""The examples of the document are true: a service with the seed is sent each request, and answers as they say."""

import json
import os
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from app.kernel.examples import read_answers, read_requests
from app.main import EXAMPLES, create_app
from app.settings import Settings
from tests.contract.conftest import Seeded
from tests.contract.recording import kept, member, shape, with_credentials

Told = dict[str, dict[str, Any]]
_REQUESTS = read_requests(EXAMPLES)
_PARAMETER = re.compile(r"\{(\w+)\}")
_BODILESS = {"get_framework_schema"}  # a schema, which says what it is itself


@cache
def _operations() -> dict[str, tuple[str, str, dict[str, Any]]]:
    """Method, path and operation by id."""
    document = create_app(Settings(database_url="postgresql://dti@127.0.0.1:1/dti")).openapi()
    return {
        operation["operationId"]: (method, path, operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    }


@pytest.fixture(scope="module")
def http(seeded: Seeded) -> Iterator[httpx.Client]:
    headers = {"Authorization": f"Bearer {seeded.admin.token(seeded.service.base)}"}
    with httpx.Client(base_url=seeded.service.base, headers=headers, timeout=60) as http:
        yield http


def _send(
    http: httpx.Client, operation: str, sent: dict[str, Any], seeded: Seeded, ids: dict[str, str]
) -> httpx.Response:
    method, path, described = _operations()[operation]
    url = _PARAMETER.sub(lambda name: quote(ids.get(name[1], str(sent["path"][name[1]]))), path)
    query, headers = sent.get("query"), sent.get("header")
    if "body" not in sent:
        return http.request(method, url, params=query, headers=headers)
    if "application/json" in described["requestBody"]["content"]:
        return http.request(method, url, params=query, headers=headers, json=sent["body"])
    # A form with credentials; a token beside them would be a second answer to who is calling.
    return httpx.request(method, f"{seeded.service.base}{url}", data=with_credentials(sent["body"], seeded))


def _tell(http: httpx.Client, seeded: Seeded) -> Told:
    """Send all requests in their order; the first answer of each operation and status, as it is to be kept."""
    told: Told = {}
    ids: dict[str, str] = {}
    for request in _REQUESTS:
        answer = _send(http, request.operation, request.sent, seeded, ids)
        assert answer.is_success, f"{request.operation} {request.sent}: {answer.text}"
        declared = _operations()[request.operation][2]["responses"]
        assert str(answer.status_code) in declared, f"{request.operation}: {answer.status_code} is not declared"
        if answer.content:
            told.setdefault(request.operation, {}).setdefault(str(answer.status_code), kept(answer.json()))
        ids |= {name: member(answer.json(), place) for name, place in request.sent.get("keeps", {}).items()}
    return told


def test_every_request_works_and_is_answered_as_the_example_says(http: httpx.Client, seeded: Seeded) -> None:
    told = _tell(http, seeded)
    if os.environ.get("REWRITE_EXAMPLES"):
        text = json.dumps(told, indent=1, ensure_ascii=False) + "\n"
        Path(EXAMPLES / "answers.json").write_text(text, encoding="utf-8")
    examples = read_answers(EXAMPLES)
    varying = {request.operation for request in _REQUESTS if request.sent.get("varies")}
    for operation, answers in told.items():
        alike = shape if operation in varying else kept
        assert alike(examples.get(operation)) == alike(answers), f"{operation}: run this test with REWRITE_EXAMPLES=1"
    assert set(examples) == set(told)


def test_every_operation_has_a_request() -> None:
    assert set(_operations()) - _BODILESS == {request.operation for request in _REQUESTS}


def test_the_document_shows_what_is_sent_and_answered() -> None:
    _, _, push = _operations()["push_data_values"]
    (first, *_) = [request for request in _REQUESTS if request.operation == "push_data_values"]
    assert push["requestBody"]["content"]["application/json"]["example"] == first.sent["body"]
    answered = push["responses"]["200"]["content"]["application/json"]["example"]
    assert answered["counts"]["received"] == len(first.sent["body"]["values"])
    assert push["responses"]["207"]["content"]["application/json"]["example"]["counts"]["rejected"] == 1
    parameters = {item["name"]: item for item in _operations()["get_scorecard"][2]["parameters"]}
    assert parameters["unit"]["example"] == "H21"
