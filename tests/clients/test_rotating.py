"""Secrets change without a gap, and at once where they must."""

from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.clients.client import Scope
from app.kernel.database import transaction
from tests.clients.calling import GRANT, headers_of, knowledge_ages, outcome, pointed, refused, token_of
from tests.clients.conftest import Add

PATH = "/v1/clients"


async def rotate(admin: AsyncClient, client_id: str, **body: Any) -> dict[str, Any]:
    answer = await admin.post(f"{PATH}/{client_id}/rotate", json=body or None)
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    found: dict[str, Any] = answer.json()
    return found


async def lets_in(http: AsyncClient, client_id: str, secret: str) -> bool:
    answer = await http.post("/oauth/token", data=GRANT, auth=(client_id, secret))
    if answer.status_code != 200:
        refused(answer, 401, "invalid_client")
    return answer.status_code == 200


async def test_both_secrets_are_good_while_they_overlap(admin: AsyncClient, app: FastAPI, add: Add) -> None:
    client_id, old = await add(Scope.READ)
    rotated = await rotate(admin, client_id)
    new = rotated["client_secret"]
    assert rotated["revision"] == 2
    assert [await lets_in(admin, client_id, secret) for secret in (old, new, old + new)] == [True, True, False]
    async with transaction(app.state.database) as session:
        [[left, hashes]] = await session.execute(
            text("""
                SELECT extract(epoch FROM previous_secret_expires_at - now()), secret_hash || previous_secret_hash
                  FROM clients WHERE id = :id
            """),
            {"id": client_id},
        )
        await session.execute(text("UPDATE clients SET previous_secret_expires_at = now() WHERE id <> 'test-admin'"))
    assert 86_000 < left <= 86_400
    assert (len(hashes), new.encode() in hashes) == (64, False)
    assert [await lets_in(admin, client_id, secret) for secret in (old, new)] == [False, True]
    assert (await admin.get(f"{PATH}/{client_id}")).json()["previous_secret_expires_at"] is None
    assert (await rotate(admin, client_id, overlap_seconds=60))["previous_secret_expires_at"] is not None


async def test_there_are_never_three_secrets(admin: AsyncClient, add: Add) -> None:
    client_id, old = await add(Scope.READ)
    new = (await rotate(admin, client_id, overlap_seconds=604_800))["client_secret"]
    again = await admin.post(f"{PATH}/{client_id}/rotate", json={"overlap_seconds": 1})
    assert outcome(again) == (409, "still_rotating")
    assert [await lets_in(admin, client_id, secret) for secret in (old, new)] == [True, True]
    newest = (await rotate(admin, client_id, overlap_seconds=0))["client_secret"]
    assert [await lets_in(admin, client_id, secret) for secret in (old, new, newest)] == [False, False, True]


async def test_without_overlap_tokens_end_too_and_with_it_they_do_not(admin: AsyncClient, add: Add) -> None:
    credentials = await add(Scope.READ)
    headers = await headers_of(admin, credentials)
    await rotate(admin, credentials.client_id, overlap_seconds=60)
    await knowledge_ages()
    assert (await admin.get("/v1/probe/reader", headers=headers)).status_code == 200
    newest = (await rotate(admin, credentials.client_id, overlap_seconds=0))["client_secret"]
    await knowledge_ages()
    assert outcome(await admin.get("/v1/probe/reader", headers=headers)) == (401, "invalid_token")
    headers = await headers_of(admin, (credentials.client_id, newest))
    assert (await admin.get("/v1/probe/reader", headers=headers)).status_code == 200


@pytest.mark.parametrize("overlap", [-1, 604_801, 1.5, "60", True, None])
async def test_an_overlap_out_of_range_is_refused(admin: AsyncClient, add: Add, overlap: Any) -> None:
    client_id, old = await add(Scope.READ)
    answer = await admin.post(f"{PATH}/{client_id}/rotate", json={"overlap_seconds": overlap})
    assert [place for place, _ in pointed(answer)] == ["/overlap_seconds"]
    assert await lets_in(admin, client_id, old)


async def test_use_is_noted_to_the_minute(admin: AsyncClient, app: FastAPI, add: Add) -> None:
    credentials = await add(Scope.READ)

    async def used(statement: str = "SELECT 1") -> Any:
        async with transaction(app.state.database) as session:
            await session.execute(text(statement))
        await token_of(admin, credentials)
        return (await admin.get(f"{PATH}/{credentials.client_id}")).json()["last_used_at"]

    first = await used()
    assert await used() == first is not None
    long_ago = "UPDATE clients SET last_used_at = '2020-01-01T00:00:00Z'"
    assert await used(long_ago) > first
