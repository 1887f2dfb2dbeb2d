"""The smallest HTTP/1.1 client that can outrun the servers measured here: one kept-alive connection."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any, cast

_HEAD_END = b"\r\n\r\n"
_LENGTH = b"\r\ncontent-length:"


@dataclass(frozen=True, slots=True)
class Reply:
    """One response; `head` is the status line and the headers as they came."""

    status: int
    head: bytes
    body: bytes

    def headers(self) -> list[tuple[str, str]]:
        """Names in small letters, and values, in order."""
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.split(":", 1) for line in lines if line)
        return [(name.lower(), value.strip()) for name, value in pairs]

    def json(self) -> Any:
        return json.loads(self.body)


class Connection(asyncio.Protocol):
    """One request at a time. Bodies need a Content-Length: both servers measured here give it."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._waiting: asyncio.Future[Reply] | None = None
        self._received = bytearray()
        self._needed = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # By name only: the transports of uvloop are no subclass.
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._received += data
        if len(self._received) < self._needed:
            return
        end = self._received.find(_HEAD_END)
        if end < 0:
            return
        head = bytes(self._received[: end + 2])
        self._needed = end + len(_HEAD_END) + _length_of(head)
        if len(self._received) < self._needed:
            return
        reply = Reply(int(head[9:12]), head, bytes(self._received[end + len(_HEAD_END) : self._needed]))
        self._received.clear()
        self._needed = 0
        if self._waiting is not None:
            self._waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError("The server hung up."))

    async def send(self, request: bytes) -> Reply:
        """Send a whole request and wait for the whole answer."""
        if self._transport is None:
            raise ConnectionError("Not connected.")
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._waiting

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()


@asynccontextmanager
async def connected(port: int, count: int = 1) -> AsyncIterator[list[Connection]]:
    """`count` connections to a server on this machine."""
    loop = asyncio.get_running_loop()
    made = [(await loop.create_connection(Connection, "127.0.0.1", port))[1] for _ in range(count)]
    try:
        yield made
    finally:
        for connection in made:
            connection.close()


def request(method: str, path: str, headers: Mapping[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request."""
    lines = [f"{method} {path} HTTP/1.1", "Host: bench", *(f"{name}: {value}" for name, value in headers.items())]
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode() + body


def as_json(document: Any) -> bytes:
    """A body, compact."""
    return json.dumps(document, separators=(",", ":")).encode()


def expect(reply: Reply, status: int) -> Reply:
    """The reply, which must be of that status: a refusal measured as an answer would be a lie."""
    if reply.status != status:
        raise RuntimeError(f"{reply.status} instead of {status}: {reply.body[:500].decode(errors='replace')}")
    return reply


def _length_of(head: bytes) -> int:
    at = head.lower().find(_LENGTH)
    if at < 0:
        return 0
    start = at + len(_LENGTH)
    return int(head[start : head.index(b"\r\n", start)])
