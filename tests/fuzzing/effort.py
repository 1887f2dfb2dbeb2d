"""How long is fuzzed, and from which seed: little and always the same, unless `make fuzz` says otherwise."""

import os

import hypothesis

SEED = int(os.environ.get("FUZZ_SEED", "1"))
LONGER = int(os.environ.get("FUZZ_LONGER", "1"))


def tried(examples: int) -> hypothesis.settings:
    """That many examples, or so many times more. The fixtures' database is shared by all examples of one test."""
    shared = hypothesis.HealthCheck.function_scoped_fixture
    return hypothesis.settings(
        max_examples=examples * LONGER,
        database=None,
        deadline=None,
        suppress_health_check=[shared, hypothesis.HealthCheck.too_slow, hypothesis.HealthCheck.data_too_large],
    )
