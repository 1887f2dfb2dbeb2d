import pytest
from httpx import AsyncClient

from app.clients.access import Scope
from tests.conftest import Bearer
from tests.units.bodies import refusals

WARD = {"code": "hamlet", "title": "Thôn, tổ dân phố", "ordinal": 50}


async def test_the_four_levels_are_there_from_the_start_highest_first(admin: AsyncClient) -> None:
    items = (await admin.get("/v1/levels")).json()["items"]
    assert [item["code"] for item in items] == ["province", "department", "district", "commune"]
    assert set(items[0]) == {"code", "title", "ordinal", "valid_from", "valid_to", "revision"}


async def test_a_new_level_takes_its_place_by_ordinal(admin: AsyncClient) -> None:
    answer = await admin.post("/v1/levels", json=WARD | {"valid_from": "2026-01-01"})
    assert answer.status_code == 201
    assert answer.json() == WARD | {"valid_from": "2026-01-01", "valid_to": None, "revision": 1}
    assert answer.headers["ETag"] == '"1"'
    top = await admin.post("/v1/levels", json={"code": "nation", "title": "Trung ương", "ordinal": 0})
    assert top.status_code == 201
    listed = [item["code"] for item in (await admin.get("/v1/levels")).json()["items"]]
    assert (listed[0], listed[-1]) == ("nation", "hamlet")


async def test_levels_come_in_pages_without_gap_or_repetition(admin: AsyncClient) -> None:
    for code in ("b-level", "a-level"):
        await admin.post("/v1/levels", json={"code": code, "title": "Cấp", "ordinal": 70})
    path, found = "/v1/levels?limit=1", list[str]()
    while path:
        answer = await admin.get(path)
        found += [item["code"] for item in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
    assert found == ["province", "department", "district", "commune", "a-level", "b-level"]


async def test_a_taken_code_is_refused(admin: AsyncClient) -> None:
    answer = await admin.post("/v1/levels", json=WARD | {"code": "commune"})
    assert (answer.status_code, answer.json()["code"]) == (409, "level_exists")


async def test_put_replaces_all_values_and_counts_the_revision_up(admin: AsyncClient) -> None:
    await admin.post("/v1/levels", json=WARD | {"valid_from": "2020-01-01"})
    answer = await admin.put("/v1/levels/hamlet", json={"title": "Thôn", "ordinal": 51, "valid_to": "2030-01-01"})
    assert answer.status_code == 200
    assert answer.json() == {
        "code": "hamlet",
        "title": "Thôn",
        "ordinal": 51,
        "valid_from": None,
        "valid_to": "2030-01-01",
        "revision": 2,
    }


async def test_put_creates_a_level_where_there_is_none(admin: AsyncClient) -> None:
    answer = await admin.put("/v1/levels/hamlet", json=WARD, headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.json()["revision"]) == (201, 1)
    again = await admin.put("/v1/levels/hamlet", json=WARD, headers={"If-None-Match": "*"})
    assert (again.status_code, again.json()["current_revision"]) == (412, 1)


async def test_a_level_as_it_was_read_can_be_sent_back_until_it_has_moved(admin: AsyncClient) -> None:
    level = (await admin.post("/v1/levels", json=WARD)).json()
    assert (await admin.put("/v1/levels/hamlet", json=level)).status_code == 200
    stale = await admin.put("/v1/levels/hamlet", json=level)
    assert (stale.status_code, stale.json()["current_revision"]) == (412, 2)


async def test_a_stale_if_match_changes_nothing(admin: AsyncClient) -> None:
    await admin.post("/v1/levels", json=WARD)
    stale = await admin.put("/v1/levels/hamlet", json=WARD | {"title": "Ấp"}, headers={"If-Match": '"9"'})
    assert (stale.status_code, stale.json()["current_revision"]) == (412, 1)
    absent = await admin.put("/v1/levels/nowhere", json=WARD | {"code": "nowhere"}, headers={"If-Match": "*"})
    assert absent.status_code == 412
    assert (await admin.get("/v1/levels")).json()["items"][-1]["title"] == WARD["title"]


async def test_a_code_never_changes(admin: AsyncClient) -> None:
    answer = await admin.put("/v1/levels/commune", json=WARD)
    assert answer.status_code == 422
    assert refusals(answer) == [("/code", "code_mismatch")]


@pytest.mark.parametrize("valid_to", ["2020-01-01", "2019-12-31"])
async def test_a_level_must_be_valid_for_a_day_at_least(admin: AsyncClient, valid_to: str) -> None:
    answer = await admin.post("/v1/levels", json=WARD | {"valid_from": "2020-01-01", "valid_to": valid_to})
    assert answer.status_code == 422
    assert refusals(answer) == [("/valid_to", "dates_out_of_order")]


async def test_levels_are_read_with_read_and_written_with_admin_only(client: AsyncClient, bearer: Bearer) -> None:
    assert (await client.get("/v1/levels")).status_code == 401
    reader = bearer(Scope.READ)
    assert (await client.get("/v1/levels", headers=reader)).status_code == 200
    assert (await client.post("/v1/levels", json=WARD, headers=reader)).status_code == 403
    assert (await client.put("/v1/levels/hamlet", json=WARD, headers=reader)).status_code == 403


@pytest.mark.parametrize("bounds", [{"unit": "H61"}, {"levels": ["hamlet"]}])
async def test_a_client_with_bounds_writes_no_level(
    client: AsyncClient, bearer: Bearer, bounds: dict[str, str]
) -> None:
    headers = bearer(Scope.ADMIN, **bounds)
    answer = await client.post("/v1/levels", json=WARD, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "outside_bounds")
