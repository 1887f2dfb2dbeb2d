"""Two thousand requests on two hundred keys, sent to two workers by callers who hang up at random and send again.

In the middle one of the workers is killed.
"""

import asyncio
import json
import os
import signal
from collections import Counter
from dataclasses import dataclass, field
from random import Random

import asyncpg

from app.audit.service import verify
from app.kernel.database import close_database, open_database, transaction
from app.settings import Settings
from tests.system.conftest import Serve, Staged
from tests.system.processes import sockets_of
from tests.system.service import Service

_KEYS = 200
_REQUESTS = 2000
_AT_ONCE = 40
_LATER = {409, 503}
_OWN = ("x-request-id:", "idempotent-replayed:", "date:")  # headers of one request, not of the answer
_EFFECTS = """
    SELECT (SELECT count(*) FROM units WHERE code LIKE 'LAN.%'),
           (SELECT count(*) FROM unit_versions v JOIN units u ON u.id = v.unit_id WHERE u.code LIKE 'LAN.%'),
           (SELECT count(*) FROM idempotency_keys),
           (SELECT count(*) FROM global_events)
"""


@dataclass(frozen=True)
class Answer:
    """What came over one connection, which the service closes behind it."""

    head: list[str]
    body: bytes

    @classmethod
    def read(cls, received: bytes) -> "Answer":
        """ConnectionError where it is not whole."""
        head, _, body = received.partition(b"\r\n\r\n")
        answer = cls(head.decode().split("\r\n"), body)
        if f"content-length: {len(body)}" not in answer.head:
            raise ConnectionError
        return answer

    @property
    def status(self) -> int:
        return int(self.head[0].split()[1])

    @property
    def is_replayed(self) -> bool:
        return "idempotent-replayed: true" in self.head

    @property
    def told(self) -> tuple[object, ...]:
        return (*(line for line in self.head if not line.startswith(_OWN)), self.body)


@dataclass
class Ledger:
    """What was answered in the end, by key; what came before, and how many callers never heard."""

    answers: dict[int, list[Answer]] = field(default_factory=lambda: {key: [] for key in range(_KEYS)})
    statuses: Counter[int] = field(default_factory=Counter)
    codes: set[str] = field(default_factory=set)
    unheard: int = 0


@dataclass(frozen=True)
class Caller:
    """Sends requests, each over a connection of its own."""

    service: Service
    token: str
    random: Random
    ledger: Ledger

    async def post(self, key: int) -> Answer:
        """Create the unit that belongs to the key."""
        host, port = self.service.base.removeprefix("http://").split(":")
        unit = {"code": f"LAN.{key}", "name": f"Xã thứ {key}", "level": "commune", "valid_from": "2025-01-01"}
        body = json.dumps(unit).encode()
        head = f"POST /v1/units HTTP/1.1\r\nHost: dti\r\nConnection: close\r\nAuthorization: Bearer {self.token}\r\n"
        head += f'Idempotency-Key: "key {key}"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n'
        reader, writer = await asyncio.open_connection(host, int(port))
        try:
            writer.write(head.encode() + body)
            return Answer.read(await reader.read())
        finally:
            writer.close()

    async def post_until_answered(self, key: int) -> None:
        """Blindly the same again, until there is an answer that is not "later"."""
        while True:
            patience = self.random.uniform(0, 0.2) if self.random.random() < 0.25 else None
            try:
                answer = await asyncio.wait_for(self.post(key), patience)
            except (TimeoutError, OSError):
                self.ledger.unheard += 1
                continue
            self.ledger.statuses[answer.status] += 1
            if answer.status not in _LATER:
                self.ledger.answers[key].append(answer)
                return
            self.ledger.codes.add(json.loads(answer.body)["code"])
            await asyncio.sleep(self.random.uniform(0.2, 0.6))

    async def storm(self) -> None:
        """All requests, some at once. Those of one key are neighbours: several run at once, on both workers."""
        keys = (number % _KEYS for number in range(_REQUESTS))
        waiting = iter(sorted(keys, key=lambda key: key + self.random.uniform(0, 16)))

        async def one_after_another() -> None:
            for key in waiting:
                await self.post_until_answered(key)

        await asyncio.gather(self._kill_one_worker(), *(one_after_another() for _ in range(_AT_ONCE)))

    async def _kill_one_worker(self) -> None:
        while self.ledger.statuses[201] < _REQUESTS / 4:  # noqa: ASYNC110 - the others in this loop go on
            await asyncio.sleep(0.02)
        os.kill(max(self.service.workers, key=sockets_of), signal.SIGKILL)


async def _effects(service: Service) -> list[int]:
    connection = await asyncpg.connect((service.folder / "postgres.url").read_text())
    try:
        return list(await connection.fetchrow(_EFFECTS) or ())
    finally:
        await connection.close()


async def _broken_chains(service: Service) -> list[str]:
    url = (service.folder / "postgres.url").read_text()
    database = open_database(Settings(database_url=url, data_dir=service.folder))
    try:
        async with transaction(database) as session:
            return [chain.chain for chain in await verify(session) if not chain.valid]
    finally:
        await close_database(database)


async def test_two_thousand_requests_on_two_hundred_keys_have_two_hundred_effects(serve: Serve, staged: Staged) -> None:
    service = serve(staged.folder, DTI_WORKERS="2")
    *_, keys, events = await _effects(service)
    ledger = Ledger()
    await Caller(service, staged.admin.token(service.base), Random(2000), ledger).storm()
    assert ledger.unheard > 100, "hardly anybody was cut off"
    assert ledger.statuses[409] > 100, "hardly any two met"
    assert set(ledger.statuses) <= {201, *_LATER}
    assert ledger.codes <= {"idempotency_key_in_flight", "busy", "database_unavailable"}
    assert sum(map(len, ledger.answers.values())) == _REQUESTS
    for key, answers in ledger.answers.items():
        assert json.loads(answers[0].body)["code"] == f"LAN.{key}"
        assert {answer.told for answer in answers} == {answers[0].told}
        assert sum(not answer.is_replayed for answer in answers) <= 1
    assert await _effects(service) == [_KEYS, _KEYS, keys + _KEYS, events + _KEYS]
    assert await _broken_chains(service) == []
    assert [line for line in service.log if line["event"] == "unexpected_error"] == []
