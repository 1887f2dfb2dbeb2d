"""Messages are told by real workers, whoever of them is killed between sending and noting it."""

import asyncio
import os
import signal
from typing import Any

import asyncpg
import httpx
import pytest
from standardwebhooks.webhooks import Webhook

from tests.oracle.everything import COMMUNES
from tests.system.caller import connected, report, submission
from tests.system.conftest import Serve, Staged
from tests.system.processes import becomes_true, opener_of
from tests.system.service import Service
from tests.webhooks.receiver import OK, Received, Receiver, receiving

_LOOPBACK = {"DTI_WEBHOOK_NETWORKS": "127.0.0.0/8"}


async def _add(http: httpx.AsyncClient, receiver: Receiver) -> Any:
    answer = await http.post("/webhooks", json={"url": receiver.url, "types": ["ranking.changed"]})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def _write(http: httpx.AsyncClient, unit: str, note: str) -> int:
    answer = await http.put(submission(unit), json=report(1, note))
    assert answer.status_code == 200, answer.text
    return int(answer.json()["version"])


async def _let_leases_run_out(service: Service) -> None:
    connection = await asyncpg.connect((service.folder / "postgres.url").read_text())
    try:
        await connection.execute("UPDATE webhook_deliveries SET due_at = now() WHERE status = 'waiting'")
        await connection.execute("NOTIFY webhooks")
    finally:
        await connection.close()


async def _log(http: httpx.AsyncClient, webhook: Any) -> list[Any]:
    return list((await http.get(f"/webhooks/{webhook['id']}/deliveries")).json()["items"])


@pytest.mark.parametrize(("victim", "workers"), [("worker", "2"), ("service", "1")])
async def test_a_message_whose_end_was_not_noted_comes_again_under_its_id(
    serve: Serve, staged: Staged, victim: str, workers: str
) -> None:
    service = serve(staged.folder, DTI_WORKERS=workers, **_LOOPBACK)

    async def kill(received: Received) -> bytes | None:
        if received is not receiver.received[0]:
            return OK
        if victim == "service":
            service.kill()
        else:
            os.kill(opener_of(receiver.callers[0], service.workers), signal.SIGKILL)
        return None

    async with receiving() as receiver:
        receiver.answer = kill
        token = staged.admin.token(service.base)
        async with connected(service, token) as http:
            webhook = await _add(http, receiver)
            version = await _write(http, COMMUNES[0], f"{victim} is killed")
            await receiver.wait_for(1)
        if victim == "service":
            service = serve(staged.folder, DTI_WORKERS=workers, **_LOOPBACK)
        assert service.becomes_ready()
        await _let_leases_run_out(service)
        first, second = (await receiver.wait_for(2))[:2]
        assert (first.id, first.body) == (second.id, second.body)
        assert second.message["data"]["version"] == version
        Webhook(webhook["secret"]).verify(second.body, second.headers)
        async with connected(service, token) as http:

            async def is_noted() -> bool:
                return [item["status"] for item in await _log(http, webhook)] == ["delivered"]

            assert await becomes_true(is_noted)
            [delivery] = await _log(http, webhook)
            assert [attempt["number"] for attempt in delivery["attempts"]] == [2]
            await http.delete(f"/webhooks/{webhook['id']}")


async def test_a_storm_of_writes_ends_with_the_last_version_told_once(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2", **_LOOPBACK)

    async def slow(_received: Received) -> bytes:
        await asyncio.sleep(0.05)
        return OK

    async def write(http: httpx.AsyncClient, unit: str) -> int:
        return max([await _write(http, unit, f"storm {number}") for number in range(10)])

    async with receiving() as receiver, connected(service, staged.admin.token(service.base)) as http:
        receiver.answer = slow
        webhook = await _add(http, receiver)
        last = max(await asyncio.gather(*(write(http, unit) for unit in COMMUNES[:4])))

        async def is_told() -> bool:
            return bool(receiver.messages) and receiver.messages[-1]["data"]["version"] == last

        assert await becomes_true(is_told)
        versions = [message["data"]["version"] for message in receiver.messages]
        assert versions == sorted(set(versions)), "each once, and never an older one after a newer"
        await http.delete(f"/webhooks/{webhook['id']}")
    assert [line for line in service.log if line["event"] in {"unexpected_error", "webhook_not_served"}] == []
