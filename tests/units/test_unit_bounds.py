import pytest
from httpx import AsyncClient

from app.clients.access import Scope
from tests.conftest import Bearer
from tests.units.bodies import codes, refusals, unit

INSIDE = {"H61", "H61.857", "H61.2", "H61.10", "H61.99", "H61.S01"}


@pytest.fixture
def long_ho(tree: AsyncClient, client: AsyncClient, bearer: Bearer) -> AsyncClient:
    """An admin bounded to the district."""
    client.headers.update(bearer(Scope.ADMIN, unit="H61.857"))
    return client


@pytest.fixture
def vinh_long(tree: AsyncClient, client: AsyncClient, bearer: Bearer) -> AsyncClient:
    """An admin bounded to the province."""
    client.headers.update(bearer(Scope.ADMIN, unit="H61"))
    return client


async def test_outside_its_subtree_a_client_sees_nothing(long_ho: AsyncClient) -> None:
    statuses = {
        code: (await long_ho.get(f"/v1/units/{code}")).status_code
        for code in ("H61.857", "H61.2", "H61", "H61.99", "H20")
    }
    assert list(statuses.values()) == [200, 200, 404, 404, 404]
    assert await codes(long_ho) == ["H61.857", "H61.2", "H61.10"]
    assert await codes(long_ho, "?q=dong") == []


async def test_a_unit_outside_is_refused_like_one_that_does_not_exist(long_ho: AsyncClient) -> None:
    outside = (await long_ho.get("/v1/units/H20")).json()
    absent = (await long_ho.get("/v1/units/H99")).json()
    assert outside["detail"].replace("H20", "H99") == absent["detail"]
    assert outside["code"] == absent["code"] == "unit_not_found"


async def test_a_client_can_look_within_its_subtree_only(vinh_long: AsyncClient) -> None:
    assert set(await codes(vinh_long)) == set(await codes(vinh_long, "?within=H61")) == INSIDE
    assert await codes(vinh_long, "?within=H61.857") == ["H61.857", "H61.2", "H61.10"]
    assert (await vinh_long.get("/v1/units?within=H20")).status_code == 404


async def test_outside_its_levels_a_client_sees_nothing(tree: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    headers = bearer(Scope.READ, levels=["commune"])
    assert await codes(client, **headers) == ["H61.2", "H61.10", "H61.99"]
    assert await codes(client, "?level=province", **headers) == []
    assert (await client.get("/v1/units/H61.2", headers=headers)).status_code == 200
    assert (await client.get("/v1/units/H61", headers=headers)).status_code == 404


async def test_a_bounded_admin_writes_inside_its_subtree(vinh_long: AsyncClient) -> None:
    created = await vinh_long.post("/v1/units", json=unit("H61.S02", parent="H61"))
    assert created.status_code == 201
    changed = await vinh_long.put("/v1/units/H61.S02", json=unit("H61.S02", "Sở Y tế", parent="H61"))
    assert changed.status_code == 200
    put = await vinh_long.put("/v1/units/H61.S03", json=unit("H61.S03", parent="H61"))
    assert put.status_code == 201
    assert (await vinh_long.delete("/v1/units/H61.S03")).status_code == 204


async def test_a_bounded_admin_writes_nothing_outside(tree: AsyncClient, vinh_long: AsyncClient) -> None:
    for method in ("PUT", "DELETE"):
        body = unit("H20.S01", parent="H61") if method == "PUT" else None
        answer = await vinh_long.request(method, "/v1/units/H20.S01", json=body)
        assert answer.status_code == 404
    assert (await tree.get("/v1/units/H20.S01")).json()["revision"] == 1


@pytest.mark.parametrize("method", ["POST", "PUT"])
async def test_a_bounded_admin_adds_no_unit_outside(vinh_long: AsyncClient, method: str) -> None:
    path = "/v1/units" if method == "POST" else "/v1/units/H98"
    below = await vinh_long.request(method, path, json=unit("H98", parent="H20"))
    assert below.status_code == 422
    assert refusals(below) == [("/parent", "unknown_unit")]
    root = await vinh_long.request(method, path, json=unit("H98"))
    assert (root.status_code, root.json()["code"]) == (403, "outside_bounds")


async def test_a_bounded_admin_moves_no_unit_out(vinh_long: AsyncClient) -> None:
    away = await vinh_long.put("/v1/units/H61.S01", json=unit("H61.S01", parent="H20"))
    assert refusals(away) == [("/parent", "unknown_unit")]
    root = await vinh_long.put("/v1/units/H61.S01", json=unit("H61.S01"))
    assert (root.status_code, root.json()["code"]) == (403, "outside_bounds")


async def test_a_bounded_admin_may_correct_its_topmost_unit_where_it_stands(long_ho: AsyncClient) -> None:
    stored = (await long_ho.get("/v1/units/H61.857")).json()
    assert stored["parent"] == "H61"
    answer = await long_ho.put("/v1/units/H61.857", json=stored | {"name": "Long Hồ"})
    assert (answer.status_code, answer.json()["name"]) == (200, "Long Hồ")


async def test_an_admin_bounded_to_levels_writes_no_other_level(
    tree: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    headers = bearer(Scope.ADMIN, levels=["commune"])
    commune = unit("H61.3", level="commune", parent="H61")
    assert (await client.post("/v1/units", json=commune, headers=headers)).status_code == 201
    for answer in (
        await client.post("/v1/units", json=unit("H61.S09", parent="H61"), headers=headers),
        await client.put("/v1/units/H61.3", json=commune | {"level": "district"}, headers=headers),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "outside_bounds")
