"""The URL of a webhook, read strictly: what two parsers could read differently is refused."""

import re
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

from app.kernel.errors import FieldError, InvalidError

_LONGEST = 2000
_URL = re.compile(
    r"(?P<scheme>https?)://"
    r"(?P<host>\[[0-9a-f:.]+\]|[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*)"
    r"(?::(?P<port>[1-9][0-9]{0,4}))?"
    r"(?P<path>/[!$%&'()*+,\-./0-9:;=@A-Z_a-z~]*)?"
    r"(?P<query>\?[!$%&'()*+,\-./0-9:;=?@A-Z_a-z~]*)?",
    re.ASCII,
)
_AUTHORITY = re.compile(r"(https?)://([^/?#]*)", re.IGNORECASE)
# A last label that is a number makes the whole an address: decimal, octal and hexadecimal ones are read by some.
_NUMBER = re.compile(r"([0-9]+|0x[0-9a-f]*)", re.ASCII)
_STANDARD = {"http": 80, "https": 443}
_LOWEST_FREE_PORT = 1024


@dataclass(frozen=True, slots=True)
class Target:
    """Where a message goes: `host` is a name in lower case or an address without brackets, `path` has the query."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def host_header(self) -> str:
        """The `Host` of the request."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _STANDARD[self.scheme] else f"{host}:{self.port}"


def read_url(url: str) -> Target:
    """The parts of a URL; the host's and scheme's case does not matter.

    InvalidError with a code at `/url`: `invalid_url` (userinfo, fragments, spaces, backslashes and raw non-ASCII
    characters included), `non_ascii_host` (write it as `xn--…`), `invalid_host` for addresses in decimal, octal,
    hexadecimal or shortened form, `port_not_allowed` below 1024 but for the scheme's own.
    """
    lowered = _AUTHORITY.sub(lambda found: found[0].lower(), url, count=1)
    authority = _AUTHORITY.match(lowered)
    if authority and not authority[2].isascii():
        raise refused("non_ascii_host", "Write the host in its ASCII form (xn--…).")
    match = _URL.fullmatch(lowered) if len(url) <= _LONGEST else None
    if match is None:
        detail = "Must be https://host[:port]/path?query, without user, fragment or unescaped characters."
        raise refused("invalid_url", detail)
    scheme, host = match["scheme"], _host(match["host"])
    return Target(scheme, host, _port(scheme, match["port"]), (match["path"] or "/") + (match["query"] or ""))


def refused(code: str, detail: str) -> InvalidError:
    """The refusal of a URL."""
    return InvalidError(code, detail, [FieldError("/url", code, detail)])


def _host(text: str) -> str:
    try:
        if text.startswith("["):
            return str(IPv6Address(text[1:-1]))
        if _NUMBER.fullmatch(text.rpartition(".")[2]):
            return str(IPv4Address(text))
    except AddressValueError:
        raise refused("invalid_host", "An address is four decimal numbers, or IPv6 in brackets.") from None
    if len(text) > 253 or any(len(label) > 63 for label in text.split(".")):
        raise refused("invalid_host", "The host's name is too long.")
    return text


def _port(scheme: str, text: str | None) -> int:
    port = int(text) if text else _STANDARD[scheme]
    if port != _STANDARD[scheme] and not _LOWEST_FREE_PORT <= port <= 65535:
        raise refused("port_not_allowed", f"Must be {_STANDARD[scheme]}, or from 1024 to 65535.")
    return port
