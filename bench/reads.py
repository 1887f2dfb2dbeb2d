"""Measure 1: a ranking of 100 rows polled by 32 connections, against bare Starlette. And what other reads take."""

import json
from functools import partial
from pathlib import Path

from bench import servers
from bench.connection import Connection, Reply, connected, expect, request
from bench.measuring import Compared, Floor, Noted, alternate, milliseconds, per_second
from bench.stage import LARGE, MIDDLE, Stage
from bench.writers import Putter, two_versions

CONNECTIONS = 32
ROUNDS = 7
SECONDS = 1.0
# The reference sets these itself, or they are of one request.
_OWN = frozenset({"date", "content-length"})


async def poll_ranking(stage: Stage) -> list[Compared]:
    """Requests a second of one worker: 200 with the whole page, then 304 to the ETag that is still right."""
    path = f"/v1/rankings?period={stage.cohorts[MIDDLE].period}&level=commune"
    fresh = request("GET", path, stage.headers)
    async with connected(stage.port) as (connection,):
        page = expect(await connection.send(fresh), 200)
        tag = dict(page.headers())["etag"]
        known = request("GET", path, {**stage.headers, "If-None-Match": tag})
        unchanged = expect(await connection.send(known), 304)
    if len(page.json()["items"]) != MIDDLE:
        raise RuntimeError("The ranking has not 100 rows.")
    answers = stage.folder / "answers.json"
    _write_answers(answers, {"/200": page, "/304": unchanged})
    floor = Floor("at least", 0.2)
    with servers.bare(answers, stage.folder) as bare_port:
        measured = []
        for ours, status in ((fresh, 200), (known, 304)):
            # The same request headers too: the reference reads as much.
            theirs = ours.replace(path.encode(), f"/{status}".encode())
            runs = (partial(_poll, stage.port, ours, status), partial(_poll, bare_port, theirs, status))
            service, reference = await alternate(ROUNDS, *runs)
            name = f"Ranking of 100 rows, 32 connections, {status}"
            measured.append(Compared(name, "bare Starlette, same bytes", "requests/s", floor, service, reference))
    return measured


async def note_reads(stage: Stage) -> list[Noted]:
    """Latencies in the cohort of 3 321 units: the first answer after a write, and the next one."""
    large = stage.cohorts[LARGE]
    unit, cohort = large.units[10], f"period={large.period}&level=commune"
    paths = {
        "Ranking, page of 100": f"/v1/rankings?{cohort}",
        "Ranking, page of 1 000": f"/v1/rankings?{cohort}&limit=1000",
        "Aggregates": f"/v1/aggregates?{cohort}",
        "Scorecard": f"/v1/scorecards/{large.period}/{unit}",
        "Receipt of a leaf compared within the cohort": f"/v1/scorecards/{large.period}/{unit}/1.3/receipt",
    }
    noted = []
    async with connected(stage.port) as (connection,):
        putter = Putter(connection, stage.headers, large, large.units[11])
        putter.take(two_versions(large, large.units[11], range(21)))
        for name, path in paths.items():
            get = request("GET", path, stage.headers)
            first, later = [], []
            for _ in range(5):
                await putter.write()
                first.append(await milliseconds(partial(_get, connection, get)))
                later += [await milliseconds(partial(_get, connection, get)) for _ in range(5)]
            noted += [Noted(f"{name}, first after a write", first), Noted(f"{name}, again", later)]
    return [*noted, Noted("`dti rebuild` of the cohort, nothing to correct", [large.rebuild_seconds * 1000])]


async def _poll(port: int, get: bytes, status: int) -> float:
    async with connected(port, CONNECTIONS) as connections:
        return await per_second(SECONDS, [partial(_get, connection, get, status) for connection in connections])


async def _get(connection: Connection, get: bytes, status: int = 200) -> None:
    expect(await connection.send(get), status)


def _write_answers(path: Path, replies: dict[str, Reply]) -> None:
    documents = {
        at: {
            "status": reply.status,
            "headers": [(name, value) for name, value in reply.headers() if name not in _OWN],
            "body": reply.body.decode(),
        }
        for at, reply in replies.items()
    }
    path.write_text(json.dumps(documents))
