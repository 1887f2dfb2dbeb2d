"""A token is read only if it is ours, unchanged and not expired."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from app.clients.client import Client, Scope
from app.clients.tokens import _REMEMBERED, InvalidTokenError, Tokens

CLIENT = Client("client-1", frozenset({Scope.READ, Scope.PUSH}), "H61", frozenset({"commune"}), None)
KEY = Ed25519PrivateKey.generate()


def made(seconds: int = 900, issuer: str = "dti", key: Ed25519PrivateKey = KEY) -> Tokens:
    return Tokens(key, issuer, seconds)


def coded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_token_gives_back_its_client_with_what_was_granted() -> None:
    for scopes in (CLIENT.scopes, frozenset({Scope.READ})):
        read = made().read(made().issue(CLIENT, scopes))
        assert read == Client("client-1", scopes, "H61", frozenset({"commune"}), None)


def test_a_token_of_another_key_or_issuer_is_refused() -> None:
    for other in (made(key=Ed25519PrivateKey.generate()), made(issuer="other")):
        with pytest.raises(InvalidTokenError):
            made().read(other.issue(CLIENT, CLIENT.scopes))


def test_an_expired_token_is_refused_even_if_it_was_read_before() -> None:
    tokens = made()
    token = tokens.issue(CLIENT, CLIENT.scopes)
    assert tokens.read(token) == tokens.read(token) == CLIENT
    claims = jwt.decode(token, options={"verify_signature": False})
    expired = jwt.encode({**claims, "iat": 1, "exp": 2}, KEY, "EdDSA")
    tokens._read[expired] = (2, CLIENT)
    with pytest.raises(InvalidTokenError):
        tokens.read(expired)


def test_a_token_signed_by_no_one_or_by_the_public_key_is_refused() -> None:
    claims = jwt.decode(made().issue(CLIENT, CLIENT.scopes), options={"verify_signature": False})
    public = KEY.public_key().public_bytes_raw()
    forged = [
        f"{coded({'alg': 'none', 'typ': 'JWT'})}.{coded(claims)}.",
        jwt.encode(claims, public, "HS256"),
    ]
    for token in forged:
        with pytest.raises(InvalidTokenError):
            made().read(token)


@pytest.mark.parametrize("claim", ["iss", "sub", "exp", "iat", "jti", "scope"])
def test_a_token_without_one_of_its_claims_is_refused(claim: str) -> None:
    claims = jwt.decode(made().issue(CLIENT, CLIENT.scopes), options={"verify_signature": False})
    del claims[claim]
    with pytest.raises(InvalidTokenError):
        made().read(jwt.encode(claims, KEY, "EdDSA"))


@given(st.text() | st.text(st.characters(categories=["L", "N"])).map(lambda text: f"{text}.e30.{text}"))
def test_no_text_breaks_the_reading_of_a_token(text: str) -> None:
    with pytest.raises(InvalidTokenError):
        made().read(text)


@pytest.mark.parametrize(
    "header",
    ["[" * 5000, '{"alg":' + "[" * 5000, "1" * 5000, '{"alg":["EdDSA"]}', '{"alg":"EdDSA","crit":1}'],
)
def test_no_header_breaks_the_reading_of_a_token(header: str) -> None:
    text = base64.urlsafe_b64encode(header.encode()).decode().rstrip("=")
    with pytest.raises(InvalidTokenError):
        made().read(f"{text}.e30.AAAA")


def test_what_is_remembered_is_bounded() -> None:
    tokens = made()
    token = tokens.issue(CLIENT, CLIENT.scopes)
    tokens.read(token)
    for number in range(_REMEMBERED + 10):
        tokens._read[str(number)] = (0, CLIENT)
    tokens.read(tokens.issue(CLIENT, CLIENT.scopes))
    assert tokens.read(token) == CLIENT


def test_admin_includes_every_scope() -> None:
    admin = Client("a", frozenset({Scope.ADMIN}), None, None, None)
    assert all(admin.may(scope) for scope in Scope)
    assert not CLIENT.may(Scope.ADMIN)
    assert CLIENT.may(Scope.PUSH)
