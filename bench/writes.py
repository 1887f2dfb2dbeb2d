"""Measures 2 to 4: a PUT of 63 answers, alone, by 16 clients at once, and in a cohort of 3 321 units."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import asyncpg

from bench.connection import Connection, connected
from bench.documents import LEAVES, kind_of
from bench.filling import HIGHEST, Filled
from bench.measuring import Compared, Floor, alternate, median_milliseconds, per_second
from bench.stage import LARGE, MIDDLE, SMALL, Stage
from bench.writers import Putter, RawWriter, Versions, two_versions

CLIENTS = 16
ROUNDS = 7
PUTS = 20
SECONDS = 1.2
BOUND_ROUNDS = 3
BOUND_PUTS = 3
ALL = range(LEAVES)
THIRD = range(0, LEAVES, 3)
AT_MOST_SIX = Floor("at most", 6)
_FIRST_UNIT = 2  # the two before it hold the bounds


async def put_alone(stage: Stage) -> list[Compared]:
    """The median time of one PUT, against the same rows written by one transaction."""
    middle = stage.cohorts[MIDDLE]
    unit = middle.units[_FIRST_UNIT]
    async with connected(stage.port) as (connection,), _raw(stage.reference_url, 1) as (raw,):
        wholly, partly = two_versions(middle, unit, ALL), two_versions(middle, unit, THIRD)
        put_all = Putter(connection, stage.headers, middle, unit).take(wholly)
        put_third = Putter(connection, stage.headers, middle, unit).take(partly)
        raw_all = RawWriter(raw, middle, unit).take(wholly, ALL)
        raw_third = RawWriter(raw, middle, unit).take(partly, THIRD)
        runs = [partial(median_milliseconds, PUTS, writer.write) for writer in (put_all, put_third, raw_all, raw_third)]
        every, third, rows, fewer = await alternate(ROUNDS, *runs)
    name = "PUT of 63 answers"
    return [
        Compared(f"{name}, all changed", "a transaction of 63 rows", "ms", AT_MOST_SIX, every, rows),
        Compared(f"{name}, 21 changed", "a transaction of 63 rows", "ms", AT_MOST_SIX, third, rows),
        Compared(f"{name}, 21 changed", "a transaction of those 21 rows", "ms", None, third, fewer),
    ]


async def put_together(stage: Stage) -> list[Compared]:
    """Writes a second of 16 clients on one cohort, each for a unit of its own, against 16 bare connections."""
    middle, floor = stage.cohorts[MIDDLE], Floor("at least", 0.2)
    units = middle.units[_FIRST_UNIT : _FIRST_UNIT + CLIENTS]
    async with connected(stage.port, CLIENTS) as connections, _raw(stage.reference_url, CLIENTS) as raws:
        putters = [
            Putter(connection, stage.headers, middle, unit) for connection, unit in zip(connections, units, strict=True)
        ]
        raw = [
            RawWriter(connection, middle, unit).take(two_versions(middle, unit, ALL), ALL)
            for connection, unit in zip(raws, units, strict=True)
        ]
        measured = []
        for leaves, name in ((ALL, "all changed"), (THIRD, "21 changed")):
            for putter, unit in zip(putters, units, strict=True):
                putter.take(two_versions(middle, unit, leaves))
            runs = [partial(per_second, SECONDS, [writer.write for writer in writers]) for writers in (putters, raw)]
            service, reference = await alternate(ROUNDS, *runs)
            title = f"16 clients on one cohort, 63 answers each, {name}"
            measured.append(Compared(title, "16 transactions of 63 rows", "writes/s", floor, service, reference))
    return measured


async def put_by_size(stage: Stage) -> list[Compared]:
    """The median time of a PUT into 3 321 units against one into 33; then of one that moves a bound for everybody."""
    small, large = stage.cohorts[SMALL], stage.cohorts[LARGE]
    async with connected(stage.port) as (connection,):
        ordinary = await _by_size(stage, connection, ROUNDS, PUTS, [_ordinary(small), _ordinary(large)])
        moving = await _by_size(stage, connection, BOUND_ROUNDS, BOUND_PUTS, [_moving(small), _moving(large)])
    against = "the same into a cohort of 33"
    return [
        Compared(
            "PUT into a cohort of 3 321, 21 changed, no bound moves", against, "ms", Floor("at most", 1.5), *ordinary
        ),
        Compared("PUT into a cohort of 3 321 that moves one bound", against, "ms", None, *moving),
    ]


async def _by_size(
    stage: Stage, connection: Connection, rounds: int, puts: int, cohorts: Sequence[tuple[Filled, str, Versions]]
) -> list[list[float]]:
    writers = [Putter(connection, stage.headers, filled, unit).take(versions) for filled, unit, versions in cohorts]
    runs = [partial(median_milliseconds, puts, writer.write) for writer in writers]
    # The larger one is what is judged, so it comes first.
    return (await alternate(rounds, *runs))[::-1]


def _ordinary(filled: Filled) -> tuple[Filled, str, Versions]:
    unit = filled.units[_FIRST_UNIT]
    return filled, unit, two_versions(filled, unit, THIRD)


def _moving(filled: Filled) -> tuple[Filled, str, Versions]:
    """The unit that holds the greatest value of a leaf raises it and takes it back."""
    unit = filled.units[1]
    first = filled.answers[unit]
    second = list(first)
    leaf = next(leaf for leaf in ALL if kind_of(leaf) == "cohort")
    second[leaf] = {"a": round(10_000 * HIGHEST) + 100, "b": 10_000}
    return filled, unit, (first, second)


@asynccontextmanager
async def _raw(url: str, count: int) -> AsyncIterator[list[asyncpg.Connection]]:
    async with AsyncExitStack() as stack:
        connections = []
        for _ in range(count):
            connection = await asyncpg.connect(url)
            stack.push_async_callback(connection.close)
            connections.append(connection)
        yield connections
