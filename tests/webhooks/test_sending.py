"""One attempt against real servers: what counts as success, and to whom it never goes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from app.webhooks.addresses import Address
from app.webhooks.receivers import Receivers, Resolve
from app.webhooks.sending import Outcome, Sender
from app.webhooks.targets import read_url
from tests.webhooks.authority import certified
from tests.webhooks.receiver import Received, Receiver, answered, receiving

BODY = '{"type":"ranking.changed","data":{"unit":"Xã Đông"}}'
LOOPBACK = (ip_network("127.0.0.0/8"),)


@pytest.fixture
async def receivers() -> AsyncIterator[Receivers]:
    made = Receivers(LOOPBACK)
    yield made
    made.close()


async def sent(receivers: Receivers, url: str, seconds: float = 15) -> Outcome:
    return await Sender(receivers, seconds).send(read_url(url), {"webhook-id": "msg_1"}, BODY)


def ended(outcome: Outcome) -> tuple[int | None, str | None]:
    return outcome.status_code, outcome.error


def told_in_turn(*answers: str) -> Resolve:
    """A directory that says something else each time it is asked."""
    left = list(answers)

    async def resolve(_host: str) -> Sequence[Address]:
        return [ip_address(left.pop(0))]

    return resolve


async def test_the_request_is_whole_and_names_its_host(receivers: Receivers, receiver: Receiver) -> None:
    outcome = await sent(receivers, receiver.url)
    assert ended(outcome) == (204, None)
    [received] = receiver.received
    assert received.line == "POST /hook?from=dti HTTP/1.1"
    assert received.body.decode() == BODY
    assert received.headers == {
        "host": f"127.0.0.1:{receiver.port}",
        "user-agent": "dti-webhooks/1.0",
        "content-type": "application/json",
        "content-length": str(len(BODY.encode())),
        "connection": "close",
        "webhook-id": "msg_1",
    }


@pytest.mark.parametrize(
    ("status", "error"),
    [(200, None), (201, None), (299, None), (300, "redirected"), (400, "refused"), (410, "refused"), (500, "refused")],
)
async def test_only_2xx_is_success(receivers: Receivers, receiver: Receiver, status: int, error: str | None) -> None:
    receiver.answer = answered(status, body=b"thanks")
    outcome = await sent(receivers, receiver.url)
    assert ended(outcome) == (status, error)
    assert outcome.is_gone is (status == 410)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_a_failure_and_followed_nowhere(
    receivers: Receivers, receiver: Receiver, status: int
) -> None:
    async with receiving() as elsewhere:
        receiver.answer = answered(status, f"Location: {elsewhere.url}")
        assert ended(await sent(receivers, receiver.url)) == (status, "redirected")
        assert elsewhere.connections == 0


async def test_the_name_is_looked_up_at_every_attempt_and_only_what_was_checked_is_connected_to(
    receiver: Receiver,
) -> None:
    async with receiving("127.0.0.2") as elsewhere:
        # Rebinding: the second answer is where no message may go; a third look-up would find nothing.
        receivers = Receivers((ip_network("127.0.0.1/32"),), told_in_turn("127.0.0.1", "127.0.0.2"))
        url = f"http://hook.test:{receiver.port}/"
        assert ended(await sent(receivers, url)) == (204, None)
        assert ended(await sent(receivers, f"http://hook.test:{elsewhere.port}/")) == (None, "address_refused")
        assert [each.headers["host"] for each in receiver.received] == [f"hook.test:{receiver.port}"]
        assert elsewhere.connections == 0
        receivers.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254"])
async def test_this_machine_is_not_sent_to_unless_it_is_trusted(receiver: Receiver, host: str) -> None:
    receivers = Receivers(())
    for scheme in ("http", "https"):
        assert ended(await sent(receivers, f"{scheme}://{host}:{receiver.port}/")) == (None, "address_refused")
    assert receiver.connections == 0
    receivers.close()


async def test_a_second_address_is_tried_where_the_first_does_not_answer(receiver: Receiver) -> None:
    async def resolve(_host: str) -> Sequence[Address]:
        return [ip_address("127.0.0.3"), ip_address("127.0.0.1")]

    receivers = Receivers(LOOPBACK, resolve)
    assert ended(await sent(receivers, f"http://hook.test:{receiver.port}/")) == (204, None)
    receivers.close()


async def test_proxies_of_the_environment_are_not_asked(
    receivers: Receivers, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with receiving() as proxy:
        for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        assert ended(await sent(receivers, receiver.url)) == (204, None)
        assert proxy.connections == 0


async def test_tls_holds_the_certificate_against_the_name(
    receiver: Receiver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    receivers = Receivers(LOOPBACK, told_in_turn(*["127.0.0.1"] * 3))
    async with receiving(tls=certified(tmp_path, "hook.test")) as secure:
        assert ended(await sent(receivers, f"https://hook.test:{secure.port}/")) == (None, "tls_failed")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        assert ended(await sent(receivers, f"https://hook.test:{secure.port}/")) == (204, None)
        assert ended(await sent(receivers, f"https://other.test:{secure.port}/")) == (None, "tls_failed")
        assert [each.headers["host"] for each in secure.received] == [f"hook.test:{secure.port}"]
    receivers.close()


async def test_a_receiver_that_does_not_answer_in_time_is_given_up(receivers: Receivers, receiver: Receiver) -> None:
    async def never(_received: Received) -> bytes:
        await asyncio.Event().wait()
        return b""

    receiver.answer = never
    assert ended(await sent(receivers, receiver.url, 0.2)) == (None, "timeout")


async def test_an_endless_answer_is_not_read_to_its_end(receivers: Receivers, receiver: Receiver) -> None:
    receiver.answer = b"HTTP/1.1 200 OK\r\nContent-Length: 100000000000\r\n\r\n" + b"x" * 5000
    assert ended(await sent(receivers, receiver.url)) == (200, None)


@pytest.mark.parametrize("answer", [None, b"no http\r\n\r\n", b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000])
async def test_what_is_no_answer_is_told_as_such(
    receivers: Receivers, receiver: Receiver, answer: bytes | None
) -> None:
    receiver.answer = answer
    assert ended(await sent(receivers, receiver.url)) == (None, "bad_answer")


async def test_a_port_that_nobody_listens_on_and_a_name_that_nobody_has(receivers: Receivers) -> None:
    async with receiving() as gone:
        pass
    assert ended(await sent(receivers, gone.url)) == (None, "connection_failed")
    assert ended(await sent(receivers, "https://nobody.invalid/")) == (None, "unknown_host")


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        (503, "120", 120),
        (429, "7", 7),
        (500, "120", None),
        (503, "soon", None),
        (503, "-5", None),
        (503, "9" * 400, 999_999_999),
        (503, "Mon, 01 Jan 2001 00:00:00 GMT", 0),
        (503, "Mon, 99 Jan 99999999 00:00:00 GMT", None),
    ],
)
async def test_retry_after_is_read_of_429_and_503(
    receivers: Receivers, receiver: Receiver, status: int, header: str, seconds: int | None
) -> None:
    receiver.answer = answered(status, f"Retry-After: {header}")
    assert (await sent(receivers, receiver.url)).retry_after == seconds


async def test_retry_after_may_be_a_date(receivers: Receivers, receiver: Receiver) -> None:
    later = format_datetime(datetime.now(UTC) + timedelta(hours=1), usegmt=True)
    receiver.answer = answered(503, f"Retry-After: {later}")
    assert 3500 < ((await sent(receivers, receiver.url)).retry_after or 0) <= 3600
