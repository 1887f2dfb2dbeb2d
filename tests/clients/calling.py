"""Getting tokens, and seeing what they open."""

import asyncio
from typing import Any, NamedTuple

from httpx import AsyncClient, Response

from app.clients.standing import FRESH_SECONDS

GRANT = {"grant_type": "client_credentials"}


class Credentials(NamedTuple):
    """What a new client is told once."""

    client_id: str
    secret: str


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


async def token_of(http: AsyncClient, credentials: tuple[str, str], **form: str) -> str:
    response = await http.post("/oauth/token", data=GRANT | form, auth=credentials)
    assert response.status_code == 200, response.text
    token: str = response.json()["access_token"]
    return token


async def headers_of(http: AsyncClient, credentials: tuple[str, str]) -> dict[str, str]:
    return bearer(await token_of(http, credentials))


def refused(response: Response, status: int, error: str) -> None:
    """It is a problem and an OAuth error in one."""
    body = response.json()
    assert (response.status_code, body["error"], body["code"]) == (status, error, error)
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["cache-control"] == "no-store"
    assert ("www-authenticate" in response.headers) is (status == 401)


def outcome(response: Response) -> tuple[int, str]:
    """Status and code of a problem."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    return response.status_code, response.json()["code"]


def pointed(response: Response) -> list[tuple[str, str]]:
    """Every error of a 422, with its place."""
    assert response.status_code == 422, response.text
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


def values_of(client: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What PUT takes of a client that GET has shown."""
    names = ("name", "scopes", "unit", "levels", "indicators", "disabled")
    return {name: client[name] for name in names} | changes


async def knowledge_ages() -> None:
    """Wait until what the door knows has to be asked anew."""
    await asyncio.sleep(FRESH_SECONDS + 0.01)
