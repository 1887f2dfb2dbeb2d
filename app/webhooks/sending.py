"""One attempt: the message goes out over a connection of its own, to an address that has just been checked."""

import asyncio
import ssl
import time
from collections.abc import Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpcore

from app.webhooks.receivers import Receivers, RefusedAddressError, UnknownHostError
from app.webhooks.targets import Target

_CONNECT_SECONDS = 5
TOTAL_SECONDS = 15
_MOST_ANSWER_BYTES = 4096
_PATIENT_STATUSES = {429, 503}
_AGENT = "dti-webhooks/1.0"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended: what was answered, or why nothing was. `retry_after` is in seconds.

    `error` is one of `timeout`, `unknown_host`, `address_refused`, `connection_failed`, `tls_failed`, `bad_answer`,
    `redirected`, `refused` (any other status), `secret_unreadable`; None for success.
    """

    status_code: int | None
    error: str | None
    retry_after: int | None = None
    milliseconds: int = 0

    @property
    def is_gone(self) -> bool:
        """The receiver says that it is no longer there."""
        return self.status_code == 410


class Sender:
    """Sends messages. Neither redirects nor proxies of the environment are followed, and nothing answered is kept."""

    def __init__(self, receivers: Receivers, total_seconds: float = TOTAL_SECONDS) -> None:
        self._receivers = receivers
        self._total_seconds = total_seconds
        # The machine's authorities (or SSL_CERT_FILE): a province may have its own.
        self._tls = ssl.create_default_context()

    async def send(self, target: Target, headers: Mapping[str, str], body: str) -> Outcome:
        """POST the body. Never raises for what the receiver or the network does; ends within the total seconds."""
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._total_seconds):
                outcome = await self._post(target, headers, body.encode())
        except (TimeoutError, httpcore.TimeoutException):
            outcome = Outcome(None, "timeout")
        except UnknownHostError:
            outcome = Outcome(None, "unknown_host")
        except RefusedAddressError:
            outcome = Outcome(None, "address_refused")
        except (httpcore.NetworkError, OSError) as error:
            outcome = Outcome(None, "tls_failed" if _is_tls(error) else "connection_failed")
        except httpcore.ProtocolError:
            outcome = Outcome(None, "bad_answer")
        return replace(outcome, milliseconds=round((time.monotonic() - started) * 1000))

    async def _post(self, target: Target, headers: Mapping[str, str], body: bytes) -> Outcome:
        url = httpcore.URL(scheme=target.scheme, host=target.host, port=target.port, target=target.path)
        request = httpcore.Request("POST", url, headers=_headers(target, headers, body), content=body)
        backend = _CheckedBackend(self._receivers, target)
        async with httpcore.AsyncHTTPConnection(url.origin, self._tls, network_backend=backend) as connection:
            response = await connection.handle_async_request(request)
            await _skim(response)
            return _outcome(response)


class _CheckedBackend(httpcore.AsyncNetworkBackend):
    """Connects to the addresses that the name has at this moment, once each of them is known to be allowed.

    The name is not looked up again in between; TLS still holds the certificate against the name.
    """

    def __init__(self, receivers: Receivers, target: Target) -> None:
        self._receivers = receivers
        self._target = target
        self._network = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in await self._receivers.addresses(self._target):
            try:
                return await self._network.connect_tcp(
                    str(address), port, _CONNECT_SECONDS, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
        raise failure


def _headers(target: Target, headers: Mapping[str, str], body: bytes) -> list[tuple[str, str]]:
    return [
        ("Host", target.host_header),
        ("User-Agent", _AGENT),
        ("Content-Type", "application/json"),
        ("Content-Length", str(len(body))),
        ("Connection", "close"),
        *headers.items(),
    ]


async def _skim(response: httpcore.Response) -> None:
    # Read, so that the receiver is not cut off in its answer; not for long, and for nobody to see.
    read = 0
    async with aclosing(response.aiter_stream()) as chunks:  # type: ignore[type-var]
        async for chunk in chunks:
            read += len(chunk)
            if read >= _MOST_ANSWER_BYTES:
                break
    await response.aclose()


def _outcome(response: httpcore.Response) -> Outcome:
    status = response.status
    if 200 <= status < 300:
        return Outcome(status, None)
    if 300 <= status < 400:
        return Outcome(status, "redirected")
    return Outcome(status, "refused", _retry_after(response) if status in _PATIENT_STATUSES else None)


def _retry_after(response: httpcore.Response) -> int | None:
    text = next((value.decode("latin-1") for name, value in response.headers if name.lower() == b"retry-after"), "")
    if text.isascii() and text.isdigit():
        return int(text[:9])
    try:
        at = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max(0, round((at - datetime.now(UTC)).total_seconds()))


def _is_tls(error: BaseException) -> bool:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return True
        cause = cause.__cause__
    return False
