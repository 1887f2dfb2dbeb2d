"""A client over real connections, and what it writes."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from random import Random
from typing import Any

import httpx

from tests.oracle.everything import answers
from tests.system.conftest import PERIOD
from tests.system.service import Service

SEATS = 8
_LEVEL = "commune"
_PATIENCE = 30


def submission(unit: str) -> str:
    return f"/submissions/{PERIOD}/{unit}"


def report(seat: int, note: str, *, only: int | None = None) -> dict[str, Any]:
    """The answers of a seat, or some of them, all with the same note: so that a half of two writes is told."""
    every = list(answers(seat).items())[:only]
    return {"answers": [{"indicator": code, "inputs": inputs, "note": note} for code, inputs in every]}


@asynccontextmanager
async def connected(service: Service, token: str) -> AsyncIterator[httpx.AsyncClient]:
    """One caller, with connections of its own."""
    headers = {"Authorization": f"Bearer {token}"}
    base = f"{service.base}/v1"
    async with httpx.AsyncClient(base_url=base, headers=headers, timeout=_PATIENCE) as http:
        yield http


async def ranking(http: httpx.AsyncClient, **headers: str) -> httpx.Response:
    return await http.get("/rankings", params={"period": PERIOD, "level": _LEVEL, "basis": "self"}, headers=headers)


def points_of(page: Mapping[str, Any], unit: str) -> float:
    return next(float(item["points"]) for item in page["items"] if item["unit"]["code"] == unit)


def hung_up(http: httpx.AsyncClient, method: str, path: str, body: Any, seconds: float) -> asyncio.Task[int]:
    """A request whose caller hangs up after that time; the status, where the answer came before."""

    async def send() -> int:
        return (await http.request(method, path, json=body)).status_code

    task = asyncio.create_task(send())
    asyncio.get_running_loop().call_later(seconds, task.cancel)
    return task


@dataclass
class Ledger:
    """What one writer was told, in the order of its writes."""

    unit: str
    mark: str
    tried: int = 0
    acknowledged: int = 0
    statuses: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)

    def note(self, number: int) -> str:
        return f"{self.mark} {number}"

    @property
    def possible(self) -> list[str]:
        """The notes of the writes that may be stored: the last acknowledged, or one whose answer was lost after it."""
        return [self.note(number) for number in range(self.acknowledged, self.tried + 1)]


async def keep_writing(http: httpx.AsyncClient, ledger: Ledger, until: asyncio.Event) -> None:
    """Replace all answers of one unit again and again; what fails is not sent again."""
    random = Random(ledger.unit)
    while not until.is_set():
        ledger.tried += 1
        body = report(random.randrange(SEATS), ledger.note(ledger.tried))
        status, body = await _answer(http, submission(ledger.unit), body)
        ledger.statuses.append(status)
        if status == 200:
            ledger.acknowledged = ledger.tried
            ledger.versions.append(body["version"])
        else:
            await asyncio.sleep(0.05)


async def _answer(http: httpx.AsyncClient, path: str, body: Any) -> tuple[int, Any]:
    """Status 0 when the connection broke."""
    try:
        answer = await http.put(path, json=body)
    except httpx.TransportError:
        return 0, None
    return answer.status_code, answer.json()
