"""Bodies that are meant to do harm: far too large, packed, endlessly slow."""

import asyncio
import gzip
from collections.abc import Iterator

import asyncpg
import pytest

from tests.system.caller import connected, ranking, report, submission
from tests.system.conftest import PERIOD, Serve, Staged
from tests.system.processes import forget_peak, peak
from tests.system.raw import connection, head, read_answer, send_until_answered
from tests.system.service import Service

_HUGE = 100_000_000
_MEGABYTE = 1_000_000
_BUSY = """
    SELECT count(*) FROM pg_stat_activity
     WHERE application_name = 'dti' AND datname = current_database() AND state <> 'idle'
"""


@pytest.fixture(scope="module")
def service(staged: Staged, serve_all: Serve) -> Service:
    return serve_all(staged.folder, DTI_POOL_SIZE="2")


@pytest.fixture(scope="module")
def token(service: Service, staged: Staged) -> str:
    return f"Bearer {staged.admin.token(service.base)}"


PATHS = [
    ("POST", "/v1/units"),
    ("PUT", f"/v1{submission('B1')}"),
    ("POST", "/v1/data-values"),
    ("POST", "/oauth/token"),
]


def media_type(path: str) -> str:
    return "application/x-www-form-urlencoded" if path == "/oauth/token" else "application/json"


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_body_announced_to_be_huge_is_refused_before_it_comes(
    service: Service, token: str, method: str, path: str
) -> None:
    sent = head(method, path, Authorization=token, Content_Type=media_type(path), Content_Length=str(_HUGE))
    with connection(service) as line:
        line.sendall(sent)
        answer = read_answer(line)
    assert (answer.status, answer.problem["code"]) == (413, "body_too_large")


def chunked(size: int) -> Iterator[bytes]:
    piece = b"%x\r\n" % _MEGABYTE + b" " * _MEGABYTE + b"\r\n"
    for _ in range(size // _MEGABYTE):
        yield piece
    yield b"0\r\n\r\n"


@pytest.mark.parametrize(("method", "path"), PATHS)
def test_a_body_that_grows_huge_is_refused_and_not_kept(service: Service, token: str, method: str, path: str) -> None:
    [worker] = service.workers
    before = forget_peak(worker)
    start = head(method, path, Authorization=token, Content_Type=media_type(path), Transfer_Encoding="chunked")
    with connection(service) as line:
        send_until_answered(line, [start, *chunked(_HUGE)])
        answer = read_answer(line)
    told = (answer.status, answer.problem["code"])
    # No field of a form may be as large as that either.
    assert told == (413, "body_too_large") or (path == "/oauth/token" and told == (400, "unreadable_body"))
    allowed = 60_000_000 if path == "/v1/data-values" else 2_000_000
    assert peak(worker) - before < 1.5 * allowed + 10_000_000
    assert service.status("/livez") == 200


@pytest.mark.parametrize("more", [{}, {"Idempotency_Key": "x"}])
def test_a_stranger_does_not_get_a_push_read(service: Service, more: dict[str, str]) -> None:
    [worker] = service.workers
    before = forget_peak(worker)
    start = head("POST", "/v1/data-values", Content_Type="application/json", Transfer_Encoding="chunked", **more)
    with connection(service) as line:
        line.sendall(start)
        assert read_answer(line).status == 401
        send_until_answered(line, chunked(50_000_000))
    assert peak(worker) - before < 10_000_000


@pytest.mark.parametrize(("method", "path"), PATHS)
@pytest.mark.parametrize("encoding", ["gzip", "deflate, gzip", "br", "zstd"])
def test_a_packed_body_is_refused_as_it_is(service: Service, token: str, method: str, path: str, encoding: str) -> None:
    [worker] = service.workers
    before = forget_peak(worker)
    bomb = gzip.compress(b"[" + b" " * _HUGE + b"]", 1) if encoding == "gzip" else b"x"
    headers = {"Authorization": token, "Content_Encoding": encoding, "Content_Length": str(len(bomb))}
    with connection(service) as line:
        line.sendall(head(method, path, Content_Type=media_type(path), **headers) + bomb)
        answer = read_answer(line)
    assert (answer.status, answer.problem["code"]) == (415, "unsupported_content_encoding")
    assert "accept-encoding: identity" in answer.head
    assert peak(worker) - before < 10_000_000


async def test_bodies_that_come_byte_by_byte_hold_no_connection_of_the_database(
    service: Service, token: str, staged: Staged
) -> None:
    """Two connections write and two read: some more callers who held them would hold up everybody."""
    url = (staged.folder / "postgres.url").read_text()
    place = service.base.removeprefix("http://").split(":")
    lines = []
    for method, path in (*PATHS, ("POST", "/v1/rules/check"), ("PUT", f"/v1/periods/{PERIOD}")):
        for extra in ({}, {"Idempotency_Key": f"cham-{path}"}):
            headers = {"Authorization": token, "Content_Type": media_type(path), "Content_Length": "1000", **extra}
            _, writer = line = await asyncio.open_connection(*place)
            writer.write(head(method, path, **headers) + b"{")
            lines.append(line)
    async with connected(service, token.removeprefix("Bearer ")) as http:
        for number in range(3):
            for _, writer in lines:
                writer.write(b" ")
                await writer.drain()
            put = await http.put(submission("B2"), json=report(number, "bên cạnh"))
            assert put.status_code == 200, put.text
            assert (await ranking(http)).status_code == 200
        database = await asyncpg.connect(url)
        assert await database.fetchval(_BUSY) == 0
        await database.close()
    for reader, writer in lines:
        assert not reader.at_eof()
        writer.close()
    assert [line for line in service.log if line["event"] == "unexpected_error"] == []
