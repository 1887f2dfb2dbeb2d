"""Rate limits: each client has its own, and callers that nobody knows share one per address.

Headers after draft-ietf-httpapi-ratelimit-headers-11. Each worker counts for itself: below the limit nobody is refused,
whichever workers they reach; whoever reaches all of them may get as many times as much.
"""

import time
from functools import lru_cache
from ipaddress import IPv6Address, IPv6Network
from math import ceil

from limits import RateLimitItem, parse
from limits.strategies import FixedWindowRateLimiter
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.kernel.problems import ProblemError, TooManyRequestsError, render
from app.kernel.windows import Window, Windows

UNLIMITED = frozenset({"/livez", "/readyz"})
"""Probes, which must never be refused."""
_MOST_KEYS = 10_000
_SUBSCRIBER_BITS = 64  # of an IPv6 address: one subscriber has all the others


class Policy:
    """One rate under the name that callers are told, counted for each key on its own."""

    def __init__(self, name: str, rate: RateLimitItem) -> None:
        self.windows = Windows(rate, _MOST_KEYS)
        self._name = name
        self._rate = rate
        self._limiter = FixedWindowRateLimiter(self.windows)
        self._told = f'"{name}";q={rate.amount};w={rate.get_expiry()}'.encode()

    def charge(self, key: str) -> tuple[Window, bool]:
        """Count one request; its window, and whether it is within the rate."""
        is_within = self._limiter.hit(self._rate, key)
        return self.windows.latest, is_within

    def headers(self, window: Window) -> list[tuple[bytes, bytes]]:
        """What is left, and until when, in whole seconds."""
        left = max(0, self._rate.amount - window.count)
        standing = f'"{self._name}";r={left};t={_seconds_left(window)}'
        return [(b"ratelimit-policy", self._told), (b"ratelimit", standing.encode())]

    def refusal(self, window: Window) -> ProblemError:
        """What a caller beyond the rate is told."""
        seconds = max(1, _seconds_left(window))
        detail = f"More than {self._rate.amount} requests in {self._rate.get_expiry()} seconds. Go on in {seconds}."
        return TooManyRequestsError("rate_limited", detail, headers={"Retry-After": str(seconds)})


class Account:
    """Who pays for one request, settled at the latest when its answer begins. A policy of None asks for nothing."""

    __slots__ = ("_is_replaced", "_is_settled", "_payer", "_rates", "_request", "_send", "_strangers", "_window")

    def __init__(
        self, rates: "RateLimit", strangers: Policy | None, request: tuple[Scope, Receive], send: Send
    ) -> None:
        self._rates = rates
        self._strangers = strangers
        self._request = request
        self._send = send
        self._payer: Policy | None = None
        self._window: Window | None = None
        self._is_settled = False
        self._is_replaced = False

    def charge_client(self, client_id: str) -> ProblemError | None:
        """Let the client pay, unless somebody has; the refusal when that is too much."""
        return self._charge(self._rates.clients, client_id)

    def charge_address(self) -> ProblemError | None:
        """Let the address pay, unless somebody has; the refusal when that is too much."""
        return None if self._is_settled else self._charge(self._strangers, _address(self._request[0]))

    async def refuse(self, problem: ProblemError) -> None:
        """Answer 429, whatever is answered otherwise."""
        await render(problem)(*self._request, self.send)
        self._is_replaced = True

    async def send(self, message: Message) -> None:
        """Pass the answer on, its head with what is left; 429 in its place for a stranger who has had too much."""
        if self._is_replaced:
            return
        if message["type"] == "http.response.start":
            # Not settled: of one who came with a token, and was not let in with it.
            problem = self.charge_address()
            if problem is not None:
                await self.refuse(problem)
                return
            if self._payer is not None and self._window is not None:
                if message["status"] == 304:
                    self._window.count -= 1
                message["headers"] = [*message.get("headers", ()), *self._payer.headers(self._window)]
        await self._send(message)

    def _charge(self, policy: Policy | None, key: str) -> ProblemError | None:
        if self._is_settled:
            return None
        self._is_settled = True
        if policy is None:
            return None
        self._payer = policy
        self._window, is_within = policy.charge(key)
        return None if is_within else policy.refusal(self._window)


def admit(request: Request, client_id: str) -> None:
    """Note which client calls, and count the request as its own. TooManyRequestsError `rate_limited`.

    To be called as soon as a token is found to be good; may be called again.
    """
    state = request.state
    state.client_id = client_id
    account: Account | None = getattr(state, "account", None)
    refusal = account.charge_client(client_id) if account else None
    if refusal is not None:
        raise refusal


class RateLimit:
    """Counts every request but those of probes, and tells with each answer what is left.

    Without an Authorization header a request counts for its address, and is refused before anything is done. With
    one it counts for the client that `admit` is told of, or else, once it is answered, for the address. A 304 does not
    count. At `guarded` paths, where secrets are tried, all count for the address, apart from its other requests.
    """

    def __init__(self, app: ASGIApp, clients: str, strangers: str, guarded: frozenset[str]) -> None:
        self.clients = _policy("client", clients)
        self._app = app
        self.strangers = _policy("address", strangers)
        self._guarded = dict.fromkeys(guarded, _policy("credentials", strangers))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] in UNLIMITED:
            await self._app(scope, receive, send)
            return
        is_guarded = scope["path"] in self._guarded
        strangers = self._guarded[scope["path"]] if is_guarded else self.strangers
        account = Account(self, strangers, (scope, receive), send)
        scope.setdefault("state", {})["account"] = account
        if is_guarded or not _names_somebody(scope):
            problem = account.charge_address()
            if problem is not None:
                await account.refuse(problem)
                return
        await self._app(scope, receive, account.send)


def _policy(name: str, rate: str) -> Policy | None:
    return Policy(name, parse(rate)) if rate else None


def _names_somebody(scope: Scope) -> bool:
    for name, _ in scope["headers"]:  # noqa: SIM110 - of every request: a generator takes twice as long
        if name == b"authorization":
            return True
    return False


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return _subscriber(client[0]) if client else ""


@lru_cache(1024)
def _subscriber(host: str) -> str:
    try:
        address = IPv6Address(host.partition("%")[0])
    except ValueError:
        return host[:64]
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(IPv6Network((int(address), _SUBSCRIBER_BITS), strict=False))


def _seconds_left(window: Window) -> int:
    return max(0, ceil(window.ends_at - time.time()))
