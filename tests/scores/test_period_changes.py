"""Benchmarks and rosters that change in an open period: everybody has the points of a cohort scored anew from it."""

import random

import pytest

from tests.oracle.agreement import ranking_agrees, receipts_agree
from tests.oracle.cohort_steps import Kept, Step, inputs_of, random_step, reports, reviews
from tests.oracle.distribution import distributions
from tests.oracle.period_steps import benchmark, no_benchmark, random_change, removal, traits

STEPS = 60
CHECKED_EVERY = 4
THREE = [("C1", 2), ("C2", 5), ("C3", 9)]

SCRIPTS: dict[str, list[Step]] = {
    "goalposts beyond the cohort, inside it, then none": [
        *reports("higher", THREE),
        benchmark("higher", min=0, max=20),
        benchmark("higher", min=3, max=6),
        benchmark("higher", max=4),
        benchmark("higher", min=100),
        no_benchmark("higher"),
    ],
    "the lower the better": [
        benchmark("lower", min=1, max=10),
        *reports("lower", THREE),
        benchmark("lower", min=4),
        *reports("lower", [("C1", None), ("C4", 12)]),
        no_benchmark("lower"),
    ],
    "a best from elsewhere, for one unit alone": [
        *reports("best", [("C1", 4)]),
        benchmark("best", best=8),
        *reports("best", [("C2", 16), ("C2", None)]),
        no_benchmark("best"),
    ],
    "the side that the framework leaves open": [
        *reports("half-fixed", THREE),
        benchmark("half-fixed", max=4),
        *reports("half-fixed", [("C3", None), ("C2", 1.5)]),
        no_benchmark("half-fixed"),
    ],
    "who takes the best follows the benchmark": [
        *reports("higher", [*THREE, ("X1", 50)]),
        benchmark("higher", min=0, max=18),
        reviews("C2", "higher", verdict="exempt", exemption="best"),
        reviews("C3", "higher", verdict="exempt", exemption="full"),
        benchmark("higher", min=0, max=100),
        no_benchmark("higher"),
    ],
    "a unit gets a trait, and loses it": [
        *reports("higher", THREE),
        *reports("lower", THREE),
        traits("C3", "no-online"),
        *reports("higher", [("C2", 3), ("C1", None), ("C1", 1)]),
        traits("C3", "no-online", "no-below"),
        *reports("lower", [("C2", None)]),
        traits("C3"),
        traits("X1"),
        *reports("higher", [("C3", None)]),
    ],
    "who holds a bound leaves and comes back": [
        *reports("higher", [*THREE, ("X1", 4)]),
        removal("C3"),
        *reports("higher", [("C2", 3), ("C2", None), ("C4", 1)]),
        removal("C1"),
        traits("C3"),
        *reports("higher", [("C4", None)]),
        traits("C1", "no-online"),
    ],
    "who takes the best leaves, the last one too": [
        *reports("higher", THREE),
        *reports("best", THREE),
        removal("X1"),
        removal("X3"),
        *reports("higher", [("C3", 1)]),
        traits("X1", "no-online"),
        reviews("C1", "higher", verdict="exempt", exemption="best"),
        removal("C1"),
        *reports("best", [("C2", 7)]),
        traits("C1"),
    ],
}


@pytest.mark.parametrize("name", SCRIPTS)
async def test_after_every_change_everybody_has_the_points_of_a_cohort_scored_anew(kept: Kept, name: str) -> None:
    for number, step in enumerate(SCRIPTS[name], 1):
        await step(kept)
        await kept.check(f"step {number} of '{name}'")


@pytest.mark.parametrize("seed", [2554, 3015])
async def test_any_mix_of_writes_and_changes_leaves_the_points_of_a_cohort_scored_anew(kept: Kept, seed: int) -> None:
    chance, done = random.Random(seed), []
    for number in range(1, STEPS + 1):
        step = random_change if chance.random() < 0.4 else random_step
        done.append(await step(kept, chance))
        if number % CHECKED_EVERY == 0:
            await kept.check(f"seed {seed}, after {number} steps, the last ones {done[-CHECKED_EVERY:]}")


async def test_receipts_ranking_and_aggregates_follow_the_changes(kept: Kept) -> None:
    chance = random.Random(30)
    for code in ("C1", "C2", "C3", "C4", "X1"):
        await kept.put(code, {leaf: inputs_of(leaf, chance) for leaf in ("higher", "lower", "best", "gated", "direct")})
    for step in (
        benchmark("higher", min=-3, max=40),
        benchmark("best", best=11),
        removal("C2"),
        traits("C4", "no-below"),
    ):
        await step(kept)
    for basis in ("self", "assessed"):
        cards = {code: await kept.service.scorecard(code, basis, period=kept.period) for code in kept.traits}
        for code in kept.traits:
            await receipts_agree(kept.service, kept.period, code, basis)
        await ranking_agrees(kept.service, kept.period, "commune", basis, cards)
        found = await kept.service.get("/aggregates", period=kept.period, level="commune", basis=basis)
        assert [found["total"], *found["nodes"]] == distributions(list(cards.values()))
        assert found["units"] == len(kept.traits)
