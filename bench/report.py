"""RESULTS.md: ratios with their spread and floors, and what the machine was."""

import os
import platform
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median

from bench.measuring import Compared, Noted

RESULTS = Path(__file__).parent / "RESULTS.md"
_PACKAGES = ("uvicorn", "starlette", "fastapi", "sqlalchemy", "asyncpg")
_HOW = """\
One run on one machine: one worker of `dti serve` (uvloop, httptools, its log written to a file) on an embedded
PostgreSQL with fsync on. Service and reference take turns, round by round; a first round warms up. A ratio is service
by reference in one round; what counts against the floor is the median of the rounds.

- The client is a small one over asyncio in a process of its own; it and all servers share the cores.
- Reads: the reference is Starlette under uvicorn with the same settings, which sends the same bytes and headers.
- Writes: the reference is one asyncpg connection a client on a copy of the same database (same tables, indexes, keys
  and checks): BEGIN; SELECT of the cohort FOR UPDATE; one upsert of the answers; UPDATE of the submission
  and of both scorecards; one event; UPDATE of the cohort; COMMIT. It reads no body, checks and scores nothing.
- Pushes of everything: each round has a period in which nothing is stored and a worker of its own, whose peak memory
  (VmHWM) is that of its five pushes and of the polls meanwhile. The first, a dry run, warms it up and is not timed. The
  reference copies the rows that the push has left into a table of the same columns and primary key, without other
  indexes, checks or references.
- A rehearsal is asked for over HTTP; its reference, the rebuild, runs in the process of the client and finds nothing
  to correct. Neither is warmed up.
- All data are made up: an index set of 63 leaves in 8 pillars, 15 leaves compared within the cohort, and cohorts of
  33, 100 and 3 321 units that have answered everything. Units and answers were put in by COPY and scored by a rebuild;
  a second rebuild found nothing to correct, then and after all the writes measured here.
"""


def write(compared: Sequence[Compared], noted: Sequence[Noted], postgres: str, load: float, seconds: float) -> None:
    """Write the results of one run."""
    RESULTS.write_text("\n".join(_lines(compared, noted, postgres, load, seconds)), encoding="utf-8")


def one_line(measure: Compared) -> str:
    """A measure for the terminal."""
    low, middle, high = _spread(measure.ratios)
    floor = f"{measure.floor.kind} {measure.floor.ratio:g}" if measure.floor else "no floor"
    verdict = "  MISSED" if measure.missed else ""
    return f"{middle:8.2f} x ({low:.2f}-{high:.2f}), {floor}: {measure.name} / {measure.against}{verdict}"


def _lines(
    compared: Sequence[Compared], noted: Sequence[Noted], postgres: str, load: float, seconds: float
) -> Iterator[str]:
    yield "# Speed\n"
    yield f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d}, in {seconds:.0f} s.\n"
    yield "| Measure | Reference | Floor | Ratio: median (min–max) | Service | Reference | |"
    yield "|---|---|---|---|---|---|---|"
    yield from map(_row, compared)
    yield "\n## Without a reference, in the cohort of 3 321 units\n"
    yield "| | Median (min–max), ms |"
    yield "|---|---|"
    for note in noted:
        low, middle, high = _spread(note.milliseconds)
        yield f"| {note.name} | {_figure(middle)} ({_figure(low)}–{_figure(high)}) |"
    yield f"\n## How it was measured\n\n{_HOW}"
    yield "## The machine\n"
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield f"- {os.cpu_count()} cores, {platform.system()} {platform.machine()}; load average at the start {load:.2f}"
    yield f"- Python {platform.python_version()}, PostgreSQL {postgres}, {packages}\n"


def _row(measure: Compared) -> str:
    low, middle, high = _spread(measure.ratios)
    floor = f"{measure.floor.kind} {measure.floor.ratio:g} ×" if measure.floor else "–"
    verdict = "" if measure.floor is None else "missed" if measure.missed else "met"
    ours, theirs = (f"{_figure(median(each))} {measure.unit}" for each in (measure.service, measure.reference))
    ratio = f"**{middle:.2f} ×** ({low:.2f}–{high:.2f})"
    return f"| {measure.name} | {measure.against} | {floor} | {ratio} | {ours} | {theirs} | {verdict} |"


def _spread(figures: Sequence[float]) -> tuple[float, float, float]:
    return min(figures), median(figures), max(figures)


def _figure(value: float) -> str:
    return f"{value:,.0f}".replace(",", " ") if value >= 100 else f"{value:.3g}"
