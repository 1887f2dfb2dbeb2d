"""kill -9 in the middle of writing: what was acknowledged is there, and nothing is there by halves."""

import asyncio
import os
import signal
from contextlib import AsyncExitStack

import pytest

from tests.oracle.everything import COMMUNES
from tests.system.caller import Ledger, connected, keep_writing, submission
from tests.system.conftest import Serve, Staged
from tests.system.processes import becomes_true, comes_true, command_of, sockets_of
from tests.system.service import Service
from tests.system.soundness import events_of

_WRITERS = COMMUNES[:6]
_WRITES = 2
_WORKERS = {"backend": "1", "worker": "2", "postmaster": "1", "service": "2"}  # by victim


async def _storm(service: Service, token: str, victim: str) -> list[Ledger]:
    """Write from all sides, kill the victim in the middle, and go on until the service has found itself again."""
    ledgers = [Ledger(unit, victim) for unit in _WRITERS]
    enough = asyncio.Event()
    async with AsyncExitStack() as stack:
        writers = [await stack.enter_async_context(connected(service, token)) for _ in ledgers]
        tasks = [
            asyncio.create_task(keep_writing(http, ledger, enough))
            for http, ledger in zip(writers, ledgers, strict=True)
        ]
        await _acknowledged(ledgers)
        _kill(service, victim)
        if victim != "service":
            await _acknowledged(ledgers)
        enough.set()
        await asyncio.gather(*tasks)
    return ledgers


async def _acknowledged(ledgers: list[Ledger]) -> None:
    """Wait until each of the writers has been told some more times that it has written."""
    goals = [len(ledger.versions) + _WRITES for ledger in ledgers]

    async def has_each() -> bool:
        return all(len(ledger.versions) >= goal for ledger, goal in zip(ledgers, goals, strict=True))

    assert await becomes_true(has_each), ledgers


def _kill(service: Service, victim: str) -> None:
    if victim == "service":
        service.kill()
        return
    # Of the workers the one with more callers: it is in the middle of something.
    worker = max(service.workers, key=sockets_of)
    victims = {"worker": worker, "postmaster": service.postmaster, "backend": _busy_backend(service)}
    os.kill(victims[victim], signal.SIGKILL)


def _busy_backend(service: Service) -> int:
    """A process of the database that is in the middle of something, as its title says."""
    backends = service.backends
    return next((pid for pid in backends if not command_of(pid).rstrip().endswith(" idle")), backends[0])


@pytest.mark.parametrize(("victim", "workers"), _WORKERS.items())
async def test_every_acknowledged_write_is_there_whole_whoever_is_killed(
    serve: Serve, staged: Staged, victim: str, workers: str
) -> None:
    service = serve(staged.folder, DTI_WORKERS=workers)
    token = staged.admin.token(service.base)
    ledgers = await _storm(service, token, victim)
    lost = sum(ledger.tried - len(ledger.versions) for ledger in ledgers)
    assert lost > 0, "nothing was in the middle of anything"
    if victim == "service":
        service = serve(staged.folder, DTI_WORKERS=workers)
    assert service.becomes_ready()
    assert comes_true(lambda: len(service.workers) == int(workers), 60)
    async with connected(service, token) as http:
        for ledger in ledgers:
            stored = (await http.get(submission(ledger.unit))).json()
            assert {answer["note"] for answer in stored["answers"]} in [{note} for note in ledger.possible]
            assert stored["revision"] >= len(ledger.versions)
    versions = [version for ledger in ledgers for version in ledger.versions]
    assert len(set(versions)) == len(versions)
    assert {status for ledger in ledgers for status in ledger.statuses} <= {0, 200, 503}
    assert await events_of(service) >= max(versions)


async def test_a_worker_killed_while_it_owes_an_answer_is_replaced_at_once(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2")
    victim = service.workers[0]
    os.kill(victim, signal.SIGSTOP)
    await asyncio.sleep(2)  # the supervisor asks twice a second
    os.kill(victim, signal.SIGKILL)
    assert comes_true(lambda: victim not in service.workers and len(service.workers) == 2, 20)
    assert service.stop() == 0, "told to stop while the new one starts"
