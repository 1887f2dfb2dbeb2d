"""Two workers, each with its own knowledge of who may call: what one has written soon holds at the other."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import httpx

from app.clients.standing import FRESH_SECONDS
from tests.system.caller import connected, submission
from tests.system.conftest import PERIOD, Serve, Staged
from tests.system.processes import holder_of
from tests.system.service import Credentials, Service, dti

_CONNECTIONS = 64
_PATHS = (f"/rankings?period={PERIOD}&level=commune", submission("B1"))
_SENT = 20


async def _one_of_each(service: Service, token: str, stack: AsyncExitStack) -> list[httpx.AsyncClient]:
    """A caller for each worker, whose one connection that worker has taken."""
    callers: dict[int, httpx.AsyncClient] = {}
    for _ in range(_CONNECTIONS):
        http = await stack.enter_async_context(connected(service, token))
        answer = await http.get(_PATHS[0])
        assert answer.status_code == 200, answer.text
        port = answer.extensions["network_stream"].get_extra_info("client_addr")[1]
        callers.setdefault(holder_of(port, service.workers), http)
        if len(callers) == 2:
            return list(callers.values())
    raise AssertionError(f"{_CONNECTIONS} connections were all taken by {set(callers)}")


async def _statuses(callers: list[httpx.AsyncClient]) -> set[int]:
    """Of many requests to every worker, once what they know has been asked anew."""
    await asyncio.sleep(FRESH_SECONDS + 0.1)
    answers = await asyncio.gather(*(http.get(path) for http in callers for path in _PATHS for _ in range(_SENT)))
    return {answer.status_code for answer in answers}


async def test_what_ends_a_token_ends_it_on_every_worker(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2")
    admin = staged.admin.token(service.base)
    values = {"name": "x", "scopes": ["read"], "unit": None, "levels": None, "indicators": None}

    async def put(http: httpx.AsyncClient, client_id: str, **changes: Any) -> None:
        body = values | {"disabled": False} | changes
        assert (await http.put(f"/clients/{client_id}", json=body)).status_code == 200

    async def delete(http: httpx.AsyncClient, client_id: str) -> None:
        assert (await http.delete(f"/clients/{client_id}")).status_code == 204

    async def rotate(http: httpx.AsyncClient, client_id: str) -> None:
        assert (await http.post(f"/clients/{client_id}/rotate", json={"overlap_seconds": 0})).status_code == 200

    async def disable_by_hand(_: httpx.AsyncClient, client_id: str) -> None:
        await asyncio.to_thread(dti, service.folder, "clients", "disable", client_id)

    endings: list[tuple[Callable[[httpx.AsyncClient, str], Awaitable[None]], set[int]]] = [
        (lambda http, client_id: put(http, client_id, disabled=True), {401}),
        (lambda http, client_id: put(http, client_id, scopes=["push"]), {403}),
        (lambda http, client_id: put(http, client_id, levels=["district"]), {404}),
        (delete, {401}),
        (rotate, {401}),
        (disable_by_hand, {401}),
    ]
    async with connected(service, admin) as http:
        for end, told in endings:
            made = (await http.post("/clients", json={"name": "x", "scopes": ["read"]})).json()
            token = Credentials(made["id"], made["client_secret"]).token(service.base)
            async with AsyncExitStack() as stack:
                callers = await _one_of_each(service, token, stack)
                assert await _statuses(callers) == {200}
                await end(http, made["id"])
                assert await _statuses(callers) == told
    assert [line for line in service.log if line["event"] == "unexpected_error"] == []
