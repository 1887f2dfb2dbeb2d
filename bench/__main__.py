"""`make bench`: measure the service against its references, write RESULTS.md; exit code 1 when a floor is missed."""

import os
import signal
import sys
import time
from pathlib import Path

import uvloop

from app.cli.stopping import exit_with
from bench import frameworks, pushes, reads, report, writes
from bench.measuring import Compared, Noted
from bench.stage import server, staged


def main() -> None:
    """One run."""
    signal.signal(signal.SIGTERM, exit_with(143))
    started, load = time.monotonic(), os.getloadavg()[0]
    print("Filling a database of its own: 33, 100 and 3 321 units …", flush=True)
    with server() as (folder, url):
        compared, noted, postgres = uvloop.run(_measure(folder, url))
    report.write(compared, noted, postgres, load, time.monotonic() - started)
    print(f"Written to bench/{report.RESULTS.name} after {time.monotonic() - started:.0f} s.")
    missed = [measure.name for measure in compared if measure.missed]
    if missed:
        sys.exit(f"A floor is missed: {'; '.join(missed)}")


async def _measure(folder: Path, url: str) -> tuple[list[Compared], list[Noted], str]:
    compared: list[Compared] = []
    async with staged(folder, url) as stage:
        for measure in (reads.poll_ranking, writes.put_alone, writes.put_together, writes.put_by_size):
            found = await measure(stage)
            compared += found
            print(*map(report.one_line, found), sep="\n", flush=True)
        one = await pushes.push_one(stage)
        many, polled = await pushes.push_all(stage)
        compared += [*one, *many]
        print(*map(report.one_line, [*one, *many]), sep="\n", flush=True)
        rehearsed, writing = await frameworks.rehearse(stage)
        compared.append(rehearsed)
        print(report.one_line(rehearsed), flush=True)
        noted = [*await reads.note_reads(stage), *polled, writing, *await frameworks.note_publishing(stage)]
        print("Checking the scores that all these writes left …", flush=True)
    return compared, noted, stage.postgres_version


if __name__ == "__main__":
    main()
