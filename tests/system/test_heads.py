"""What never reaches the application: heads without end, and what is no HTTP."""

import json
import socket
from urllib.parse import urlsplit

import httpx
import pytest

from tests.system.conftest import Serve, Staged
from tests.system.service import Service


@pytest.fixture(scope="module")
def service(staged: Staged, serve_all: Serve) -> Service:
    return serve_all(staged.folder)


def answered(service: Service, sent: bytes) -> tuple[bytes, dict[str, object]]:
    """The head and the problem that come back for raw bytes, up to the end of the connection."""
    place = urlsplit(service.base)
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=10) as line:
        line.sendall(sent)
        received = b""
        while piece := line.recv(65_536):
            received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    return head, json.loads(body)


def test_a_head_without_end_is_refused(service: Service) -> None:
    head, problem = answered(service, b"GET /livez HTTP/1.1\r\nHost: x\r\n" + b"X-A: 1\r\n" * 9_000)
    assert head.startswith(b"HTTP/1.1 431 ")
    assert b"application/problem+json" in head
    assert (problem["status"], problem["code"]) == (431, "head_too_large")


@pytest.mark.parametrize("sent", [b"FOO /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"\x16\x03\x01\x00\r\n\r\n"])
def test_what_is_no_http_is_a_problem_too(service: Service, sent: bytes) -> None:
    head, problem = answered(service, sent)
    assert head.startswith(b"HTTP/1.1 400 ")
    assert (problem["status"], problem["code"]) == (400, "unreadable_request")


def test_a_body_may_be_larger_than_a_head_and_connections_go_on(service: Service) -> None:
    with httpx.Client(base_url=service.base) as http:
        for _ in range(3):
            assert http.post("/v1/rules/check", content=b" " * 200_000).status_code in (401, 413, 415)
            assert http.get("/livez", headers={"X-Large": "a" * 30_000}).status_code == 200
