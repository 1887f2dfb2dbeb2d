"""A body too large is a 413, however it is sent, over a real connection too."""

import asyncio
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from httpx import AsyncClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.types import Message, Receive, Scope, Send

from app.kernel.limits import BodyLimit
from app.main import create_app
from app.settings import Settings

from .conftest import NOWHERE, Start, outer

VALUES = "/v1/probe/things/x/values"
JSON = {"Content-Type": "application/json"}


async def chunks(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 1000):
        yield b" " * 1000


@pytest.fixture
async def http(start: Start) -> AsyncIterator[AsyncClient]:
    async with start(max_body_bytes=10_000) as client:
        yield client


async def test_a_body_announced_too_large_is_refused(http: AsyncClient) -> None:
    response = await http.post(VALUES, content=b" " * 10_001, headers=JSON)
    assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["x-request-id"]


async def test_a_body_that_grows_too_large_is_refused(http: AsyncClient) -> None:
    for path, media_type in (
        (VALUES, "application/json"),
        ("/v1/probe/form", "application/x-www-form-urlencoded"),
    ):
        response = await http.post(path, content=chunks(11_000), headers={"Content-Type": media_type})
        assert (response.status_code, response.json()["code"]) == (413, "body_too_large")


async def test_a_body_of_exactly_the_limit_is_read(http: AsyncClient) -> None:
    body = b'{"values": []}'.ljust(10_000)
    assert (await http.post(VALUES, content=body, headers=JSON)).status_code == 201


@pytest.mark.parametrize("announced", ["-1", "abc", "99999999999999999999", "9" * 5000, "1e9"])
async def test_an_odd_content_length_is_never_a_500(http: AsyncClient, announced: str) -> None:
    response = await http.post(VALUES, content=b'{"values": []}', headers={**JSON, "Content-Length": announced})
    assert response.status_code in (201, 413)


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", "deflate, gzip", "br", "x"])
async def test_a_packed_body_is_refused_whoever_sends_it(http: AsyncClient, encoding: str) -> None:
    for content in (b'{"values": []}', chunks(1_000)):
        response = await http.post(VALUES, content=content, headers={**JSON, "Content-Encoding": encoding})
        assert (response.status_code, response.json()["code"]) == (415, "unsupported_content_encoding")
        assert response.headers["accept-encoding"] == "identity"
    sent = {**JSON, "Content-Encoding": "identity"}
    assert (await http.post(VALUES, content=b'{"values": []}', headers=sent)).status_code == 201
    assert (await http.get("/v1/probe/things/x/state", headers={"Content-Encoding": encoding})).status_code == 200


async def test_a_path_may_have_a_limit_of_its_own() -> None:
    async def echo(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        await PlainTextResponse(str(len(body)))(scope, receive, send)

    async def status(path: str) -> int:
        sent: list[Message] = []

        async def receive() -> Message:
            return {"type": "http.request", "body": b"x" * 20}

        async def send(message: Message) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": path, "headers": [(b"content-length", b"20")]}
        await BodyLimit(echo, 10, {"/large": 20})(scope, receive, send)
        found: int = sent[0]["status"]
        return found

    assert [await status("/large"), await status("/small")] == [200, 413]


@pytest.fixture
def served(tmp_path: Path) -> uvicorn.Server:
    app = create_app(Settings(database_url=NOWHERE, data_dir=tmp_path, max_body_bytes=10_000))
    app.include_router(outer, prefix="/v1")
    return uvicorn.Server(uvicorn.Config(app, port=0, log_config=None, access_log=False))


async def test_a_client_still_sending_gets_its_413_and_its_next_request_passes(
    served: uvicorn.Server,
) -> None:
    listener = socket.create_server(("127.0.0.1", 0))
    running = asyncio.create_task(served.serve([listener]))
    base = f"http://127.0.0.1:{listener.getsockname()[1]}"
    try:
        async with AsyncClient(base_url=base, timeout=10) as http:
            for content in (b" " * 5_000_000, chunks(5_000_000)):
                response = await http.post(VALUES, content=content, headers=JSON)
                assert (response.status_code, response.json()["code"]) == (413, "body_too_large")
            assert (await http.post(VALUES, json={"values": []})).status_code == 201
    finally:
        served.should_exit = True
        await running
        listener.close()
