"""HTTP below the application: a request's head is bounded, and a refusal looks like all others."""

from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from app.kernel.canonical import dumps

_LARGEST_HEAD = 65_536


class BoundedHttp(HttpToolsProtocol):
    """uvicorn's protocol, which itself bounds no head and refuses what it cannot read in plain text."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._head_bytes = 0
        self._has_head = False

    def data_received(self, data: bytes) -> None:
        """Read on; 431 once a head that is not complete is above 64 KiB, whoever sends it."""
        if not self._has_head:
            self._head_bytes += len(data)
        super().data_received(data)
        if self._head_bytes > _LARGEST_HEAD and not self._has_head and not self.transport.is_closing():
            self._refuse(b"431 Request Header Fields Too Large", "head_too_large", "The head is above 64 KiB.")

    def on_headers_complete(self) -> None:
        """The head is whole: from here on the body's limits hold."""
        self._has_head = True
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The next request on this connection begins anew."""
        self._head_bytes, self._has_head = 0, False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What is no HTTP at all."""
        self._refuse(b"400 Bad Request", "unreadable_request", msg)

    def _refuse(self, status: bytes, code: str, detail: str) -> None:
        title = status.decode()[4:]
        problem = {"type": f"urn:dti:problem:{code}", "title": title, "status": int(status[:3]), "detail": detail}
        body = dumps({**problem, "code": code, "errors": []}).encode()
        lines = (
            b"HTTP/1.1 " + status,
            b"content-type: application/problem+json",
            b"content-length: %d" % len(body),
            b"connection: close",
        )
        self.transport.write(b"\r\n".join(lines) + b"\r\n\r\n" + body)
        self.transport.close()
