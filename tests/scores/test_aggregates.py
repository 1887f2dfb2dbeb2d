"""Aggregates are Python's statistics over the scorecards, computed once per version and never late."""

import random
from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import text

from app.kernel.database import transaction
from tests.oracle import everything as e
from tests.oracle.chance import answer
from tests.oracle.cohort import nodes
from tests.oracle.distribution import distributions
from tests.oracle.numbers import Json
from tests.oracle.service import PERIOD, Service, unit

BASES = ("self", "assessed")
DISTRICTS = {"D1": 9, "D2": 2, "D3": 1}
COMMUNES = {f"{district}.{n}": district for district, count in DISTRICTS.items() for n in range(1, count + 1)}
UNITS = [
    unit("P", "province"),
    *(unit(code, "district", "P") for code in DISTRICTS),
    *(unit(code, parent=district) for code, district in COMMUNES.items()),
]


@pytest.fixture
async def served(service: Service) -> Service:
    return await _filled(service)


@pytest.fixture(scope="module")
async def reading(shared_service: Service) -> Service:
    return await _filled(shared_service)


async def _filled(service: Service) -> Service:
    """Twelve communes in three districts; D1.1 has reported nothing, D1.2 only leaves of pillar 1, D1.3 only zeros."""
    await service.stage(e.DOCUMENT, UNITS)
    leaves = [n for n in nodes(e.DOCUMENT["indicators"]) if "children" not in n and n["rule"]["type"] != "unscored"]
    for seat, code in enumerate(list(COMMUNES)[1:]):
        given = {leaf["code"]: answer(leaf, random.Random(seat * 1000 + at)) for at, leaf in enumerate(leaves)}
        if code == "D1.2":
            given = {leaf: inputs for leaf, inputs in given.items() if leaf.startswith("1.")}
        if code == "D1.3":
            given = {"1.6": {"points": 0}, "4.2": {"points": 0}}
        await service.report(code, given)
    await service.review("D1.4", "2.1", {"verdict": "exempt", "exemption": "granted-full"})
    await service.review("D1.5", "2.2", {"verdict": "disagree"})
    await service.review("D2.1", "4.2", {"verdict": "adjust", "points": 2.345})
    return service


async def _agree(service: Service, codes: Sequence[str], basis: str, **query: Any) -> Json:
    """Fail unless the aggregates are those of the units' scorecards; the body."""
    body = await service.get("/aggregates", period=PERIOD, level="commune", basis=basis, **query)
    cards = [await service.scorecard(code, basis) for code in codes]
    assert [body["total"], *body["nodes"]] == distributions(cards)
    assert body["units"] == len(codes)
    assert body["version"] == cards[0]["version"]
    return body


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("within", [None, "P", *DISTRICTS, "D1.1"])
async def test_every_figure_is_that_of_pythons_statistics_over_the_scorecards(
    reading: Service, basis: str, within: str | None
) -> None:
    codes = [code for code, district in COMMUNES.items() if within in {None, "P", district, code}]
    await _agree(reading, codes, basis, **({"within": within} if within else {}))


async def test_units_that_reported_nothing_below_a_node_are_not_in_its_distribution(reading: Service) -> None:
    body = await _agree(reading, list(COMMUNES), "self")
    assert body["total"]["n"] == 11
    n = {node["code"]: node["n"] for node in body["nodes"]}
    assert (n["1.1"], n["1.6"], n["2.1"], n["4.1"], n["4.2"]) == (10, 11, 9, 0, 10)
    unscored = next(node for node in body["nodes"] if node["code"] == "4.1")
    assert (unscored["mean"], unscored["stdev"], unscored["coverage"]) == (None, None, 1)


async def _stored(service: Service) -> list[tuple[Any, ...]]:
    async with transaction(service.app.state.database) as session:
        query = "SELECT basis, within, version, CAST(xmin AS text) FROM aggregates ORDER BY basis, within"
        return [tuple(row) for row in await session.execute(text(query))]


async def test_a_distribution_is_computed_and_stored_once_per_version(served: Service) -> None:
    query = {"period": PERIOD, "level": "commune", "basis": "self"}
    assert await _stored(served) == []
    first = await served.get("/aggregates", **query)
    stored = await _stored(served)
    assert [row[:3] for row in stored] == [("self", "", first["version"])]
    assert await served.get("/aggregates", **query) == first
    assert await _stored(served) == stored, "the second request wrote again"
    await served.get("/aggregates", **query, within="D1")
    assert [row[:2] for row in await _stored(served)] == [("self", ""), ("self", "D1")]


@pytest.mark.parametrize("basis", BASES)
async def test_a_write_is_in_the_next_answer(served: Service, basis: str) -> None:
    before = await _agree(served, list(COMMUNES), basis)
    await served.report("D1.1", {"1.6": {"points": 12}}, method="PATCH")
    after = await _agree(served, list(COMMUNES), basis)
    assert after["version"] == before["version"] + 1
    assert after["total"]["n"] == before["total"]["n"] + 1
    assert [row[:3] for row in await _stored(served)] == [(basis, "", after["version"])]


@pytest.mark.parametrize("basis", BASES)
async def test_a_cohort_of_one_is_its_own_distribution(service: Service, basis: str) -> None:
    await service.stage(e.DOCUMENT, [unit("P", "province"), unit("A", parent="P")])
    await _agree(service, ["A"], basis)
    await service.report("A", {"1.6": {"points": 7.126}, "2.5": {"a": 4}})
    body = await _agree(service, ["A"], basis)
    assert (body["total"]["n"], body["total"]["stdev"]) == (1, 0)
    assert {body["total"][name] for name in ("mean", "min", "q1", "median", "q3", "max")} == {body["total"]["mean"]}


async def test_a_cohort_without_units_has_no_distribution_but_answers(service: Service) -> None:
    await service.stage(e.DOCUMENT, [unit("P", "province")])
    body = await service.get("/aggregates", period=PERIOD, level="commune")
    assert (body["units"], body["total"], body["nodes"]) == (0, None, [])
    assert (await service.get("/rankings", period=PERIOD, level="commune"))["items"] == []
    query = {"period": PERIOD, "level": "commune", "within": "P"}
    assert (await service.send("GET", "/aggregates", status=404, **query))["code"] == "unit_not_found"
