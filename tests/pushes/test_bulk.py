"""Many values at once leave what one report after the other leaves, and what a rebuild would make."""

import asyncio
import itertools
import json
import random
from typing import Any

import pytest

from app.pushes import ledger, values
from tests.oracle.agreement import all_items
from tests.oracle.cohort_steps import DOCUMENT, LEAVES, TRAITS, UNITS, Kept, differences, inputs_of, random_step
from tests.oracle.numbers import Json
from tests.oracle.service import Service

_numbers = itertools.count(1)


@pytest.fixture(autouse=True)
def in_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Cohorts of a dozen units are gone through as those of thousands are: one part is written while others follow."""
    monkeypatch.setattr(ledger, "UNITS", 3)
    monkeypatch.setattr(values, "_PART", 7)


@pytest.fixture(scope="module")
async def staged(shared_service: Service) -> Service:
    await shared_service.stage(DOCUMENT, UNITS)
    return shared_service


async def _opened(staged: Service) -> str:
    period = f"ky-day-{next(_numbers)}"
    await staged.open_period(period, "P", "commune", "lam-moi/1")
    return period


def _values(chance: random.Random, units: list[str]) -> list[Json]:
    """Values of some leaves of each unit; some are awarded points."""
    found = []
    for code in units:
        for leaf in chance.sample(list(LEAVES), 5):
            if chance.random() < 0.15:
                found.append({"unit": code, "indicator": leaf, "points": chance.choice([0, 2.5, LEAVES[leaf]])})
            else:
                found.append({"unit": code, "indicator": leaf, "inputs": inputs_of(leaf, chance)})
    return found


async def _push(service: Service, period: str, values: list[Json], **query: Any) -> Json:
    body = {"period": period, "source": "lgsp", "values": values}
    return await service.send("POST", "/data-values", body, **query)


async def _everything(service: Service, period: str) -> list[Json]:
    """Every scorecard on both bases, but for the version."""
    cards = [await service.scorecard(code, basis, period=period) for code in TRAITS for basis in ("self", "assessed")]
    return [{**card, "version": None, "period": None} for card in cards]


@pytest.mark.parametrize("seed", [1, 2, 3])
async def test_bulk_equals_one_by_one_equals_a_rebuild(staged: Service, seed: int) -> None:
    bulk, single = await _opened(staged), await _opened(staged)
    chance = random.Random(seed)
    for _ in range(3):
        values = _values(chance, list(TRAITS))
        await _push(staged, bulk, values)
        for value in chance.sample(values, len(values)):
            await _push(staged, single, [value])
        assert await differences(staged, bulk) == []
        assert await differences(staged, single) == []
        assert await _everything(staged, bulk) == await _everything(staged, single)


@pytest.mark.parametrize("seed", [4, 5])
async def test_a_few_units_among_other_writes_leave_what_a_rebuild_would_make(staged: Service, seed: int) -> None:
    kept, chance = Kept(staged, await _opened(staged)), random.Random(seed)
    for _ in range(8):
        await random_step(kept, chance)
        await _push(staged, kept.period, _values(chance, chance.sample(list(TRAITS), 4)))
        assert await differences(staged, kept.period) == []


@pytest.mark.parametrize("units", [3, 10])
async def test_effects_are_what_two_rankings_tell_apart(staged: Service, units: int) -> None:
    period, chance = await _opened(staged), random.Random(units)
    await _push(staged, period, _values(chance, list(TRAITS)))
    for _ in range(3):
        before = await _ranking(staged, period)
        chosen = chance.sample(list(TRAITS), units)
        report = await _push(staged, period, _values(chance, chosen))
        after = await _ranking(staged, period)
        expected = [
            {
                "unit": code,
                "points_before": before[code][1],
                "points_after": after[code][1],
                "rank_before": before[code][0],
                "rank_after": after[code][0],
                "cause": "own" if code in chosen else "cohort",
            }
            for code in after
            if after[code] != before[code]
        ]
        assert report["effects"] == expected
        assert expected
        causes = {effect["cause"] for effect in report["effects"]}
        assert causes == ({"own", "cohort"} if units == 3 else {"own"})


async def _ranking(service: Service, period: str) -> dict[str, tuple[Any, Any]]:
    items = await all_items(service, period=period, level="commune", basis="assessed", limit=100)
    return {item["unit"]["code"]: (item["rank"], item["points"]) for item in items}


@pytest.mark.parametrize("units", [2, 10])
async def test_a_dry_run_reports_what_the_push_then_does_and_keeps_nothing(staged: Service, units: int) -> None:
    period, chance = await _opened(staged), random.Random(units)
    await _push(staged, period, _values(chance, list(TRAITS)))
    values = [*_values(chance, chance.sample(list(TRAITS), units)), {"unit": "C0", "indicator": "none", "points": 1}]
    for atomic in (False, True):
        sent = values if not atomic else [{**value, "sequence": 5} for value in values[:-1]]
        before = (await _everything(staged, period), await staged.get("/rankings", period=period, level="commune"))
        status = 200 if atomic else 207
        trial = await _push(staged, period, sent, dry_run=True, atomic=atomic, status=status)
        assert (
            await _everything(staged, period),
            await staged.get("/rankings", period=period, level="commune"),
        ) == before
        real = await _push(staged, period, sent, atomic=atomic, status=status)
        assert (trial["dry_run"], real["dry_run"]) == (True, False)
        assert {**trial, "dry_run": False} == real
        assert real["versions"]["commune"] == before[1]["version"] + 1


async def test_a_refused_dry_run_is_refused_as_the_push_is(staged: Service) -> None:
    period = await _opened(staged)
    values: list[Json] = [
        {"unit": "C0", "indicator": "direct", "inputs": {"points": 1}},
        {"unit": "Z", "indicator": "a", "points": 1},
    ]
    trial = await _push(staged, period, values, dry_run=True, status=422)
    real = await _push(staged, period, values, status=422)
    assert {**trial, "dry_run": False} == real
    assert real["versions"] == {"commune": (await staged.get("/rankings", period=period, level="commune"))["version"]}


async def test_pushes_at_once_leave_what_a_rebuild_would_make(staged: Service) -> None:
    period, chance = await _opened(staged), random.Random(7)
    pushes = [_push(staged, period, _values(chance, chance.sample(list(TRAITS), size))) for size in (10, 2, 10, 3, 9)]
    reports = await asyncio.gather(*pushes)
    versions = sorted(report["versions"]["commune"] for report in reports)
    assert versions == list(range(versions[0], versions[0] + len(pushes)))
    assert await differences(staged, period) == []


@pytest.mark.parametrize("dry_run", [False, True])
async def test_what_is_met_late_and_needs_care_begins_anew_and_is_taken_once(
    staged: Service,
    dry_run: bool,  # noqa: FBT001 - a parameter
) -> None:
    period = await _opened(staged)
    sent = [{"unit": code, "indicator": "direct", "inputs": {"points": 1}} for code in TRAITS]
    sent[-1]["inputs"] = {"points": 777}
    body = json.dumps({"period": period, "values": sent})
    query = {"dry_run": dry_run}
    headers = {"Content-Type": "application/json"}
    refused = await staged.http.post(
        "/v1/data-values", content=body.replace("777", "1e300"), params=query, headers=headers
    )
    assert refused.status_code == 422
    assert [(error["index"], error["code"]) for error in refused.json()["errors"]] == [
        (len(sent) - 1, "number_out_of_range")
    ]
    taken = await staged.http.post(
        "/v1/data-values", content=body.replace("777", "0e300"), params=query, headers=headers
    )
    assert taken.status_code == 200, taken.text
    report = taken.json()
    assert report["counts"] == {**dict.fromkeys(report["counts"], 0), "received": len(sent), "created": len(sent)}
    revisions = [(await staged.get(f"/submissions/{period}/{code}"))["revision"] for code in TRAITS]
    assert revisions == [0 if dry_run else 1] * len(sent)
    assert await differences(staged, period) == []
