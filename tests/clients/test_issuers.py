"""Tokens of outside issuers: what they open, and everything that must not."""

import base64
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from fastapi import FastAPI
from httpx import AsyncClient

from app.clients.client import Client, Scope
from app.clients.issuers.configuration import TrustedIssuer
from app.clients.issuers.issuers import client_of, fit
from app.settings import Settings
from tests.clients.calling import bearer, outcome, pointed
from tests.clients.elsewhere import AUDIENCE, ISSUER, Elsewhere, elsewhere, response

READER = "/v1/probe/reader"
TRUSTED: dict[str, Any] = {
    "name": "lgsp",
    "issuer": ISSUER,
    "audience": AUDIENCE,
    "jwks_url": "https://sso.example.vn/certs",
    "scopes": {"dti.read": ["read"], "dti.push": ["push", "read"], "quản-trị": ["admin"]},
    "unit": "H61",
    "levels": ["commune"],
}


@pytest.fixture
async def issuer() -> AsyncIterator[Elsewhere]:
    async with elsewhere() as found:
        yield found


@pytest.fixture
def settings(database_url: str, tmp_path: Path, issuer: Elsewhere) -> Settings:
    path = tmp_path / "issuers.json"
    path.write_text(json.dumps([TRUSTED | {"jwks_url": issuer.url}]))
    return Settings(database_url=database_url, data_dir=tmp_path / "data", trusted_issuers=path)


async def test_a_caller_from_outside_gets_its_scopes_and_the_configured_bounds(
    http: AsyncClient, issuer: Elsewhere
) -> None:
    seen = (await http.get(READER, headers=bearer(issuer.token()))).json()
    assert seen == {"id": "lgsp:mot-cua", "unit": "H61", "levels": ["commune"], "indicators": None}
    for scope, path, status in (
        ("dti.read", "pusher", 403),
        ("openid dti.push profile", "pusher", 200),
        (["dti.push", 7], "reader", 200),
        ("DTI.READ", "reader", 403),
        ("read admin", "reader", 403),
        ({"dti.read": True}, "reader", 403),
        (None, "reader", 403),
        ("quản-trị", "admin", 200),
    ):
        answer = await http.get(f"/v1/probe/{path}", headers=bearer(issuer.token(scope=scope)))
        assert answer.status_code == status, (scope, answer.text)
    assert issuer.asked == 1


async def test_an_administrator_from_outside_keeps_to_its_bounds(http: AsyncClient, issuer: Elsewhere) -> None:
    headers = bearer(issuer.token(scope="quản-trị"))
    body = {"name": "x", "scopes": ["read"], "unit": "H61.1", "levels": ["commune"]}
    assert (await http.post("/v1/clients", json=body, headers=headers)).status_code == 201
    wide = await http.post("/v1/clients", json=body | {"unit": "H62", "levels": None}, headers=headers)
    assert pointed(wide) == [("/unit", "unknown_unit"), ("/levels", "bound_required")]


def _unsigned(header: dict[str, Any], claims: dict[str, Any], signature: str = "") -> str:
    parts = [base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims)]
    return f"{parts[0]}.{parts[1]}.{signature}"


async def test_every_forged_or_foreign_token_is_refused(app: FastAPI, http: AsyncClient, issuer: Elsewhere) -> None:
    good = issuer.token()
    assert (await http.get(READER, headers=bearer(good))).status_code == 200
    claims, now = issuer.claims(), int(time.time())
    key, stranger = issuer.keys["k1"], generate_private_key(65537, 2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    mac = jwt.get_algorithm_by_name("HS256")
    hs256 = _unsigned({"alg": "HS256", "kid": "k1"}, claims)[:-1]
    signature = base64.urlsafe_b64encode(mac.sign(hs256.encode(), pem)).decode().rstrip("=")
    tokens = app.state.tokens
    ours = tokens.issue("client-1", [Scope.ADMIN], 1)
    said = jwt.decode(ours, options={"verify_signature": False})
    evil = {"jku": "http://127.0.0.1:1/keys", "x5u": "http://127.0.0.1:1/keys"}
    forged = {
        "none": _unsigned({"alg": "none", "kid": "k1"}, claims),
        "None": _unsigned({"alg": "None", "kid": "k1"}, claims),
        "no signature": good.rpartition(".")[0] + ".",
        "other claims": _unsigned({"alg": "RS256", "kid": "k1"}, claims | {"sub": "x"}, good.rpartition(".")[2]),
        "public key as a secret": f"{hs256}.{signature}",
        "other algorithm": jwt.encode(claims, key, "RS512", headers={"kid": "k1"}),
        "stranger": jwt.encode(claims, stranger, "RS256", headers={"kid": "k1"}),
        "key in the token": jwt.encode(claims, stranger, "RS256", headers={"kid": "k1", "jwk": {"kty": "RSA"}}),
        "key elsewhere": jwt.encode(claims, stranger, "RS256", headers={"kid": "k1", **evil}),
        "key file": issuer.token(header={"kid": "../../../../dev/null"}),
        "key address": issuer.token(header={"kid": issuer.url}),
        "no kid": jwt.encode(claims, key, "RS256"),
        "wrong audience": issuer.token(aud="other"),
        "wrong audiences": issuer.token(aud=["other", "dti2"]),
        "no audience": issuer.token(aud=None),
        "other issuer": issuer.token(iss=ISSUER + "/"),
        "no issuer": issuer.token(iss=None),
        "expired": issuer.token(exp=now - 61),
        "expires in words": issuer.token(exp="never"),
        "expires never": issuer.token(exp=None),
        "not yet": issuer.token(nbf=now + 120),
        "no subject": issuer.token(sub=None),
        "empty subject": issuer.token(sub=""),
        "ours signed by them": jwt.encode(said, key, "RS256", headers={"kid": tokens.key_id}),
        "ours by their kid": jwt.encode(said, key, "RS256", headers={"kid": "k1"}),
        "theirs signed by us": jwt.encode(claims, app.state.keys.token_key, "EdDSA", headers={"kid": tokens.key_id}),
        "theirs by our kid": issuer.token(header={"kid": tokens.key_id}),
    }
    for name, token in forged.items():
        for path in (READER, "/v1/probe/visitor", "/v1/rankings?period=x&level=y"):
            assert outcome(await http.get(path, headers=bearer(token))) == (401, "invalid_token"), name
    assert (await http.get(READER, headers=bearer(good))).status_code == 200
    assert (await http.get(READER, headers=bearer(issuer.token(header=evil)))).status_code == 200  # and not asked
    assert set(issuer.paths) == {"/certs"}
    assert issuer.asked == 1


async def test_a_token_within_the_leeway_is_good_and_audiences_may_be_many(
    http: AsyncClient, issuer: Elsewhere
) -> None:
    now = int(time.time())
    for token in (issuer.token(exp=now - 5), issuer.token(aud=["other", "dti"]), issuer.token(exp=float(now + 60.5))):
        assert (await http.get(READER, headers=bearer(token))).status_code == 200


async def test_a_key_that_is_withdrawn_takes_its_tokens_with_it(
    app: FastAPI, http: AsyncClient, issuer: Elsewhere
) -> None:
    issuer.keys["k2"] = generate_private_key(65537, 2048)
    token = issuer.token("k2")
    assert (await http.get(READER, headers=bearer(token))).status_code == 200
    _, keys = app.state.door._issuers._trusted[ISSUER]
    issuer.keys["k2"] = generate_private_key(65537, 2048)
    await keys._renew()
    assert outcome(await http.get(READER, headers=bearer(token))) == (401, "invalid_token")
    assert (await http.get(READER, headers=bearer(issuer.token("k2")))).status_code == 200


async def test_an_issuer_that_is_away_is_told_and_the_house_stays_open(
    http: AsyncClient, admin: AsyncClient, issuer: Elsewhere
) -> None:
    issuer.answer = response(b"", "500 Internal Server Error")
    answer = await http.get(READER, headers=bearer(issuer.token()))
    assert outcome(answer) == (503, "issuer_unavailable")
    assert answer.headers["retry-after"] == "1"
    assert (await admin.get(READER)).status_code == 200


async def test_keys_are_each_outside_callers_own(http: AsyncClient, issuer: Elsewhere) -> None:
    """Idempotency keys go by the client's id, which two subjects never share."""
    body = {"name": "x", "scopes": ["read"], "unit": "H61.1", "levels": ["commune"]}
    made = []
    for subject in ("a b", "a_b", "a/b"):
        headers = bearer(issuer.token(scope="quản-trị", sub=subject)) | {"Idempotency-Key": "1"}
        answer = await http.post("/v1/clients", json=body, headers=headers)
        assert answer.status_code == 201
        made.append(answer.json()["id"])
    assert len(set(made)) == 3


def trusted(**changes: Any) -> TrustedIssuer:
    return TrustedIssuer(**TRUSTED | changes)


def test_scopes_may_be_nested_and_the_caller_named_by_another_claim() -> None:
    keycloak = trusted(scope_claim=["realm_access", "roles"], client_claim="azp", unit=None, levels=None)
    claims = {"sub": "6f1", "azp": "mot-cua", "realm_access": {"roles": ["dti.push", "offline_access"]}}
    bounds = (None, None, None)
    assert client_of(claims, keycloak) == Client(
        "lgsp:mot-cua", frozenset({Scope.PUSH, Scope.READ}), *bounds, issuer="lgsp"
    )
    for nested in (
        {},
        {"realm_access": ["roles"]},
        {"realm_access": {"roles": 1}},
        {"realm_access.roles": ["dti.push"]},
    ):
        found = client_of({"sub": "x", "azp": "y", **nested}, keycloak)
        assert found.scopes == frozenset()


@pytest.mark.parametrize("subject", ["mot-cua", "a b", "a\nb", "é" * 300, "x" * 64, "x" * 65, "\ud800", "CN=x,O=y"])
def test_a_subject_becomes_a_short_plain_id_of_its_own(subject: str) -> None:
    made = fit(subject)
    assert made.isascii()
    assert made.isprintable()
    assert 0 < len(made) <= 64
    assert " " not in made
    assert (made == subject) is (subject in ("mot-cua", "x" * 64))
    assert len({fit(subject), fit(subject + "."), fit("x" + subject)}) == 3
