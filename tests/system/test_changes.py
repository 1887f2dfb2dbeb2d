"""Who polls for changes while others write, on two workers, misses none of what was acknowledged."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.oracle.everything import COMMUNES
from tests.system.caller import Ledger, connected, keep_writing
from tests.system.conftest import PERIOD, Serve, Staged

_WRITERS = 6
_ENOUGH = 60


@dataclass
class Poller:
    """What one reader holds: each unit's latest version, by what it was told in lists of so many a page.

    `lists` are the versions up to which it has read, each with what it held then.
    """

    limit: int
    version: int = 0
    held: dict[str, int] = field(default_factory=dict)
    lists: list[tuple[int, dict[str, int]]] = field(default_factory=list)

    async def read_list(self, http: httpx.AsyncClient) -> None:
        query = {"period": PERIOD, "level": "commune", "since": self.version, "limit": self.limit}
        page = await _page(http, query)
        told = list(page["items"])
        while page["next"] is not None:
            page = await _page(http, {**query, "cursor": page["next"]})
            told += page["items"]
        found = {item["unit"]: item["version"] for item in told}
        assert len(found) == len(told), "a unit is told once"
        assert all(self.version < number <= page["version"] for number in found.values())
        self.version = page["version"]
        self.held |= found
        self.lists.append((self.version, dict(self.held)))

    async def read_on(self, http: httpx.AsyncClient, until: asyncio.Event) -> None:
        while not until.is_set():
            await self.read_list(http)
        await self.read_list(http)


async def _page(http: httpx.AsyncClient, query: Mapping[str, Any]) -> Any:
    answer = await http.get("/changes", params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def _stop_after(ledgers: list[Ledger], until: asyncio.Event) -> None:
    while sum(ledger.acknowledged for ledger in ledgers) < _ENOUGH:  # noqa: ASYNC110 - they are told over HTTP
        await asyncio.sleep(0.05)
    until.set()


async def test_pollers_miss_no_acknowledged_write(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2")
    token, until = staged.admin.token(service.base), asyncio.Event()
    random = Random(4)
    ledgers = [Ledger(unit, unit) for unit in random.sample(COMMUNES, _WRITERS)]
    pollers = [Poller(1000), Poller(2)]
    async with asyncio.TaskGroup() as tasks, connected(service, token) as one, connected(service, token) as two:
        work = [keep_writing(one, ledger, until) for ledger in ledgers]
        work += [poller.read_on(http, until) for poller, http in zip(pollers, (one, two), strict=True)]
        running = [tasks.create_task(each) for each in [*work, _stop_after(ledgers, until)]]
        await asyncio.wait(running)
    written = {ledger.unit: ledger.versions for ledger in ledgers}
    # A page that is the whole list is of one moment: by then the reader holds every write up to its version.
    for version, held in pollers[0].lists:
        for unit, versions in written.items():
            latest = max((number for number in versions if number <= version), default=0)
            assert held.get(unit, 0) >= latest, (version, unit)
    async with connected(service, token) as http:
        last = Poller(3)
        await last.read_list(http)
        for poller in pollers:
            await poller.read_list(http)
            assert (poller.version, poller.held) == (last.version, last.held)
            assert len(poller.lists) > 3
        for unit, versions in written.items():
            assert last.held[unit] >= versions[-1]
