"""What an index set costs before it counts: a rehearsal on 3 321 units, and publishing with its worked examples."""

import asyncio
import time
from pathlib import Path
from typing import Any

import yaml

from bench import documents, filling
from bench.connection import Connection, as_json, connected, expect, request
from bench.measuring import Compared, Floor, Noted, milliseconds
from bench.stage import LARGE, Stage
from bench.writers import Putter, two_versions

ROUNDS = 2
PUBLISHED = 5
_SEED = Path(__file__).parents[1] / "seed" / "frameworks" / "gia-lai-province-1.yaml"


async def rehearse(stage: Stage) -> tuple[Compared, Noted]:
    """The seconds of a rehearsal of the whole cohort against its rebuild, and what a writer feels meanwhile."""
    large = stage.cohorts[LARGE]
    draft = documents.framework() | {"version": 2}
    rehearsals, rebuilds, puts = [], [], []
    async with connected(stage.port, 2) as (connection, writing):
        await _send(connection, stage, "POST", "/v1/frameworks", draft, 201)
        path = f"/v1/frameworks/{draft['code']}/2/rehearsals"
        unit = large.units[12]
        putter = Putter(writing, stage.headers, large, unit).take(two_versions(large, unit, range(21)))
        for _ in range(ROUNDS):
            started = time.perf_counter()
            running = asyncio.create_task(_send(connection, stage, "POST", path, {"period": large.period}, 200))
            while not running.done():
                puts.append(await milliseconds(putter.write))
            answer = await running
            rehearsals.append(time.perf_counter() - started)
            if len(answer["units"]) != LARGE:
                raise RuntimeError("The rehearsal has not every unit.")
            rebuilds.append(await filling.verify(stage.database, large))
    name = "Rehearsal of 3 321 units and 63 leaves, one writer at work"
    floor = Floor("at most", 4)
    return Compared(name, "`dti rebuild` of the same cohort", "s", floor, rehearsals, rebuilds), Noted(
        "PUT of 63 answers while the rehearsal runs", puts
    )


async def note_publishing(stage: Stage) -> list[Noted]:
    """Publishing Gia Lai's 128 nodes, every worked example checked."""
    document = yaml.safe_load(_SEED.read_text())
    times = []
    async with connected(stage.port) as (connection,):
        for version in range(1, PUBLISHED + 1):
            code = {"code": "bench-province", "version": version}
            await _send(connection, stage, "POST", "/v1/frameworks", document | code, 201)
            path = f"/v1/frameworks/bench-province/{version}/publish"
            send = request("POST", path, stage.headers)
            started = time.perf_counter()
            expect(await connection.send(send), 200)
            times.append((time.perf_counter() - started) * 1000)
    return [Noted("Publishing 128 nodes with their examples", times)]


async def _send(connection: Connection, stage: Stage, method: str, path: str, body: Any, status: int) -> Any:
    reply = await connection.send(request(method, path, stage.headers, as_json(body)))
    return expect(reply, status).json()
