"""The demonstration: one unit's figures are the same wherever they are shown (one score on two pages)."""

import pytest

from tests.oracle.agreement import ranking_agrees, receipts_agree, shares_agree
from tests.oracle.distribution import distributions
from tests.oracle.numbers import Json
from tests.oracle.service import Service

COHORTS = (
    ("gia-lai-2022", "province", 1),
    ("vinh-long-demo", "department", 9),
    ("vinh-long-demo", "district", 8),
    ("vinh-long-demo", "commune", 107),
)


async def _cards(service: Service, period: str, level: str, basis: str) -> dict[str, Json]:
    listed = await service.get(f"/periods/{period}/participants", level=level, limit=1000)
    codes = [participant["unit"]["code"] for participant in listed["items"]]
    return {code: await service.scorecard(code, basis, period=period) for code in codes}


@pytest.mark.parametrize("basis", ["self", "assessed"])
@pytest.mark.parametrize(("period", "level", "units"), COHORTS)
async def test_scorecards_ranking_and_aggregates_of_the_demonstration_agree(
    demonstration: Service, period: str, level: str, units: int, basis: str
) -> None:
    cards = await _cards(demonstration, period, level, basis)
    assert len(cards) == units
    for card in cards.values():
        shares_agree(card)
    await ranking_agrees(demonstration, period, level, basis, cards)
    aggregates = await demonstration.get("/aggregates", period=period, level=level, basis=basis)
    assert [aggregates["total"], *aggregates["nodes"]] == distributions(list(cards.values()))
    assert {card["version"] for card in cards.values()} == {aggregates["version"]}


@pytest.mark.parametrize(("period", "level", "units"), COHORTS)
async def test_receipts_of_the_demonstration_explain_its_scorecards(
    demonstration: Service, period: str, level: str, units: int
) -> None:
    cards = await _cards(demonstration, period, level, "assessed")
    assert len(cards) == units
    for code in _explained(cards):
        await receipts_agree(demonstration, period, code, "assessed")


def _explained(cards: dict[str, Json]) -> list[str]:
    """All of a small cohort; of the communes every eighth and whoever is exempt, undetermined or at 0 points."""
    step = 1 if len(cards) < 10 else 8
    rare = {
        code
        for code, card in cards.items()
        if not card["points"] or {"exempt", "undetermined"} & {shown["state"] for shown in card["indicators"]}
    }
    return [code for number, code in enumerate(cards) if number % step == 0 or code in rare]


async def test_every_leaf_of_gia_lai_2022_explains_itself_on_both_bases(demonstration: Service) -> None:
    for basis in ("self", "assessed"):
        assert len(await receipts_agree(demonstration, "gia-lai-2022", "H21", basis)) == 128
