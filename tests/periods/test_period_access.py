"""Who may draft, open and read periods, and what a bounded client sees of a roster."""

from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.periods.building import Json, done, found, period, refused, unit

PATH = "/v1/periods/ky-2025"
ROUTES = [
    ("GET", "/v1/periods", Scope.READ, 200),
    ("POST", "/v1/periods", Scope.ADMIN, 409),
    ("GET", PATH, Scope.READ, 200),
    ("PUT", PATH, Scope.ADMIN, 200),
    ("DELETE", PATH, Scope.ADMIN, 409),
    ("POST", f"{PATH}/open", Scope.ADMIN, 409),
    ("POST", f"{PATH}/close", Scope.ADMIN, 200),
    ("POST", f"{PATH}/reopen", Scope.ADMIN, 200),
    ("GET", f"{PATH}/participants", Scope.READ, 200),
    ("GET", f"{PATH}/extensions", Scope.READ, 200),
    ("PUT", f"{PATH}/extensions/H61.101", Scope.ADMIN, 201),
    ("GET", f"{PATH}/extensions/H61.101", Scope.READ, 200),
    ("DELETE", f"{PATH}/extensions/H61.101", Scope.ADMIN, 204),
]
BODIES: dict[tuple[str, str], Json] = {
    ("POST", "/v1/periods"): period(),
    ("PUT", PATH): period(),
    ("POST", f"{PATH}/reopen"): {"reason": "Theo Công văn 12"},
    ("PUT", f"{PATH}/extensions/H61.101"): {"until": "2999-01-01T00:00:00Z", "reason": "Mất điện"},
}


async def test_each_route_opens_to_its_scope_alone(opened: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    for method, path, scope, status in ROUTES:
        body = BODIES.get((method, path))
        nobody = await client.request(method, path, json=body)
        assert refused(nobody, 401) == "token_missing"
        assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
        forged = await client.request(method, path, json=body, headers={"Authorization": "Bearer x.y.z"})
        assert refused(forged, 401) == "invalid_token"
        others = bearer(*(other for other in Scope if other not in (scope, Scope.ADMIN)))
        answer = await client.request(method, path, json=body, headers=others)
        assert refused(answer, 403) == "insufficient_scope"
        assert (await client.request(method, path, json=body, headers=bearer(scope))).status_code == status


async def test_a_bounded_client_sees_its_part_of_the_roster(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    async def seen(**bounds: object) -> list[str]:
        headers = bearer(Scope.READ, **bounds)  # type: ignore[arg-type]
        body = await done(client.get(f"{PATH}/participants", headers=headers))
        return [item["unit"]["code"] for item in body["items"]]

    assert await seen(unit="H61.D1") == ["H61.101", "H61.103"]
    assert await seen(unit="H61.102") == ["H61.102"]
    assert await seen(unit="H20") == []
    assert await seen(levels=["department"]) == []
    assert await seen(levels=["commune", "department"], unit="H61.D2") == ["H61.102", "H61.104"]


async def test_a_bounded_client_sees_its_part_of_a_periods_document(
    ready: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    await found(ready, [unit("H61.S1", "department")])
    entries = [{"unit": "H61.101", "group": "a"}, {"unit": "H61.102", "excluded": True}, {"unit": "H61.S1"}]
    await done(ready.post("/v1/periods", json=period(roster=entries)), 201)
    await done(ready.post("/v1/periods", json=period(code="ky-khac", roster=entries[:1])), 201)

    async def seen(**bounds: object) -> list[list[str]]:
        headers = bearer(Scope.READ, **bounds)  # type: ignore[arg-type]
        listed = (await done(client.get("/v1/periods", headers=headers)))["items"]
        alone = await done(client.get(PATH, headers=headers))
        assert alone in listed
        return [[entry["unit"] for entry in item["roster"]] for item in listed]

    assert await seen() == [["H61.101"], ["H61.101", "H61.102", "H61.S1"]]
    assert await seen(unit="H61.D1") == [["H61.101"], ["H61.101"]]
    assert await seen(unit="H61.102") == [[], ["H61.102"]]
    assert await seen(unit="H20") == [[], []]
    assert await seen(levels=["department"]) == [[], ["H61.S1"]]
    assert await seen(levels=["commune"], unit="H61.D2") == [[], ["H61.102"]]


async def test_a_bounded_client_sees_and_grants_extensions_within_its_bounds(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    body = {"until": "2999-01-01T00:00:00Z", "reason": "Mất điện"}
    for code in ("H61.101", "H61.102"):
        await done(opened.put(f"{PATH}/extensions/{code}", json=body), 201)
    bounded = bearer(Scope.ADMIN, unit="H61.D1")
    listed = await done(client.get(f"{PATH}/extensions", headers=bounded))
    assert [item["unit"]["code"] for item in listed["items"]] == ["H61.101"]
    for method, sent in (("GET", None), ("PUT", body), ("DELETE", None)):
        answer = await client.request(method, f"{PATH}/extensions/H61.102", json=sent, headers=bounded)
        assert refused(answer, 404) == "participant_not_found"
