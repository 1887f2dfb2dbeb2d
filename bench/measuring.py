"""Rounds of A and B in turn, so that noise of the machine hits both, and what they come to."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

Run = Callable[[], Awaitable[float]]


@dataclass(frozen=True, slots=True)
class Floor:
    """What the ratio of service to reference has to be; both ends belong to it."""

    kind: Literal["at least", "at most"]
    ratio: float

    def holds(self, ratio: float) -> bool:
        return ratio >= self.ratio if self.kind == "at least" else ratio <= self.ratio


@dataclass(frozen=True, slots=True)
class Compared:
    """One measure: a figure a round for the service and for its reference, in `unit`."""

    name: str
    against: str
    unit: str
    floor: Floor | None
    service: Sequence[float]
    reference: Sequence[float]

    @property
    def ratios(self) -> list[float]:
        """Service by reference, round by round."""
        return [ours / theirs for ours, theirs in zip(self.service, self.reference, strict=True)]

    @property
    def missed(self) -> bool:
        """Whether the median of the rounds breaks the floor."""
        return self.floor is not None and not self.floor.holds(median(self.ratios))


@dataclass(frozen=True, slots=True)
class Noted:
    """A figure without a reference, in milliseconds."""

    name: str
    milliseconds: Sequence[float]


async def alternate(rounds: int, *runs: Run) -> list[list[float]]:
    """The figures of each run, round by round; a first round warms up and counts for nothing."""
    figures: list[list[float]] = [[] for _ in runs]
    for turn in range(rounds + 1):
        for kept, run in zip(figures, runs, strict=True):
            figure = await run()
            if turn:
                kept.append(figure)
    return figures


async def median_milliseconds(count: int, work: Callable[[], Awaitable[object]]) -> float:
    """The median time that `work` takes."""
    return median([await milliseconds(work) for _ in range(count)])


async def milliseconds(work: Callable[[], Awaitable[object]]) -> float:
    """The time that `work` takes."""
    started = time.perf_counter()
    await work()
    return (time.perf_counter() - started) * 1000


async def per_second(seconds: float, workers: Sequence[Callable[[], Awaitable[object]]]) -> float:
    """How often in a second the workers together get their work done, each beginning again at once."""
    started = time.perf_counter()
    deadline = started + seconds

    async def repeat(work: Callable[[], Awaitable[object]]) -> int:
        done = 0
        while time.perf_counter() < deadline:
            await work()
            done += 1
        return done

    done = await asyncio.gather(*map(repeat, workers))
    return sum(done) / (time.perf_counter() - started)
