"""No request that the document describes, and none that it forbids, is answered otherwise than it says.

schemathesis makes the requests: the documented examples, the edges of every schema, chance, and chains in which one
answer feeds the next request. `checks.py` and `schemathesis.toml` say what is checked.
"""

import os
import subprocess
import sys
from pathlib import Path

from tests.fuzzing.conftest import Fuzzed
from tests.fuzzing.effort import LONGER, SEED

_HOME = Path(__file__).parents[2]
_CONFIG = Path(__file__).with_name("schemathesis.toml")
# They need the scope `admin`: for others only the door is tried, at the price of making whole documents.
_WRITERS_OF_FRAMEWORKS = ("create_framework", "replace_framework", "create_indicator", "replace_indicator")
_OF_OTHERS = [part for name in _WRITERS_OF_FRAMEWORKS for part in ("--exclude-operation-id", name)]
_LIMIT = 1500 * LONGER  # seconds, so that a hanging service ends the test


def _fuzz(fuzzed: Fuzzed, who: str, *options: str, examples: int) -> None:
    """Run schemathesis as that client; the report of what it found is the failure's message."""
    program = Path(sys.executable).with_name("schemathesis")
    run = ["run", f"{fuzzed.service.base}/openapi.json", "--workers", "2", "--no-color"]
    chance = ["--seed", str(SEED), "--max-examples", str(examples * LONGER)]
    header = ["--header", f"Authorization: Bearer {fuzzed.tokens[who]}"]
    clients = " ".join(client.client_id for client in fuzzed.clients.values())
    done = subprocess.run(
        [program, "--config-file", str(_CONFIG), *run, *chance, *header, *options],
        cwd=_HOME,
        env={**os.environ, "PYTHONPATH": str(_HOME), "FUZZ_CLIENTS": clients},
        capture_output=True,
        text=True,
        timeout=_LIMIT,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-5_000:]}"


def _read(fuzzed: Fuzzed) -> set[str]:
    """The routes that gave something to read so far."""
    found = [line for line in fuzzed.requests if line["method"] == "GET" and line["status"] == 200]
    return {str(line["route"]) for line in found}


def test_a_client_with_bounds_is_answered_as_the_document_says(fuzzed: Fuzzed) -> None:
    _fuzz(fuzzed, "bounded", "--phases", "fuzzing,stateful", *_OF_OTHERS, examples=4)
    # Or all that was fuzzed was the refusing.
    assert len(_read(fuzzed)) >= 15, _read(fuzzed)


def test_so_is_an_administrator_of_everything(fuzzed: Fuzzed) -> None:
    _fuzz(fuzzed, "admin", "--phases", "examples,coverage,fuzzing,stateful", examples=3)
