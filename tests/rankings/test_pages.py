"""Pages of one version make up the whole; what has moved on is said to be stale."""

import base64
import json
from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.periods.building import SUBMISSIONS, communes, done, found, open_period, points, refused

RANKING = "/v1/rankings?period=ky-2026&level=commune"


@pytest.fixture
async def eleven(opened: AsyncClient) -> AsyncClient:
    """An admin with eleven communes: ties across every edge, and two that are not ranked."""
    return await _filled(opened)


@pytest.fixture(scope="module")
async def read_only(still: AsyncClient) -> AsyncClient:
    """The same, for all tests that only read."""
    return await _filled(still)


async def _filled(admin: AsyncClient) -> AsyncClient:
    await found(admin, communes(11)[4:])
    await open_period(admin, code="ky-2026", roster=[{"unit": f"H61.{n}", "ranked": False} for n in (110, 111)])
    for number, value in enumerate((7, 7, 7, 4, 4, 0, 0), 101):
        await done(admin.put(f"/v1/submissions/ky-2026/H61.{number}", json=points(value)))
    return admin


async def walk(http: AsyncClient, path: str, **headers: str) -> list[dict[str, Any]]:
    """The items of all pages, by the links."""
    items = []
    while path:
        answer = await http.get(path, headers=headers)
        assert answer.status_code == 200, answer.text
        items += answer.json()["items"]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
        assert bool(path) == (answer.json()["next"] is not None)
    return items


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 5, 10, 11, 12, 1000])
async def test_pages_add_up_to_the_whole_ranking(read_only: AsyncClient, limit: int) -> None:
    whole = (await done(read_only.get(RANKING)))["items"]
    assert [item["rank"] for item in whole] == [1, 1, 1, 4, 4, 6, 6, 6, 6, None, None]
    assert await walk(read_only, f"{RANKING}&limit={limit}") == whole
    for query in ("&basis=self", "&within=H61.D1", "&pillar=2"):
        assert (
            await walk(read_only, f"{RANKING}{query}&limit={limit}")
            == (await done(read_only.get(RANKING + query)))["items"]
        )


async def test_a_cursor_is_good_for_another_limit(read_only: AsyncClient) -> None:
    whole = (await done(read_only.get(RANKING)))["items"]
    first = await done(read_only.get(f"{RANKING}&limit=4"))
    rest = await done(read_only.get(f"{RANKING}&limit=100&cursor={first['next']}"))
    assert first["items"] + rest["items"] == whole
    assert rest["next"] is None


async def test_a_cursor_of_an_older_version_is_stale(eleven: AsyncClient) -> None:
    first = await done(eleven.get(f"{RANKING}&limit=4"))
    await done(eleven.put("/v1/submissions/ky-2026/H61.111", json=points(1)))
    answer = await eleven.get(f"{RANKING}&limit=4&cursor={first['next']}")
    assert refused(answer, 409) == "stale_cursor"
    await done(eleven.get(f"{RANKING}&limit=4"))
    assert refused(await eleven.get(f"{RANKING}&limit=4&cursor={first['next']}"), 409) == "stale_cursor"


async def test_a_cursor_of_another_selection_is_stale(read_only: AsyncClient) -> None:
    first = await done(read_only.get(f"{RANKING}&limit=2"))
    for query in ("&basis=self", "&within=H61", "&within=H61.D1", "&pillar=1"):
        answer = await read_only.get(f"{RANKING}{query}&limit=2&cursor={first['next']}")
        assert refused(answer, 409) == "stale_cursor", query
    other = await read_only.get(f"/v1/rankings?period=ky-2025&level=commune&cursor={first['next']}")
    assert refused(other, 409) == "stale_cursor"


def forged(cursor: str, start: Any) -> str:
    """The same cursor, but for where it starts."""
    parts = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    return base64.urlsafe_b64encode(json.dumps([*parts[:-1], start]).encode()).decode().rstrip("=")


@pytest.mark.parametrize("start", [-1, -(2**62), 2**62, 11])
async def test_a_forged_place_is_no_failure(read_only: AsyncClient, start: int) -> None:
    cursor = forged((await done(read_only.get(f"{RANKING}&limit=2")))["next"], start)
    body = await done(read_only.get(f"{RANKING}&limit=2&cursor={cursor}"))
    assert body["items"] == ([] if start > 0 else (await done(read_only.get(f"{RANKING}&limit=2")))["items"])


async def test_a_forged_cursor_without_a_place_is_refused(read_only: AsyncClient) -> None:
    cursor = forged((await done(read_only.get(f"{RANKING}&limit=2")))["next"], None)
    assert refused(await read_only.get(f"{RANKING}&limit=2&cursor={cursor}"), 400) == "invalid_cursor"


async def test_a_bounded_client_pages_through_its_own_with_the_ranks_of_all(
    eleven: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    headers = bearer(Scope.READ, unit="H61.D2")
    whole = (await done(eleven.get(RANKING)))["items"]
    own = [item for item in whole if item["unit"]["parent"] == "H61.D2"]
    assert [item["rank"] for item in own] == [1, 4, 6, 6, None]
    for limit in (1, 2, 5, 100):
        assert await walk(client, f"{RANKING}&limit={limit}", **headers) == own
    assert (await done(client.get(RANKING, headers=headers)))["summary"]["units"] == 11


async def test_a_bounded_client_learns_nothing_of_a_subtree_outside(
    eleven: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    headers = bearer(Scope.READ, unit="H61.D2")
    for outside in ("H61.D1", "H61.101", "H99"):
        answer = await client.get(f"{RANKING}&within={outside}", headers=headers)
        assert refused(answer, 404) == "unit_not_found"


async def test_a_client_bounded_to_levels_finds_no_other(
    eleven: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    assert (
        refused(await client.get(RANKING, headers=bearer(Scope.READ, levels=["district"])), 404) == "cohort_not_found"
    )
    assert (await client.get(RANKING, headers=bearer(Scope.READ, levels=["commune"]))).status_code == 200


async def test_a_ranking_opens_to_readers_alone(opened: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    path = "/v1/rankings?period=ky-2025&level=commune"
    nobody = await client.get(path)
    assert refused(nobody, 401) == "token_missing"
    assert refused(await client.get(path, headers={"Authorization": "Bearer x.y.z"}), 401) == "invalid_token"
    others = bearer(*(scope for scope in Scope if scope not in (Scope.READ, Scope.ADMIN)))
    assert refused(await client.get(path, headers=others), 403) == "insufficient_scope"
    assert (await client.get(path, headers=bearer(Scope.READ))).status_code == 200
    assert refused(await client.get(SUBMISSIONS, headers=bearer(Scope.READ)), 404) == "route_not_found"
