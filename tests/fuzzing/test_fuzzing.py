"""No request that the document describes, and none that it forbids, is answered otherwise than it says.

schemathesis makes the requests: the documented examples, the edges of every schema, chance, and chains in which one
answer feeds the next request. `checks.py` and `schemathesis.toml` say what is checked.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.fuzzing.conftest import Fuzzed
from tests.fuzzing.effort import LONGER, SEED

_HOME = Path(__file__).parents[2]
_CONFIG = Path(__file__).with_name("schemathesis.toml")
# What chance and examples have to come through to, or all that was fuzzed was the refusing.
_REACHED = {
    "/v1/aggregates",
    "/v1/changes",
    "/v1/frameworks/{code}/{version}",
    "/v1/periods/{period}",
    "/v1/periods/{period}/participants",
    "/v1/rankings",
    "/v1/scorecards/{period}/{unit}",
    "/v1/submissions",
    "/v1/submissions/{period}/{unit}",
    "/v1/units/{unit}",
}
_LIMIT = 1500 * LONGER  # seconds, so that a hanging service ends the test


def _fuzz(fuzzed: Fuzzed, who: str, phases: str, examples: int) -> None:
    """Run schemathesis as that client; the report of what it found is the failure's message."""
    program = Path(sys.executable).with_name("schemathesis")
    run = ["run", f"{fuzzed.service.base}/openapi.json", "--phases", phases, "--workers", "2", "--no-color"]
    chance = ["--seed", str(SEED), "--max-examples", str(examples * LONGER)]
    header = ["--header", f"Authorization: Bearer {fuzzed.tokens[who]}"]
    done = subprocess.run(
        [program, "--config-file", str(_CONFIG), *run, *chance, *header],
        cwd=_HOME,
        env={**os.environ, "PYTHONPATH": str(_HOME)},
        capture_output=True,
        text=True,
        timeout=_LIMIT,
        check=False,
    )
    assert done.returncode == 0, f"{done.stdout[-20_000:]}\n{done.stderr[-5_000:]}"


@pytest.mark.parametrize(
    ("who", "phases", "examples"),
    [("bounded", "examples,fuzzing,stateful", 4), ("admin", "examples,coverage,fuzzing,stateful", 4)],
)
def test_every_answer_is_as_the_document_says(fuzzed: Fuzzed, who: str, phases: str, examples: int) -> None:
    _fuzz(fuzzed, who, phases, examples)
    answered = {str(line["route"]) for line in fuzzed.requests if line["status"] in (200, 201, 202, 204)}
    assert answered >= _REACHED
