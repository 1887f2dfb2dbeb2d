"""Forms of identifiers, and how one passes from a unit that has ended to the next."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.access import Scope
from tests.conftest import Bearer
from tests.units.bodies import refusals, unit

# The commune codes 29551 and 29602 were given again when communes of Vĩnh Long merged; the names are made up.
OLD = unit(
    "H61.29551",
    "Phường cũ",
    level="commune",
    parent="H61",
    valid_to="2025-07-01",
    identifiers=[{"scheme": "mdvhc", "value": "29551"}],
)
NEW = OLD | {"code": "H61.110", "name": "Phường mới", "valid_from": "2025-07-01", "valid_to": None}
NAMED = "/v1/units/29551?unit_scheme=mdvhc"


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("mdvhc", "86"),
        ("mdvhc", "855"),
        ("mdvhc", "00091"),
        ("mddt", "H61.15.2"),
        ("mddt", "G09"),
        ("qcvn-102", "000.00.15.H51"),
        ("house-number", "x-1"),
    ],
)
async def test_an_identifier_of_a_known_form_is_taken(admin: AsyncClient, scheme: str, value: str) -> None:
    answer = await admin.post("/v1/units", json=unit("H61", identifiers=[{"scheme": scheme, "value": value}]))
    assert answer.status_code == 201, answer.text
    assert (await admin.get(f"/v1/units/{value}?unit_scheme={scheme}")).json()["code"] == "H61"


@pytest.mark.parametrize(
    ("scheme", "value"),
    [
        ("mdvhc", "1"),
        ("mdvhc", "2955"),
        ("mdvhc", "295511"),
        ("mdvhc", "H61"),
        ("mddt", "29551"),
        ("mddt", "H61..1"),
        ("mddt", "h61"),
        ("mddt", "H61." + "1" * 32),
        ("qcvn-102", "H51"),
        ("qcvn-102", "000.00.15.H511"),
        ("qcvn-102", "00.00.15.H51"),
    ],
)
async def test_an_identifier_of_another_form_is_pointed_at(tree: AsyncClient, scheme: str, value: str) -> None:
    wrong: dict[str, Any] = {"identifiers": [{"scheme": "own", "value": "x"}, {"scheme": scheme, "value": value}]}
    for answer in (
        await tree.post("/v1/units", json=unit("H99", parent="H98") | wrong),
        await tree.put("/v1/units/H61.S01", json=unit("H61.S01", parent="H98") | wrong),
    ):
        assert answer.status_code == 422
        assert refusals(answer) == [("/parent", "unknown_unit"), ("/identifiers/1/value", "invalid_identifier")]


async def test_an_identifier_passes_on_when_its_bearer_has_ended(tree: AsyncClient) -> None:
    assert (await tree.post("/v1/units", json=OLD)).status_code == 201
    assert (await tree.post("/v1/units", json=NEW)).status_code == 201
    assert (await tree.get(NAMED)).json()["code"] == "H61.110"
    assert (await tree.get(f"{NAMED}&valid_on=2025-07-01")).json()["code"] == "H61.110"
    assert (await tree.get(f"{NAMED}&valid_on=2025-06-30")).json()["code"] == "H61.29551"
    kept = (await tree.get("/v1/units/H61.29551")).json()
    assert kept["identifiers"] == OLD["identifiers"]
    assert (await tree.put("/v1/units/H61.29551", json=kept)).status_code == 200


async def test_its_last_bearer_keeps_an_identifier_that_nobody_took_over(tree: AsyncClient) -> None:
    await tree.post("/v1/units", json=OLD)
    assert (await tree.get(NAMED)).json()["code"] == "H61.29551"
    await tree.post("/v1/units", json=NEW | {"valid_from": "2125-01-01"})
    assert (await tree.get(NAMED)).json()["code"] == "H61.29551"
    assert (await tree.get(f"{NAMED}&valid_on=2125-01-01")).json()["code"] == "H61.110"
    await tree.delete("/v1/units/H61.110")
    assert (await tree.get(NAMED)).json()["code"] == "H61.29551"


@pytest.mark.parametrize("ending", [{"valid_to": None}, {"valid_to": "2025-07-02"}])
async def test_an_identifier_stays_while_its_bearer_is_valid_and_who_bears_it_is_told(
    tree: AsyncClient, ending: dict[str, Any]
) -> None:
    await tree.post("/v1/units", json=OLD | ending)
    answer = await tree.post("/v1/units", json=NEW)
    assert (answer.status_code, answer.json()["code"]) == (409, "identifier_in_use")
    assert refusals(answer) == [("/identifiers/0", "identifier_in_use")]
    assert "'H61.29551' bears mdvhc 29551" in answer.json()["detail"]
    assert (await tree.get("/v1/units/H61.110")).status_code == 404


async def test_no_correction_of_dates_lets_two_units_bear_one_identifier_on_one_day(tree: AsyncClient) -> None:
    await tree.post("/v1/units", json=OLD)
    await tree.post("/v1/units", json=NEW)
    for body in (OLD | {"valid_to": None}, OLD | {"valid_to": "2025-07-02"}, NEW | {"valid_from": "2025-06-30"}):
        answer = await tree.put(f"/v1/units/{body['code']}", json=body)
        assert (answer.status_code, answer.json()["code"]) == (409, "identifier_in_use")
    assert (await tree.get("/v1/units/H61.29551")).json()["valid_to"] == "2025-07-01"


async def test_a_bounded_client_is_not_told_of_a_bearer_outside_its_bounds(tree: AsyncClient, bearer: Bearer) -> None:
    headers = bearer(Scope.ADMIN, unit="H20")
    body = unit("H20.S02", parent="H20", identifiers=[{"scheme": "mdvhc", "value": "86"}])
    answer = await tree.post("/v1/units", json=body, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (409, "identifier_in_use")
    assert "H61" not in answer.text


async def test_who_is_named_by_nothing_is_told_with_scheme_and_value(tree: AsyncClient) -> None:
    for path in ("/v1/units/87?unit_scheme=mdvhc", "/v1/units/87?unit_scheme=mdvhc&valid_on=2025-01-01"):
        answer = await tree.get(path)
        assert (answer.status_code, answer.json()["code"]) == (404, "unit_not_found")
        assert "'87' in scheme 'mdvhc'" in answer.json()["detail"]
    within = await tree.get("/v1/units?within=86&unit_scheme=gso")
    assert (within.status_code, within.json()["code"]) == (404, "unit_not_found")
    assert "'86' in scheme 'gso'" in within.json()["detail"]
