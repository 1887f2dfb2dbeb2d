"""What a client with bounds may push, and that it learns of nothing beyond them."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.periods.building import done, version
from tests.pushes.pushing import FIRST, PATH, SECOND, body, counts, given, push, told, value

NOBODY = "H61.999"


@pytest.mark.parametrize("bounds", [{"unit": "H61.D2"}, {"unit": SECOND}, {"levels": ["district"]}, {"levels": []}])
async def test_a_unit_outside_is_told_as_one_that_is_not_there(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer, bounds: dict[str, Any]
) -> None:
    headers, before = bearer(Scope.PUSH, Scope.REVIEW, **bounds), await version(opened)
    for query in ("", "?atomic=false", "?dry_run=true"):
        outside = await client.post(f"{PATH}{query}", json=body(given(FIRST, 99)), headers=headers)
        nowhere = await client.post(f"{PATH}{query}", json=body(given(NOBODY, 99)), headers=headers)
        assert outside.text.replace(FIRST, NOBODY) == nowhere.text, "it tells who exists"
        assert outside.json()["errors"][0]["code"] == "unknown_unit"
        assert outside.json()["versions"] == {}
    assert await version(opened) == before


async def test_an_indicator_outside_is_told_as_one_that_is_not_there(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    headers = bearer(Scope.PUSH, indicators=["1.2"])
    answer = await client.post(PATH, json=body(given(FIRST, 99, "2.2"), given(FIRST, 99, "7.7")), headers=headers)
    assert [code for _, _, code in told(answer)] == ["unknown_indicator"] * 2
    details = [error["detail"] for error in answer.json()["errors"]]
    assert details[0].replace("2.2", "7.7") == details[1]
    assert counts(await push(client, given(FIRST, 3), headers=headers)) == {"created": 1}


async def test_a_closed_window_is_not_told_of_a_unit_outside(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    await done(opened.post("/v1/periods/ky-2025/close"))
    answer = await client.post(PATH, json=body(given(FIRST, 3)), headers=bearer(Scope.PUSH, unit=SECOND))
    assert told(answer) == [(0, "/values/0/unit", "unknown_unit")]


async def test_effects_are_those_of_units_within_the_bounds_with_ranks_of_everybody(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    await push(opened, *(value(f"H61.10{number}", "1.3", {"a": number}) for number in (1, 2, 3, 4)))
    headers = bearer(Scope.PUSH, unit="H61.D1")
    report = await push(client, value("H61.103", "1.3", {"a": 9}), headers=headers)
    effects = [
        (effect["unit"], effect["cause"], effect["rank_before"], effect["rank_after"]) for effect in report["effects"]
    ]
    assert effects == [("H61.103", "own", 2, 1)]
    assert (await push(client, value("H61.101", "1.3", {"a": 20}), headers=headers))["effects"][0]["rank_after"] == 1
    seen = await push(client, value("H61.101", "1.3", {"a": 30}), headers=headers)
    assert [effect["unit"] for effect in seen["effects"]] == ["H61.103"], "its own points stay full"
    assert seen["effects"][0]["cause"] == "cohort"
