"""A unit through time, and what corrections may still change of it."""

from datetime import date, timedelta
from typing import Any, cast

import asyncpg
import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.units.bodies import refusals, unit
from tests.units.documents import DAY, DECISION, MERGE, change, department, reorganise, shown, successor

S2 = "H61.S02"
RENAME = change("rename", [S2], department(S2, "Sở Y tế và Dân số"))


async def history(http: AsyncClient, code: str, query: str = "") -> dict[str, Any]:
    answer = await http.get(f"/v1/units/{code}/history{query}")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def steps(found: dict[str, Any]) -> tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]:
    """Code, name, kind, date and share of the predecessors and of the successors."""
    fields = ("unit", "name", "kind", "effective_on", "share")
    came, went = ([tuple(step[f] for f in fields) for step in found[side]] for side in ("predecessors", "successors"))
    return came, went


async def test_a_unit_that_never_changed_has_one_version_and_no_kin(province: AsyncClient) -> None:
    assert await history(province, "H61.S01") == {
        "code": "H61.S01",
        "versions": [
            {
                "name": "Sở Nội vụ",
                "level": "department",
                "parent": "H61",
                "traits": ["no-online-public-services"],
                "valid_from": "2020-02-01",
                "valid_to": None,
            }
        ],
        "predecessors": [],
        "successors": [],
    }


async def test_history_follows_a_unit_through_several_reorganisations(province: AsyncClient) -> None:
    recorded = await reorganise(province, RENAME, day="2022-03-01", number="1/QĐ-UBND")
    await reorganise(province, MERGE)
    parts = [department("H61.S09", share=0.6), department("H61.S10", "Sở Tôn giáo", share=0.4)]
    await reorganise(province, change("split", ["H61.S09"], *parts), day="2026-01-01")

    found = await history(province, S2)
    assert [(v["name"], v["valid_from"], v["valid_to"]) for v in found["versions"]] == [
        ("Sở Y tế", "2020-02-01", "2022-03-01"),
        ("Sở Y tế và Dân số", "2022-03-01", DAY),
    ]
    assert steps(found) == (
        [(S2, "Sở Y tế", "rename", "2022-03-01", 1)],
        [
            (S2, "Sở Y tế và Dân số", "rename", "2022-03-01", 1),
            ("H61.S09", "Sở Nội vụ và Y tế", "merge", DAY, 1),
        ],
    )
    assert found["predecessors"][0]["decision"] == DECISION | {"number": "1/QĐ-UBND"}
    assert found["predecessors"][0]["reorganisation"] == recorded["id"]

    merged = await history(province, "H61.S09")
    assert len(merged["versions"]) == 1, "a unit that only loses a part is as before"
    assert steps(merged) == (
        [
            ("H61.S01", "Sở Nội vụ", "merge", DAY, 1),
            (S2, "Sở Y tế và Dân số", "merge", DAY, 1),
            ("H61.S09", "Sở Nội vụ và Y tế", "split", "2026-01-01", 0.6),
        ],
        [
            ("H61.S09", "Sở Nội vụ và Y tế", "split", "2026-01-01", 0.6),
            ("H61.S10", "Sở Tôn giáo", "split", "2026-01-01", 0.4),
        ],
    )


async def test_a_share_that_nobody_told_is_null(province: AsyncClient) -> None:
    takers = [successor(code, parent="H61") for code in ("H61.101", "H61.102")]
    await reorganise(province, change("abolish", ["H61.D1"], *takers))
    assert [step["share"] for step in (await history(province, "H61.D1"))["successors"]] == [None, None]


async def test_history_is_found_by_identifier_and_only_within_bounds(
    province: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    body = unit(S2, "Sở Y tế", parent="H61", identifiers=[{"scheme": "mdvhc", "value": "86"}])
    assert (await province.put(f"/v1/units/{S2}", json=body)).status_code == 200
    assert (await history(province, "86", "?unit_scheme=mdvhc"))["code"] == S2
    assert (await client.get(f"/v1/units/{S2}/history")).status_code == 401
    for code, status in (("H61.101", 200), (S2, 404), ("H61.999", 404)):
        answer = await client.get(f"/v1/units/{code}/history", headers=bearer(Scope.READ, unit="H61.D1"))
        assert answer.status_code == status


async def test_what_a_reorganisation_names_is_not_deleted(province: AsyncClient) -> None:
    await reorganise(province, MERGE)
    for code in (S2, "H61.S09"):
        answer = await province.delete(f"/v1/units/{code}")
        assert (answer.status_code, answer.json()["code"]) == (409, "unit_in_use")
        assert "reorganisation" in answer.json()["detail"]


async def test_name_and_traits_of_a_unit_that_has_ended_can_be_corrected(province: AsyncClient) -> None:
    await reorganise(province, MERGE)
    body = unit(S2, "Sở Y tế Vĩnh Long", parent="H61", traits=["dao"], valid_to=DAY)
    assert (await province.put(f"/v1/units/{S2}", json=body)).status_code == 200
    assert await shown(province, S2) == ("Sở Y tế Vĩnh Long", "department", "H61", "2020-02-01", DAY)


@pytest.mark.parametrize("valid_to", [None, "2025-07-02", "2025-06-30"])
async def test_the_end_that_a_reorganisation_set_is_no_correction(province: AsyncClient, valid_to: str | None) -> None:
    await reorganise(province, MERGE)
    answer = await province.put(f"/v1/units/{S2}", json=unit(S2, "Sở Y tế", parent="H61", valid_to=valid_to))
    assert (answer.status_code, refusals(answer)) == (409, [("/valid_to", "set_by_reorganisation")])
    assert await shown(province, S2) == ("Sở Y tế", "department", "H61", "2020-02-01", DAY)


@pytest.mark.parametrize("valid_from", ["2025-07-02", "2025-06-30"])
async def test_the_beginning_that_a_reorganisation_set_is_no_correction(province: AsyncClient, valid_from: str) -> None:
    await reorganise(province, MERGE)
    body = unit("H61.S09", "Sở Nội vụ", parent="H61", valid_from=valid_from)
    answer = await province.put("/v1/units/H61.S09", json=body)
    assert (answer.status_code, refusals(answer)) == (409, [("/valid_from", "set_by_reorganisation")])


async def test_a_unit_stays_valid_on_the_days_of_its_reorganisations(province: AsyncClient) -> None:
    parts = [successor("H61.101", parent="H61.D1", share=0.5), successor("H61.105", parent="H61.D1", share=0.5)]
    await reorganise(province, change("split", ["H61.101"], *parts))
    body = unit("H61.101", "Xã H61.101", level="commune", parent="H61.D1", valid_from="2025-07-15")
    answer = await province.put("/v1/units/H61.101", json=body)
    assert (answer.status_code, refusals(answer)) == (409, [("/valid_from", "set_by_reorganisation")])
    assert (await province.put("/v1/units/H61.101", json=body | {"valid_from": "2015-01-01"})).status_code == 200


async def test_versions_of_a_unit_never_overlap(province: AsyncClient) -> None:
    await reorganise(province, RENAME, day="2022-03-01")
    body = unit(S2, "Sở Y tế", parent="H61", valid_from="2021-01-01")
    answer = await province.put(f"/v1/units/{S2}", json=body)
    assert refusals(answer) == [("/valid_from", "versions_overlap"), ("/valid_from", "set_by_reorganisation")]
    await reorganise(province, change("rename", [S2], department(S2, "Sở khác")), day="2999-01-01")
    answer = await province.put(f"/v1/units/{S2}", json=body | {"valid_from": "2022-03-01"})
    assert refusals(answer) == [("/valid_to", "versions_overlap"), ("/valid_to", "set_by_reorganisation")]
    fitting = body | {"valid_from": "2022-03-01", "valid_to": "2999-01-01"}
    assert (await province.put(f"/v1/units/{S2}", json=fitting)).status_code == 200
    assert len((await history(province, S2))["versions"]) == 3


async def test_the_day_on_which_a_version_begins_counts_as_a_change(province: AsyncClient, database_url: str) -> None:
    tomorrow = (await _today(database_url)) + timedelta(days=1)
    await reorganise(province, RENAME, day=tomorrow.isoformat())
    planned = await province.get(f"/v1/units/{S2}")
    assert (planned.json()["name"], planned.json()["revision"]) == ("Sở Y tế", 2)
    await _let_a_day_pass(database_url)
    begun = await province.get(f"/v1/units/{S2}", headers={"If-None-Match": planned.headers["ETag"]})
    assert (begun.status_code, begun.json()["name"], begun.json()["revision"]) == (200, "Sở Y tế và Dân số", 3)
    stale = await province.put(
        f"/v1/units/{S2}", json=unit(S2, "Sở Y tế", parent="H61"), headers={"If-Match": planned.headers["ETag"]}
    )
    assert (stale.status_code, stale.json()["current_revision"]) == (412, 3)


async def _today(url: str) -> date:
    connection = await asyncpg.connect(url)
    try:
        return cast("date", await connection.fetchval("SELECT current_date"))
    finally:
        await connection.close()


async def _let_a_day_pass(url: str) -> None:
    """What was to begin or to end tomorrow does so today."""
    connection = await asyncpg.connect(url)
    await connection.execute("UPDATE unit_versions SET valid_from = current_date WHERE valid_from > current_date")
    await connection.execute("UPDATE unit_versions SET valid_to = current_date WHERE valid_to > current_date")
    await connection.close()
