"""Requests as bytes on a connection, for callers that no library would be."""

import json
import socket
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from tests.system.service import Service


class Raw(NamedTuple):
    """One answer."""

    status: int
    head: str
    body: bytes

    @property
    def problem(self) -> Any:
        assert "application/problem+json" in self.head
        return json.loads(self.body)


@contextmanager
def connection(service: Service) -> Iterator[socket.socket]:
    place = urlsplit(service.base)
    with socket.create_connection((str(place.hostname), int(place.port or 0)), timeout=30) as line:
        yield line


def head(method: str, path: str, **headers: str) -> bytes:
    """The head of a request; `Content_Length` is Content-Length."""
    lines = [f"{method} {path} HTTP/1.1", "Host: x"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode()


def send_until_answered(line: socket.socket, pieces: Iterable[bytes]) -> int:
    """Send one after the other until the other side hangs up; how many bytes went out."""
    sent = 0
    for piece in pieces:
        try:
            line.sendall(piece)
        except (ConnectionResetError, BrokenPipeError):
            break
        sent += len(piece)
    return sent


def read_answer(line: socket.socket) -> Raw:
    """The next answer, as long as its Content-Length says."""
    received = b""
    while b"\r\n\r\n" not in received:
        received += _more(line)
    top, _, body = received.partition(b"\r\n\r\n")
    told = top.decode("latin-1").lower()
    length = int(told.partition("content-length: ")[2].partition("\r")[0])
    while len(body) < length:
        body += _more(line)
    return Raw(int(told.split()[1]), told, body[:length])


def _more(line: socket.socket) -> bytes:
    piece = line.recv(65_536)
    if not piece:
        raise ConnectionError("It hung up without an answer.")
    return piece
