"""An issuer's keys: fetched rarely, within bounds, and good for a while without it."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, SECP384R1
from cryptography.hazmat.primitives.asymmetric.ec import generate_private_key as make_curve_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from hypothesis import given
from hypothesis import strategies as st
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from app.clients.issuers import fetching, keyset
from app.clients.issuers.fetching import open_http
from app.clients.issuers.keyset import KeySet, read_keys
from app.kernel.errors import UnavailableError
from tests.clients.elsewhere import Elsewhere, elsewhere, response

NAME = ("k1", "RS256")


@pytest.fixture
async def issuer() -> AsyncIterator[Elsewhere]:
    async with elsewhere() as found:
        yield found


@pytest.fixture
async def keys(issuer: Elsewhere) -> AsyncIterator[KeySet]:
    async with open_http() as http:
        found = KeySet(issuer.url, ["RS256"], fetching.fetching(http))
        yield found
        await found.close()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that goes on when a test says so."""
    now = [1000.0]
    monkeypatch.setattr(keyset, "monotonic", lambda: now[0])
    return now


async def test_all_who_come_at_once_share_one_fetch(issuer: Elsewhere, keys: KeySet) -> None:
    issuer.seconds = 0.05
    found = await asyncio.gather(*(keys.find(NAME) for _ in range(50)))
    assert {type(key) for key in found} == {jwt.PyJWK}
    assert issuer.asked == 1
    assert await keys.find(NAME) is found[0]
    assert (issuer.asked, issuer.paths) == (1, ["/certs"])


async def test_unknown_keys_are_asked_for_once_in_a_while(issuer: Elsewhere, keys: KeySet, clock: list[float]) -> None:
    await keys.find(NAME)
    for kid in ("../../etc/passwd", "https://evil.example/key", "k2", "", "k1\n"):
        for _ in range(20):
            assert await keys.find((kid, "RS256")) is None
    assert issuer.asked == 1
    issuer.keys["k2"] = generate_private_key(65537, 2048)
    clock[0] += 10
    assert await keys.find(("k2", "RS256")) is not None
    assert issuer.asked == 2
    assert set(issuer.paths) == {"/certs"}


async def test_keys_are_renewed_beside_the_requests_and_one_that_is_gone_is_gone(
    issuer: Elsewhere, keys: KeySet, clock: list[float]
) -> None:
    issuer.keys["k2"] = generate_private_key(65537, 2048)
    first = await keys.find(NAME)
    del issuer.keys["k2"]
    clock[0] += 300
    issuer.seconds = 0.05
    assert await keys.find(NAME) is first  # at once, by what is known
    assert keys._task is not None
    await keys._task
    assert issuer.asked == 2
    assert await keys.find(NAME) is first
    assert await keys.find(("k2", "RS256")) is None


async def test_without_its_issuer_keys_are_good_for_an_hour_and_then_for_nothing(
    issuer: Elsewhere, keys: KeySet, clock: list[float]
) -> None:
    key = await keys.find(NAME)
    issuer.answer = response(b"", "503 Service Unavailable")
    for _ in range(11):
        clock[0] += 300
        assert await keys.find(NAME) is key
        assert keys._task is not None
        await keys._task
    clock[0] += 300
    for _ in range(3):
        with pytest.raises(UnavailableError, match="issuer_unavailable"):
            await keys.find(NAME)
    assert issuer.asked == 13
    issuer.answer = None
    clock[0] += 10
    assert await keys.find(NAME) is not None


@pytest.mark.parametrize(
    "answer",
    [
        response(b"", "302 Found", "Location: /other"),
        response(b"no json"),
        response(b'{"keys": []}'),
        response(b'{"keys": {}}'),
        response(b"[]"),
        response(b'{"keys": [' + b'"x",' * 100_000 + b"{}]}"),
        response(gzip.compress(b" " * 10_000_000), "200 OK", "Content-Encoding: gzip"),
        b"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{",
        b"no http\r\n\r\n",
    ],
)
async def test_what_is_no_key_set_opens_nothing(issuer: Elsewhere, keys: KeySet, answer: bytes) -> None:
    issuer.answer = answer
    with pytest.raises(UnavailableError, match="issuer_unavailable"):
        await keys.find(NAME)
    assert issuer.paths == ["/certs"]


async def test_a_slow_issuer_is_left_after_a_while(
    issuer: Elsewhere, keys: KeySet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "FETCH_SECONDS", 0.1)
    issuer.seconds = 30
    callers = [asyncio.create_task(keys.find(NAME)) for _ in range(3)]
    callers[0].cancel()
    told = await asyncio.gather(*callers, return_exceptions=True)
    assert isinstance(told[0], asyncio.CancelledError)
    assert [type(error) for error in told[1:]] == [UnavailableError] * 2
    assert issuer.asked == 1


def _jwk(key: Any, **members: Any) -> dict[str, Any]:
    made = (RSAAlgorithm if hasattr(key, "key_size") and not hasattr(key, "curve") else ECAlgorithm).to_jwk(
        key.public_key(), as_dict=True
    )
    return {**made, "kid": "k", **members}


def test_a_key_serves_its_own_algorithm_only() -> None:
    rsa, curve, other = (
        generate_private_key(65537, 2048),
        make_curve_key(SECP256R1()),
        make_curve_key(SECP384R1()),
    )
    algorithms = ["RS256", "PS256", "ES256", "ES384", "EdDSA"]
    for data, usable in (
        (_jwk(rsa), {"RS256", "PS256"}),
        (_jwk(rsa, alg="PS256"), {"PS256"}),
        (_jwk(rsa, alg="HS256"), set()),
        (_jwk(rsa, use="enc"), set()),
        (_jwk(rsa, kid=7), set()),
        (_jwk(curve), {"ES256"}),
        (_jwk(other), {"ES384"}),
        (_jwk(generate_private_key(65537, 1024)), set()),  # noqa: S505 - that is what is tried
        ({"kty": "oct", "k": "c2VjcmV0", "kid": "k"}, set()),
        ({"kty": "RSA", "kid": "k"}, set()),
        ({"kid": "k"}, set()),
    ):
        spare = _jwk(curve, kid="spare")
        found = read_keys(json.dumps({"keys": [data, spare]}).encode(), algorithms)
        assert {algorithm for kid, algorithm in found if kid == "k"} == usable


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9) | st.sampled_from(["RSA", "EC", "OKP", "sig"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["kty", "kid", "n", "e", "crv", "x", "y", "alg", "use", "k"]), inner)
    ),
    max_leaves=12,
)


@given(st.builds(lambda keys: json.dumps({"keys": keys}).encode(), st.lists(_json, max_size=4)) | st.binary())
def test_no_answer_breaks_the_reading_of_keys(content: bytes) -> None:
    with suppress(ValueError):
        assert read_keys(content, ["RS256", "ES256", "EdDSA"])
