"""Pushes: 3 321 x 63 values by a worker that does nothing else, and one value."""

import asyncio
import io
import random
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path

import asyncpg

from app.kernel.database import transaction
from app.periods.cohorts import list_cohorts
from bench import documents, filling, servers
from bench.connection import Connection, as_json, connected, expect, request
from bench.filling import Filled
from bench.measuring import Compared, Floor, Noted, alternate, median_milliseconds, milliseconds
from bench.servers import Running
from bench.stage import LARGE, Stage

ROUNDS = 3
MOST_MEGABYTES = 600
ONE_ROUNDS, ONES = 7, 10
_TABLE = "pushed"


async def push_all(stage: Stage) -> tuple[list[Compared], list[Noted]]:
    """The seconds of a push into a cohort that has nothing stored, and of its dry run, against a COPY of its rows.

    Each round has a period and a worker of its own: its peak memory is that of these pushes. Then everything is
    changed, and sent once more, a ranking polled meanwhile; a rebuild finds nothing to correct.
    """
    pushes, trials, copies, changes, repeats, peaks, pauses = ([] for _ in range(7))
    for turn in range(1, ROUNDS + 1):
        period = f"bench-push-{turn}"
        await filling.open_again(stage.database, LARGE, period)
        first, second = _body(stage.cohorts[LARGE], period, turn), _body(stage.cohorts[LARGE], period, -turn)
        with servers.service(stage.url, stage.folder) as worker:
            async with _raw(stage.url) as raw, connected(worker.port) as (connection,):
                await _push(stage, raw, connection, first, "?dry_run=true")  # not measured: it warms the worker up
                trials.append(await _push(stage, raw, connection, first, "?dry_run=true"))
                pushes.append(await _push(stage, raw, connection, first))
                copies.append(await _copy(raw, period))
                polled = asyncio.create_task(_poll(stage, worker, period))
                changes.append(await _push(stage, raw, connection, second))
                repeats.append(await _push(stage, raw, connection, second))
                polled.cancel()
                pauses.append(max(await polled))
            peaks.append(_peak_megabytes(worker))
        async with transaction(stage.database) as session:
            cohort = (await list_cohorts(session, period))[0]
        await filling.require_sound(stage.database, cohort)
    name = "Push of 3 321 x 63 values, nothing stored before"
    return [
        Compared(name, "COPY of the same rows, same key", "s", Floor("at most", 6), pushes, copies),
        Compared("Dry run of it", "the push", "s", Floor("at most", 1), trials, pushes),
        Compared("Push of as many, all changed", "COPY of the same rows, same key", "s", None, changes, copies),
        Compared("Push of as many, all unchanged", "COPY of the same rows, same key", "s", None, repeats, copies),
        Compared("Peak memory of their worker", "600 MB", "MB", Floor("at most", 1), peaks, [MOST_MEGABYTES] * ROUNDS),
    ], [Noted("Ranking, page of 100, polled while 3 321 x 63 values are pushed: the slowest", pauses)]


async def push_one(stage: Stage) -> list[Compared]:
    """The median time of a push of one value into 3 321 units, against a PUT of one answer there."""
    large, chance = stage.cohorts[LARGE], random.Random(1)  # noqa: S311 - made-up data
    unit = large.units[20]
    async with connected(stage.port) as (connection,):
        pushing, putting = (_ever_new(stage, connection, large, chance, unit, how) for how in ("push", "put"))
        runs = [partial(median_milliseconds, ONES, each.__anext__) for each in (pushing, putting)]
        ours, theirs = await alternate(ONE_ROUNDS, *runs)
    name = "Push of one value into a cohort of 3 321"
    return [Compared(name, "a PUT of one answer", "ms", Floor("at most", 4), ours, theirs)]


async def _ever_new(
    stage: Stage, connection: Connection, large: Filled, chance: random.Random, unit: str, how: str
) -> AsyncIterator[None]:
    """Send another value of one leaf each time."""
    inputs = [documents.answer(0, chance)]
    while True:
        documents.change(inputs, [0], chance)
        answer = {"indicator": documents.code_of(0), "inputs": inputs[0]}
        body = {"answers": [answer]} if how == "put" else {"period": large.period, "values": [{"unit": unit, **answer}]}
        path = f"/v1/submissions/{large.period}/{unit}" if how == "put" else "/v1/data-values"
        method = "PUT" if how == "put" else "POST"
        expect(await connection.send(request(method, path, stage.headers, as_json(body))), 200)
        yield


def _body(large: Filled, period: str, seed: int) -> bytes:
    chance = random.Random(seed)  # noqa: S311 - made-up data
    values = [
        {"unit": unit, "indicator": documents.code_of(leaf), "inputs": inputs}
        for unit in large.units
        for leaf, inputs in enumerate(documents.answers(chance))
    ]
    return as_json({"period": period, "source": "bench", "values": values})


async def _push(stage: Stage, raw: asyncpg.Connection, connection: Connection, body: bytes, query: str = "") -> float:
    sent = request("POST", f"/v1/data-values{query}", stage.headers, body)
    await raw.execute("CHECKPOINT")
    return await milliseconds(lambda: _sent(connection, sent)) / 1000


async def _sent(connection: Connection, sent: bytes) -> None:
    counts = expect(await connection.send(sent), 200).json()["counts"]
    if counts["received"] != LARGE * documents.LEAVES:
        raise RuntimeError(f"Not every value was taken: {counts}")


async def _copy(raw: asyncpg.Connection, period: str) -> float:
    """The seconds in which the rows that a push has just left go into a table that has nothing but the same key."""
    rows = io.BytesIO()
    query = "SELECT * FROM answers WHERE period_id = (SELECT id FROM periods WHERE code = $1)"
    await raw.copy_from_query(query, period, output=rows)
    await raw.execute(f"DROP TABLE IF EXISTS {_TABLE}")
    await raw.execute(f"CREATE TABLE {_TABLE} (LIKE answers INCLUDING DEFAULTS)")
    await raw.execute(f"ALTER TABLE {_TABLE} ADD PRIMARY KEY (period_id, unit_id, indicator_id)")
    await raw.execute("CHECKPOINT")
    rows.seek(0)
    started = time.perf_counter()
    await raw.copy_to_table(_TABLE, source=rows)
    return time.perf_counter() - started


async def _poll(stage: Stage, worker: Running, period: str) -> list[float]:
    """Milliseconds of each poll until cancelled."""
    get = request("GET", f"/v1/rankings?period={period}&level=commune", stage.headers)
    taken: list[float] = []
    async with connected(worker.port) as (connection,):
        try:
            while True:
                taken.append(await milliseconds(partial(connection.send, get)))
                await asyncio.sleep(0.01)
        except asyncio.CancelledError:
            return taken


def _peak_megabytes(worker: Running) -> float:
    status = Path(f"/proc/{worker.pid}/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1000


@asynccontextmanager
async def _raw(url: str) -> AsyncIterator[asyncpg.Connection]:
    connection = await asyncpg.connect(url)
    try:
        yield connection
    finally:
        await connection.close()
