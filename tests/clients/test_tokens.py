"""A token is read only if it is ours, unchanged and not expired."""

import base64
import json
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.clients.client import Client, Scope
from app.clients.tokens import Granted, InvalidTokenError, Tokens, thumbprint

CLIENT = Client("client-1", frozenset({Scope.READ, Scope.PUSH}), "H61", frozenset({"commune"}), None)
KEY = Ed25519PrivateKey.generate()


def made(seconds: int = 900, issuer: str = "dti", key: Ed25519PrivateKey = KEY) -> Tokens:
    return Tokens(key, issuer, seconds)


def issued(tokens: Tokens) -> str:
    return tokens.issue("client-1", CLIENT.scopes, 3)


def read(token: str) -> Granted:
    return made().read(token, made().key_id)


def claims_of(token: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def coded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def test_a_token_gives_back_what_was_granted_and_says_nothing_of_bounds() -> None:
    token = issued(made())
    found = read(token)
    assert (found.client_id, found.scopes, found.generation) == ("client-1", CLIENT.scopes, 3)
    assert found.expires_at == claims_of(token)["exp"] == claims_of(token)["iat"] + 900
    assert claims_of(token).keys() == {"iss", "sub", "iat", "exp", "jti", "scope", "gen"}


def test_a_token_names_its_key_by_the_thumbprint_that_anybody_can_compute() -> None:
    header = jwt.get_unverified_header(issued(made()))
    assert header == {"alg": "EdDSA", "typ": "JWT", "kid": made().key_id}
    # RFC 8037, A.3
    x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"
    public = jwt.PyJWK({"kty": "OKP", "crv": "Ed25519", "x": x}).key
    assert thumbprint(public) == "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"


def test_a_token_of_another_key_or_issuer_is_refused() -> None:
    other = made(key=Ed25519PrivateKey.generate())
    for token, key_id in (
        (issued(other), other.key_id),
        (issued(other), made().key_id),
        (issued(made(issuer="other")), made().key_id),
        (issued(made()), "../token_key.pem"),
        (issued(made()), ""),
    ):
        with pytest.raises(InvalidTokenError):
            made().read(token, key_id)


def test_an_expired_token_is_refused() -> None:
    with pytest.raises(InvalidTokenError):
        read(issued(made(seconds=-20)))


def test_a_token_signed_by_no_one_or_by_the_public_key_is_refused() -> None:
    claims = claims_of(issued(made()))
    public = KEY.public_key().public_bytes_raw()
    forged = [
        f"{coded({'alg': 'none', 'typ': 'JWT'})}.{coded(claims)}.",
        jwt.encode(claims, public, "HS256"),
    ]
    for token in forged:
        with pytest.raises(InvalidTokenError):
            read(token)


@pytest.mark.parametrize("claim", ["iss", "sub", "exp", "iat", "jti", "scope", "gen"])
def test_a_token_without_one_of_its_claims_is_refused(claim: str) -> None:
    claims = claims_of(issued(made()))
    del claims[claim]
    with pytest.raises(InvalidTokenError):
        read(jwt.encode(claims, KEY, "EdDSA"))


@pytest.mark.parametrize("scope", ["read fly", 1, ["read"]])
def test_a_token_for_what_is_no_scope_is_refused(scope: Any) -> None:
    claims = claims_of(issued(made())) | {"scope": scope}
    with pytest.raises(InvalidTokenError):
        read(jwt.encode(claims, KEY, "EdDSA"))


def test_admin_includes_every_scope() -> None:
    admin = Client("a", frozenset({Scope.ADMIN}), None, None, None)
    assert all(admin.may(scope) for scope in Scope)
    assert not CLIENT.may(Scope.ADMIN)
    assert CLIENT.may(Scope.PUSH)


@pytest.mark.parametrize(
    ("has", "token", "allowed"),
    [
        ({Scope.READ, Scope.PUSH}, {Scope.READ}, {Scope.READ}),
        ({Scope.READ}, {Scope.READ, Scope.PUSH}, {Scope.READ}),
        ({Scope.READ}, {Scope.ADMIN}, {Scope.READ}),
        ({Scope.ADMIN}, {Scope.PUSH}, {Scope.PUSH}),
        ({Scope.ADMIN}, {Scope.ADMIN}, {Scope.ADMIN}),
        ({Scope.READ}, {Scope.PUSH}, set()),
    ],
)
def test_a_token_opens_what_both_it_and_its_client_may(has: set[Scope], token: set[Scope], allowed: set[Scope]) -> None:
    client = Client("a", frozenset(has), "H61", None, None)
    assert client.granted(frozenset(token)) == Client("a", frozenset(allowed), "H61", None, None)
