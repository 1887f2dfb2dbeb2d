"""Who may draft, open and read periods, and what a bounded client sees of a roster."""

from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.periods.building import done, period, refused

PATH = "/v1/periods/ky-2025"
ROUTES = [
    ("GET", "/v1/periods", Scope.READ, 200),
    ("POST", "/v1/periods", Scope.ADMIN, 409),
    ("GET", PATH, Scope.READ, 200),
    ("PUT", PATH, Scope.ADMIN, 409),
    ("DELETE", PATH, Scope.ADMIN, 409),
    ("POST", f"{PATH}/open", Scope.ADMIN, 409),
    ("POST", f"{PATH}/close", Scope.ADMIN, 200),
    ("GET", f"{PATH}/participants", Scope.READ, 200),
]


async def test_each_route_opens_to_its_scope_alone(opened: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    for method, path, scope, status in ROUTES:
        body = period() if method == "PUT" or (method, path) == ("POST", "/v1/periods") else None
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
