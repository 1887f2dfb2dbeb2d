"""No text breaks the door, and what it remembers is bounded."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st

from app.clients import door as doors
from app.clients.client import Scope
from app.clients.door import Door
from app.clients.issuers import Issuers
from app.clients.standing import Standings
from app.clients.tokens import Granted, InvalidTokenError, Tokens
from app.kernel.database import open_database
from app.settings import Settings
from tests.clients.conftest import Add

TOKENS = Tokens(Ed25519PrivateKey.generate(), "dti", 900)


async def _no_keys(url: str) -> bytes:
    raise AssertionError(url)


def made() -> Door:
    """A door that can look nobody up: it need not for what is no token."""
    nowhere = open_database(Settings(database_url="postgresql://dti@127.0.0.1:1/dti"))
    return Door(TOKENS, Standings(nowhere), Issuers([], _no_keys))


@given(st.text() | st.text(st.characters(categories=["L", "N"])).map(lambda text: f"{text}.e30.{text}"))
async def test_no_text_breaks_the_reading_of_a_token(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        await made().let_in(text)


@pytest.mark.parametrize(
    "header",
    [
        "[" * 5000,
        '{"alg":' + "[" * 5000,
        "1" * 5000,
        '{"alg":["EdDSA"],"kid":"x"}',
        '{"alg":"EdDSA","crit":1,"kid":"x"}',
        '{"alg":"EdDSA","kid":["x"]}',
        '{"alg":"EdDSA"}',
    ],
)
@pytest.mark.parametrize("claims", ["{}", '{"iss":"dti"}', '{"iss":["dti"]}', '{"iss":1e999}', "[" * 5000, "null"])
async def test_no_header_breaks_the_reading_of_a_token(header: str, claims: str) -> None:
    parts = [base64.urlsafe_b64encode(text.encode()).decode().rstrip("=") for text in (header, claims)]
    with pytest.raises(InvalidTokenError):
        await made().let_in(f"{parts[0]}.{parts[1]}.AAAA")


@pytest.fixture
def verified(app: FastAPI, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tokens whose signature is verified, in their order."""
    tokens: Tokens = app.state.tokens
    seen: list[str] = []
    read = tokens.read

    def noted(token: str, key_id: str) -> Granted:
        seen.append(token)
        return read(token, key_id)

    monkeypatch.setattr(tokens, "read", noted)
    return seen


async def test_what_is_remembered_is_bounded_and_who_calls_stays(
    app: FastAPI, add: Add, verified: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "_REMEMBERED", 10)
    client_id, _ = await add(Scope.READ)
    door: Door = app.state.door
    often = app.state.tokens.issue(client_id, [Scope.READ], 1)
    for _ in range(30):
        assert (await door.let_in(often)).id == client_id
        await door.let_in(app.state.tokens.issue(client_id, [Scope.READ], 1))
    assert len(door._remembered) == 10
    assert verified.count(often) == 1


async def test_a_token_that_has_expired_is_verified_again_and_not_remembered_for_ever(
    app: FastAPI, add: Add, verified: list[str]
) -> None:
    client_id, _ = await add(Scope.READ)
    expired = Tokens(app.state.keys.token_key, "dti", seconds=-3).issue(client_id, [Scope.READ], 1)
    for _ in range(3):  # within what clocks may differ by
        await app.state.door.let_in(expired)
    assert verified == [expired] * 3
