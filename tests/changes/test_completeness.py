"""Whoever reads again the units that are told, and no others, always holds what the service holds."""

import random
from collections.abc import Mapping

import pytest
from sqlalchemy import text

from app.kernel.database import reading
from tests.changes.asking import changes
from tests.oracle.cohort_steps import Kept, inputs_of, random_step
from tests.oracle.period_steps import random_change

STEPS = 60
LEAVES = ("higher", "lower", "best", "half-fixed", "direct")
# Everything that is stored of a unit, but for the columns that are to tell of it.
STATE = text("""
    SELECT pt.code,
           concat_ws('; ', pt.*::text,
               (SELECT string_agg((to_jsonb(s) - 'version')::text, ', ' ORDER BY s.basis) FROM scorecards s
                 WHERE s.period_id = pt.period_id AND s.unit_id = pt.unit_id),
               (SELECT (to_jsonb(r) - 'version')::text FROM submissions r
                 WHERE r.period_id = pt.period_id AND r.unit_id = pt.unit_id),
               (SELECT string_agg(a::text, ', ' ORDER BY a.indicator_id) FROM answers a
                 WHERE a.period_id = pt.period_id AND a.unit_id = pt.unit_id)) AS state
      FROM (SELECT period_id, unit_id, code, name, parent, traits, "group", ranked FROM participants) pt
      JOIN periods p ON p.id = pt.period_id AND p.code = :period
""")


async def states(kept: Kept) -> dict[str, str]:
    """All that is stored of each unit on the roster."""
    async with reading(kept.service.app.state.database) as session:
        rows = await session.execute(STATE, {"period": kept.period})
        return {row.code: row.state for row in rows}


async def push(kept: Kept, chance: random.Random) -> str:
    """Values of some units in one call; the oracle of the scores is not asked about them."""
    units = chance.sample(sorted(kept.traits), chance.randint(1, min(4, len(kept.traits))))
    values = [{"unit": unit, "indicator": leaf, "inputs": inputs_of(leaf, chance)} for unit in units for leaf in LEAVES]
    await kept.service.send("POST", "/data-values", {"period": kept.period, "values": chance.sample(values, 4)})
    return f"push for {units}"


def differing(before: Mapping[str, str], after: Mapping[str, str]) -> set[str]:
    return {code for code in before.keys() | after.keys() if before.get(code) != after.get(code)}


@pytest.mark.parametrize("seed", [2554, 3015])
async def test_after_any_step_exactly_the_units_that_differ_are_told(kept: Kept, seed: int) -> None:
    chance = random.Random(seed)
    version, mirror = await changes(kept.service.http, 0, period=kept.period)
    known = await states(kept)
    assert mirror == dict.fromkeys(known, version)
    for number in range(STEPS):
        act = chance.choices([random_step, random_change, push], [6, 3, 2])[0]
        step = await act(kept, chance)
        since, held = version, await states(kept)
        limit = chance.choice([1, 2, 1000])
        version, told = await changes(kept.service.http, since, limit=limit, period=kept.period)
        at, different = f"seed {seed}, step {number}, {step}", differing(known, held)
        # A push scores unit by unit: what one of them moves, the next may move back.
        assert told.keys() == different or (act is push and different < told.keys()), at
        if act is not push and told:
            assert max(told.values()) == version, at
        mirror |= told
        assert (await changes(kept.service.http, 0, period=kept.period))[1] == mirror, at
        known = held
