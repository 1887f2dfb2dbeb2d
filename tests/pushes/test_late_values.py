"""Deliveries may come late, twice and out of order: the newest value stands."""

import itertools
import random
from typing import Any

import pytest
from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, Json, answers, done, version
from tests.pushes.pushing import FIRST, PATH, SECOND, award, body, counts, given, push

T1, T2, T3 = (f"2025-0{month}-01T00:00:00Z" for month in (1, 2, 3))


async def stored(http: AsyncClient, unit: str = FIRST) -> dict[str, Json]:
    """What is stored of a unit by indicator, but for who wrote it when."""
    found = (await done(http.get(f"{SUBMISSIONS}/{unit}")))["answers"]
    forgotten = {"reported_at", "reported_by"}
    return {each["indicator"]: {name: each[name] for name in each.keys() - forgotten} for each in found}


@pytest.mark.parametrize(
    ("first", "second", "outcome"),
    [
        ({"sequence": 2}, {"sequence": 1}, "stale"),
        ({"sequence": 2}, {"sequence": 3}, "updated"),
        ({"sequence": 2}, {"sequence": 2}, "updated"),
        ({"sequence": 2}, {}, "updated"),
        ({}, {"sequence": 0}, "updated"),
        ({"observed_at": T2}, {"observed_at": T1}, "stale"),
        ({"observed_at": T2}, {"observed_at": T3}, "updated"),
        ({"sequence": 2, "observed_at": T2}, {"sequence": 1, "observed_at": T3}, "stale"),
        ({"sequence": 2, "observed_at": T2}, {"sequence": 3, "observed_at": T1}, "updated"),
        ({"sequence": 2, "observed_at": T2}, {"sequence": 2, "observed_at": T1}, "stale"),
        ({"sequence": 2, "observed_at": T2}, {"observed_at": T1}, "stale"),
    ],
)
async def test_an_older_value_is_stale(opened: AsyncClient, first: Any, second: Any, outcome: str) -> None:
    await push(opened, given(FIRST, 3, **first))
    before = await version(opened)
    assert counts(await push(opened, given(FIRST, 4, **second))) == {outcome: 1}
    assert (await stored(opened))["1.2"]["inputs"] == {"points": 3 if outcome == "stale" else 4}
    assert await version(opened) == before + (outcome != "stale")


async def test_twice_in_one_push_the_higher_sequence_counts(opened: AsyncClient) -> None:
    values = [given(FIRST, points, sequence=sequence) for points, sequence in ((1, 5), (2, 9), (3, 7))]
    assert counts(await push(opened, *values, given(SECOND, 1))) == {"created": 2, "stale": 2}
    assert (await stored(opened))["1.2"]["inputs"] == {"points": 2}
    same = await push(
        opened, given(FIRST, 3, sequence=9), given(FIRST, 4, sequence=9), given(FIRST, 5, sequence=8), atomic=False
    )
    assert counts(same) == {"rejected": 2, "stale": 1}


async def test_the_same_value_anew_keeps_one_from_between_out(opened: AsyncClient) -> None:
    await push(opened, given(FIRST, 3, sequence=1))
    before = await version(opened)
    report = await push(opened, given(FIRST, 3, sequence=3))
    assert (counts(report), report["effects"]) == ({"unchanged": 1}, [])
    assert await version(opened) == before + 1
    assert counts(await push(opened, given(FIRST, 9, sequence=2))) == {"stale": 1}
    assert (await stored(opened))["1.2"]["sequence"] == 3


async def test_awarded_points_come_late_too(opened: AsyncClient) -> None:
    await push(opened, award(FIRST, 3, sequence=2))
    assert counts(await push(opened, award(FIRST, 4, sequence=1))) == {"stale": 1}
    assert counts(await push(opened, award(FIRST, 4, sequence=3))) == {"updated": 1}
    assert counts(await push(opened, award(FIRST, 4, sequence=3))) == {"unchanged": 1}
    assert (await stored(opened))["1.2"]["review"]["points"] == 4


async def test_a_report_by_hand_forgets_the_sequence(opened: AsyncClient) -> None:
    await push(opened, given(FIRST, 3, sequence=5))
    await done(opened.put(f"{SUBMISSIONS}/{FIRST}", json=answers(_1_2={"points": 1})))
    assert counts(await push(opened, given(FIRST, 2, sequence=4))) == {"updated": 1}


DELIVERIES = [
    [given(FIRST, 1, sequence=1), given(SECOND, 1, sequence=1)],
    [given(FIRST, 2, sequence=2, observed_at=T2), given(FIRST, 5, "2.2", sequence=1)],
    [given(FIRST, 1, sequence=3), given(SECOND, 7, sequence=4)],
    [given(SECOND, 7, sequence=6), given(FIRST, 6, "2.2", sequence=2, observed_at=T1)],
]


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_of_deliveries_ends_in_the_same_state(opened: AsyncClient, seed: int) -> None:
    orders = list(itertools.permutations(range(len(DELIVERIES))))
    for order in random.Random(seed).sample(orders, 3):
        for unit in (FIRST, SECOND):
            await done(opened.put(f"{SUBMISSIONS}/{unit}", json={"answers": []}))
        for number in (*order, *order[:2]):
            answer = await opened.post(PATH, json=body(*DELIVERIES[number], source=f"nguon-{number}"))
            assert answer.status_code == 200
        first, second = await stored(opened), await stored(opened, SECOND)
        kept = {code: (each["inputs"]["points"], each["sequence"], each["source"]) for code, each in first.items()}
        assert kept == {"1.2": (1, 3, "nguon-2"), "2.2": (6, 2, "nguon-3")}, order
        assert first["1.2"]["observed_at"] is None
        assert second["1.2"]["inputs"] == {"points": 7}
        assert (second["1.2"]["sequence"], second["1.2"]["source"]) == (6, "nguon-3")
