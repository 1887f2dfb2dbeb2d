"""Rate limits: who pays for a request, who is refused, and what everybody is told."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from limits import parse
from pydantic import ValidationError
from starlette.responses import PlainTextResponse
from starlette.types import Message

from app.clients.access import Scope
from app.kernel.rates import UNLIMITED, RateLimit
from app.kernel.windows import Windows
from app.settings import Settings
from tests.conftest import Bearer

from .conftest import Start

NESTED = "/v1/probe/things/x/state"
ME = "/v1/probe/me"
BAD = {"Authorization": "Bearer x.y.z"}


@pytest.fixture
async def http(start: Start, database_url: str) -> AsyncIterator[AsyncClient]:
    async with start(database_url, rate_limit="3/hour", address_rate_limit="2/hour") as client:
        yield client


async def statuses(http: AsyncClient, path: str, times: int, headers: dict[str, str] | None = None) -> list[int]:
    return [(await http.get(path, headers=headers)).status_code for _ in range(times)]


def left(answer: Response) -> int:
    """What the answer says is left, its two headers checked."""
    [(name, quota, window)] = [answer.headers["ratelimit-policy"].split(";")]
    [(same, remaining, seconds)] = [answer.headers["ratelimit"].split(";")]
    assert (name, quota, window) in {('"client"', "q=3", "w=3600"), ('"address"', "q=2", "w=3600")}
    assert same == name
    assert 3590 <= int(seconds.removeprefix("t=")) <= 3600
    return int(remaining.removeprefix("r="))


async def test_a_nested_route_is_limited_and_every_answer_says_what_is_left(http: AsyncClient, bearer: Bearer) -> None:
    headers = bearer(Scope.READ)
    answers = [await http.get(ME, headers=headers) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [left(answer) for answer in answers] == [2, 1, 0, 0, 0]
    refusal = answers[-1]
    assert refusal.json()["code"] == "rate_limited"
    assert refusal.headers["content-type"] == "application/problem+json"
    assert refusal.headers["x-request-id"]
    assert refusal.headers["retry-after"] == refusal.headers["ratelimit"].rpartition("=")[2]
    assert "retry-after" not in answers[0].headers
    strangers = [await http.get(NESTED) for _ in range(3)]
    assert [answer.status_code for answer in strangers] == [200, 200, 429]
    assert [left(answer) for answer in strangers] == [1, 0, 0]


async def test_the_routes_that_are_tried_first_are_limited_too(http: AsyncClient, bearer: Bearer) -> None:
    assert await statuses(http, "/v1/rankings", 4, bearer(Scope.READ)) == [422, 422, 422, 429]


async def test_what_has_not_changed_does_not_count(http: AsyncClient) -> None:
    held = {"If-None-Match": '"7"'}
    answers = [await http.get(NESTED, headers=held) for _ in range(5)]
    assert [(answer.status_code, left(answer)) for answer in answers] == [(304, 2)] * 5
    assert await statuses(http, NESTED, 2) == [200, 200]
    assert await statuses(http, NESTED, 1, held) == [429]


async def test_two_clients_do_not_share(http: AsyncClient, bearer: Bearer) -> None:
    assert await statuses(http, ME, 4, bearer(Scope.READ)) == [200, 200, 200, 429]
    assert await statuses(http, ME, 4, bearer(Scope.READ, Scope.PUSH)) == [200, 200, 200, 429]


async def test_two_tokens_of_a_client_share(http: AsyncClient, bearer: Bearer) -> None:
    first, second = bearer(Scope.READ), bearer(Scope.READ)
    assert first != second
    assert await statuses(http, ME, 2, first) + await statuses(http, ME, 2, second) == [200, 200, 200, 429]


async def test_a_flood_without_a_token_does_not_limit_a_client_at_the_same_address(
    http: AsyncClient, bearer: Bearer
) -> None:
    assert await statuses(http, ME, 4) == [401, 401, 429, 429]
    assert await statuses(http, "/v1/nowhere", 2, BAD) == [429, 429]
    assert await statuses(http, ME, 3, bearer(Scope.READ)) == [200, 200, 200]


async def test_a_token_that_is_no_good_counts_for_the_address(http: AsyncClient) -> None:
    answers = [await http.get(ME, headers=BAD) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [401, 401, 429]
    assert [left(answer) for answer in answers] == [1, 0, 0]
    assert answers[-1].json()["code"] == "rate_limited"
    assert "www-authenticate" not in answers[-1].headers
    assert int(answers[-1].headers["content-length"]) == len(answers[-1].content)


async def test_who_is_not_admitted_for_lack_of_a_scope_pays_as_a_client(http: AsyncClient, bearer: Bearer) -> None:
    assert await statuses(http, "/v1/probe/administration", 4, bearer(Scope.READ)) == [403, 403, 403, 429]
    assert await statuses(http, ME, 2) == [401, 401]


async def test_tries_at_the_token_endpoint_are_limited_apart_from_other_requests(http: AsyncClient) -> None:
    assert await statuses(http, ME, 3) == [401, 401, 429]
    answers = [await http.post("/oauth/token", auth=("client-1", str(guess)), data={}) for guess in range(4)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True, True]
    assert answers[0].headers["ratelimit-policy"] == '"credentials";q=2;w=3600'


async def test_probes_are_never_refused(http: AsyncClient) -> None:
    assert await statuses(http, ME, 3) == [401, 401, 429]
    for path, status in (("/livez", 200), ("/readyz", 200)):
        answers = [await http.get(path) for _ in range(4)]
        assert {answer.status_code for answer in answers} == {status}
        assert not any("ratelimit" in answer.headers for answer in answers)


async def test_after_the_window_it_goes_on(start: Start) -> None:
    async with start(address_rate_limit="1/second") as http:
        assert set(await statuses(http, NESTED, 5)) == {200, 429}
        refusal = await http.get(NESTED)
        while refusal.status_code == 429:
            assert refusal.headers["retry-after"] == "1"
            await asyncio.sleep(0.05)
            refusal = await http.get(NESTED)
        assert refusal.status_code == 200


async def test_without_a_rate_nothing_is_counted_or_told(start: Start) -> None:
    async with start(rate_limit="", address_rate_limit="") as http:
        answers = [await http.get(path, headers=headers) for path in (NESTED, ME) for headers in (None, BAD)]
    assert [answer.status_code for answer in answers] == [200, 200, 401, 401]
    assert not any("ratelimit" in name for answer in answers for name in answer.headers)


async def _asked_from(limited: RateLimit, host: str) -> int:
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "path": "/v1/x", "headers": [], "client": (host, 1)}
    await limited(scope, receive, send)
    status: int = sent[0]["status"]
    return status


def _limiting(rate: str) -> RateLimit:
    return RateLimit(PlainTextResponse("x"), "", rate, frozenset())


async def test_the_addresses_of_one_subscriber_are_one_and_those_of_two_are_two() -> None:
    for one, same, other in (
        ("2001:db8::1", "2001:db8::ffff:1", "2001:db8:0:1::1"),
        ("203.0.113.5", "::ffff:203.0.113.5", "203.0.113.6"),
        ("fe80::1%eth0", "fe80::2", "fe90::1"),
        ("no address", "no address", "none either"),
    ):
        limited = _limiting("1/hour")
        assert [await _asked_from(limited, host) for host in (one, same, other)] == [200, 429, 200]


async def test_invented_addresses_take_no_more_memory_than_so_much() -> None:
    limited = _limiting("1/hour")
    assert limited.strangers is not None
    for number in range(10_200):
        await _asked_from(limited, f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}")
    assert len(limited.strangers.windows) == 10_000
    assert await _asked_from(limited, "10.0.39.215") == 429, "the last ones are still known"


def test_the_least_used_keys_are_forgotten_first() -> None:
    windows = Windows(parse("5/hour"), most=3)
    for key in ("a", "b", "c", "a", "d", "a", "e"):
        windows.incr(key, 3600)
    assert {key: windows.get(key) for key in "abcde"} == {"a": 3, "b": 0, "c": 0, "d": 1, "e": 1}
    windows.clear("a")
    assert (windows.get("a"), windows.reset(), len(windows)) == (0, 2, 0)


def test_every_operation_that_can_be_refused_says_so(app: FastAPI) -> None:
    found = app.openapi()["paths"]
    assert len(found) > 20
    for path, operations in found.items():
        for operation in operations.values():
            refusal = operation["responses"].get("429")
            if path in UNLIMITED:
                assert refusal is None
                continue
            assert refusal["content"] == {
                "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
            }
            assert set(refusal["headers"]) == {"RateLimit", "RateLimit-Policy", "Retry-After"}


@pytest.mark.parametrize("rate", ["0/minute", "60", "1/fortnight", "-1/minute", "1 per minute; 2 per hour", " "])
def test_what_is_no_rate_is_refused_at_start(rate: str) -> None:
    with pytest.raises(ValidationError, match="rate_limit"):
        Settings(rate_limit=rate)
