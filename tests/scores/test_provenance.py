"""The lower sets of Vĩnh Long are reconstructed, and whoever sees a framework, a ranking or a scorecard is told."""

import pytest

from tests.oracle.service import Service

UNITS = {"department": "H61.S02", "district": "H61.857", "commune": "H61.29548"}


async def test_the_list_of_frameworks_says_plainly_which_are_reconstructed(demonstration: Service) -> None:
    listed = {each["code"]: each for each in (await demonstration.get("/frameworks"))["items"]}
    for level in UNITS:
        assert listed[f"vinh-long-{level}"]["provenance"] == "reconstructed"
        assert "RECONSTRUCTED, NOT THE OFFICIAL SET" in listed[f"vinh-long-{level}"]["provenance_note"]
    assert {listed[code]["provenance"] for code in ("gia-lai-province", "vinh-long-province")} == {"official"}


@pytest.mark.parametrize(("level", "unit"), UNITS.items())
async def test_the_ranking_and_the_scorecards_of_the_demonstration_say_so_too(
    demonstration: Service, level: str, unit: str
) -> None:
    ranking = await demonstration.get("/rankings", period="vinh-long-demo", level=level)
    assert ranking["framework"]["provenance"] == "reconstructed"
    card = await demonstration.scorecard(unit, "assessed", period="vinh-long-demo")
    assert card["framework"]["provenance"] == "reconstructed"
