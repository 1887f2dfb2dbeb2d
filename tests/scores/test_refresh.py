"""The incremental path leaves what a rebuild and the oracle leave, whatever was written before."""

import random

import pytest
from sqlalchemy import text

from app.kernel.database import transaction
from tests.oracle.cohort_steps import Kept, Step, differences, random_step, reports, reviews

STEPS = 64
CHECKED_EVERY = 4


def _direct(code: str, points: float) -> Step:
    return lambda kept: kept.patch(code, {"direct": {"points": points}})


SCRIPTS: dict[str, list[Step]] = {
    "one value, two, one again, none": reports("higher", [("C1", 3), ("C2", 5), ("C1", None), ("C2", None)]),
    "bounds move out and in again": reports(
        "higher", [("C1", 3), ("C2", 5), ("C3", 4), ("C4", 9), ("C5", 1), ("C4", 4.5), ("C5", 3.5), ("C4", None)]
    ),
    "who holds a bound withdraws, alone and in a tie": reports(
        "lower", [("C1", 1), ("C2", 1), ("C3", 8), ("C4", 5), ("C1", None), ("C2", None), ("C3", None)]
    ),
    "all equal, all zero, all equal again": reports(
        "higher", [("C1", 2), ("C2", 2), ("C3", 2), ("C1", 0), ("C2", 0), ("C3", 0), ("C1", 4), ("C2", 4), ("C3", 4)]
    ),
    "a best of zero, then not": reports("best", [("C1", 0), ("C2", 0), ("C2", 3), ("C1", 6), ("C1", 1), ("C2", None)]),
    "below the fixed bound, then all beyond it": reports(
        "half-fixed", [("C1", 0), ("C2", 0.5), ("C3", 4), ("C3", None), ("C1", 1), ("C2", 1)]
    ),
    "the best falls, rises, is shared, is withdrawn": [
        *reports("higher", [("C1", 1), ("C2", 9), ("C3", 5), ("X1", 99), ("C2", 2), ("C3", 1), ("C1", 2)]),
        *reports("higher", [("C2", None), ("C1", None), ("C3", None)]),
    ],
    "who held the best becomes exempt, and is no longer": [
        *reports("lower", [("C1", 1), ("C2", 5), ("C3", 9)]),
        reviews("C1", "lower", verdict="exempt", exemption="best"),
        reviews("C2", "lower", verdict="exempt", exemption="full"),
        reviews("C3", "lower", verdict="exempt", exemption="best"),
        reviews("C1", "lower", verdict="adjust", points=6.5),
        reviews("C2", "lower", verdict="agree"),
        reviews("C3", "lower", verdict="adjust", inputs={"a": 2}),
    ],
    "who held the best of a leaf that compares nobody becomes exempt, and is no longer": [
        *(_direct(code, points) for code, points in (("C1", 5), ("C2", 3), ("C3", 1))),
        reviews("C1", "direct", verdict="exempt", exemption="best"),
        reviews("C2", "direct", verdict="exempt", exemption="full"),
        _direct("C3", 0.5),
        reviews("C2", "direct", verdict="agree"),
        reviews("C1", "direct", verdict="adjust", points=4),
        reviews("C1", "direct", verdict="disagree"),
    ],
    "an award is the best without being a value": [
        *reports("best", [("C1", 4), ("C2", 2)]),
        reviews("C3", "best", verdict="adjust", points=6.999999),
        reviews("C1", "best", verdict="disagree"),
        reviews("C3", "best", verdict="adjust", points=0.5),
        *reports("best", [("C2", None), ("C1", 5)]),
    ],
    "a reviewer assesses units that a trait exempts": [
        *reports("higher", [("C1", 4), ("C2", 2), ("X1", 8), ("X3", 0)]),
        reviews("X1", "higher", verdict="adjust", inputs={"a": 8}),
        reviews("X3", "higher", verdict="disagree"),
        reviews("X1", "higher", verdict="agree"),
        reviews("X3", "higher", verdict="exempt", exemption="full"),
        *reports("higher", [("C1", None), ("X3", None)]),
    ],
}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_after_every_step_everybody_has_the_points_of_a_cohort_scored_anew(kept: Kept, name: str) -> None:
    for number, step in enumerate(SCRIPTS[name], 1):
        await step(kept)
        await kept.check(f"step {number} of '{name}'")


@pytest.mark.parametrize("seed", [2554, 3015])
async def test_any_mix_of_writes_leaves_the_points_of_a_cohort_scored_anew(kept: Kept, seed: int) -> None:
    chance, done = random.Random(seed), []
    for number in range(1, STEPS + 1):
        done.append(await random_step(kept, chance))
        if number % CHECKED_EVERY == 0:
            await kept.check(f"seed {seed}, after {number} steps, the last ones {done[-CHECKED_EVERY:]}")


async def test_a_rebuild_tells_of_a_scorecard_that_was_tampered_with(kept: Kept) -> None:
    await kept.patch("C1", {"half-fixed": {"a": 3}})
    tamper = """
        UPDATE scorecards SET points = points + 1
         WHERE period_id = (SELECT id FROM periods WHERE code = :period) AND basis = 'self' AND points = 10
    """
    async with transaction(kept.service.app.state.database) as session:
        await session.execute(text(tamper), {"period": kept.period})
    assert len(await differences(kept.service, kept.period)) == 1
