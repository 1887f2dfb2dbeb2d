"""A process of its own that runs a server: prints the URL, waits, and ends as it is told to."""

import signal
import sys
from pathlib import Path

from app.postgres import PostgresError, running


def main(folder: str, durability: str) -> None:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        with running(Path(folder), durable=durability == "durable") as url:
            sys.stdout.write(f"{url}\n")
            sys.stdout.flush()
            while True:
                signal.pause()
    except PostgresError as problem:
        sys.exit(str(problem))


main(*sys.argv[1:])
