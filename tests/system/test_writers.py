"""Sixteen clients write to one cohort at once, on two workers, and some of them hang up."""

import asyncio
import socket
from dataclasses import dataclass, field
from random import Random

import httpx

from tests.oracle.everything import COMMUNES, REVIEWS
from tests.system.caller import SEATS, connected, hung_up, report, submission
from tests.system.conftest import Serve, Staged
from tests.system.service import Service, dti
from tests.system.soundness import events_of

_WRITERS = 16
_WRITES = 9


@dataclass
class Told:
    """What the service answered, and how many callers never heard."""

    statuses: list[int] = field(default_factory=list)
    versions: list[int] = field(default_factory=list)
    reviewed: int = 0
    unheard: int = 0


async def _put(http: httpx.AsyncClient, random: Random, told: Told, note: str) -> None:
    body = report(random.randrange(SEATS), note)
    answer = await http.put(submission(random.choice(COMMUNES)), json=body)
    _note(told, answer)


async def _patch(http: httpx.AsyncClient, random: Random, told: Told, note: str) -> None:
    body = report(random.randrange(SEATS), note, only=random.randrange(1, 20))
    answer = await http.patch(submission(random.choice(COMMUNES)), json=body)
    _note(told, answer)


async def _review(http: httpx.AsyncClient, random: Random, told: Told, note: str) -> None:
    unit, leaf, body = random.choice(REVIEWS)
    answer = await http.put(f"{submission(unit)}/reviews/{leaf}", json={**body, "reason": note})
    told.statuses.append(answer.status_code)
    told.reviewed += answer.status_code == 200


async def _hang_up(http: httpx.AsyncClient, random: Random, told: Told, note: str) -> None:
    body = report(random.randrange(SEATS), note)
    seconds = random.uniform(0, 0.15)
    await asyncio.wait([hung_up(http, "PUT", submission(random.choice(COMMUNES)), body, seconds)])
    told.unheard += 1


def _note(told: Told, answer: httpx.Response) -> None:
    told.statuses.append(answer.status_code)
    if answer.status_code == 200:
        told.versions.append(answer.json()["version"])


def _send_half(service: Service, token: str) -> None:
    """Announce a body, send the beginning of it, and be gone."""
    host, port = service.base.removeprefix("http://").split(":")
    head = f"PUT /v1{submission('B1')} HTTP/1.1\r\nHost: dti\r\nAuthorization: Bearer {token}\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 9999\r\n\r\n".encode())
        connection.sendall(b'{"answers": [{"indicator": "1.1", ')


async def _write(service: Service, token: str, seat: int, told: Told) -> None:
    random = Random(seat)
    async with connected(service, token) as http:
        for number in range(_WRITES):
            [act] = random.choices([_put, _patch, _review, _hang_up], [4, 4, 3, 2])
            await act(http, random, told, f"{seat}/{number}")
            if random.random() < 0.1:
                _send_half(service, token)


async def test_sixteen_writers_leave_what_a_rebuild_would_make_and_a_version_for_each_write(
    serve: Serve, staged: Staged
) -> None:
    service = serve(staged.folder, DTI_WORKERS="2")
    before = await events_of(service)
    token, told = staged.admin.token(service.base), Told()
    await asyncio.gather(*(_write(service, token, seat, told) for seat in range(_WRITERS)))
    # 409, by chance: a review of what has not been reported yet.
    assert {200} <= set(told.statuses) <= {200, 409}
    assert told.unheard > 10
    assert len(set(told.versions)) == len(told.versions)
    heard = len(told.versions) + told.reviewed
    rebuilt, verified = dti(staged.folder, "rebuild"), dti(staged.folder, "audit", "verify")
    assert rebuilt == "ky-thu/commune: 8 units, 0 differences\n"
    assert verified.count("\tvalid\t") == len(verified.splitlines()) == 2
    written = await events_of(service) - before
    assert heard <= written <= heard + told.unheard
    assert [line for line in service.log if line["event"] != "request" or line["status"] >= 500] == []
