"""Who may report and review, and what a client with bounds does not even learn of."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.periods.building import SUBMISSIONS, answers, done, points, refusals, refused

UNIT = f"{SUBMISSIONS}/H61.101"
VERDICT = {"verdict": "adjust", "points": 1, "reason": "Biên bản"}
ROUTES: list[tuple[str, str, Scope, Any]] = [
    ("GET", "/v1/submissions?period=ky-2025", Scope.READ, None),
    ("GET", UNIT, Scope.READ, None),
    ("PUT", UNIT, Scope.SUBMIT, points(1)),
    ("PATCH", UNIT, Scope.SUBMIT, points(1)),
    ("POST", f"{UNIT}/submit", Scope.SUBMIT, None),
    ("POST", f"{UNIT}/return", Scope.REVIEW, {"reason": "Thiếu"}),
    ("PUT", f"{UNIT}/reviews/1.2", Scope.REVIEW, VERDICT),
    ("GET", "/v1/scorecards/ky-2025/H61.101", Scope.READ, None),
    ("GET", "/v1/scorecards/ky-2025/H61.101/1.2/receipt", Scope.READ, None),
]
OUTSIDE = [{"unit": "H61.D2"}, {"unit": "H61.103"}, {"unit": "H20"}, {"levels": ["department"]}, {"levels": []}]


async def test_each_route_opens_to_its_scope_alone(opened: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    for method, path, scope, body in ROUTES:
        await opens_to(scope, opened, client, bearer, method, path, body)


async def opens_to(
    scope: Scope, opened: AsyncClient, client: AsyncClient, bearer: Bearer, method: str, path: str, body: Any
) -> None:
    """Fail unless the route refuses everybody but who has `scope`, and changes nothing before."""
    before = (await opened.get(UNIT)).json()
    nobody = await client.request(method, path, json=body)
    assert refused(nobody, 401) == "token_missing"
    assert nobody.headers["WWW-Authenticate"].startswith("Bearer")
    forged = await client.request(method, path, json=body, headers={"Authorization": "Bearer x.y.z"})
    assert refused(forged, 401) == "invalid_token"
    others = bearer(*(other for other in Scope if other not in (scope, Scope.ADMIN)))
    answer = await client.request(method, path, json=body, headers=others)
    assert refused(answer, 403) == "insufficient_scope"
    assert (await opened.get(UNIT)).json() == before
    assert (await client.request(method, path, json=body, headers=bearer(scope))).status_code == 200


@pytest.mark.parametrize("bounds", OUTSIDE)
async def test_outside_its_bounds_a_client_finds_nobody(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer, bounds: dict[str, Any]
) -> None:
    for method, path, scope, body in ROUTES[1:]:
        headers = bearer(scope, **bounds)
        there = await client.request(method, path, json=body, headers=headers)
        assert refused(there, 404) == "participant_not_found"
        nowhere = await client.request(method, path.replace("H61.101", "H61.999"), json=body, headers=headers)
        assert nowhere.text == there.text.replace("H61.101", "H61.999"), "it tells who exists"
    assert (await done(opened.get(UNIT)))["revision"] == 0


@pytest.mark.parametrize("bounds", [{"unit": "H61.D1"}, {"unit": "H61.101"}, {"unit": "H61", "levels": ["commune"]}])
async def test_inside_its_bounds_a_client_works(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer, bounds: dict[str, Any]
) -> None:
    headers = bearer(Scope.READ, Scope.SUBMIT, Scope.REVIEW, **bounds)
    for method, path, _, body in ROUTES:
        if not path.endswith("/return"):
            assert (await client.request(method, path, json=body, headers=headers)).status_code == 200, path
    listed = await done(client.get("/v1/submissions?period=ky-2025", headers=headers))
    codes = {"H61.D1": ["H61.101", "H61.103"], "H61.101": ["H61.101"]}.get(
        bounds["unit"], ["H61.101", "H61.102", "H61.103", "H61.104"]
    )
    assert [item["unit"]["code"] for item in listed["items"]] == codes


async def test_a_bound_and_a_filter_are_both_kept(opened: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    headers = bearer(Scope.READ, unit="H61.D1")
    for query in ("within=H61.D2", "within=H61.102", "level=department"):
        body = await done(client.get(f"/v1/submissions?period=ky-2025&{query}", headers=headers))
        assert body["items"] == []
    body = await done(client.get("/v1/submissions?period=ky-2025&within=H61", headers=headers))
    assert [item["unit"]["code"] for item in body["items"]] == ["H61.101", "H61.103"]


async def test_a_client_of_some_indicators_touches_no_other(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    await done(opened.put(UNIT, json=answers(_1_2={"points": 3}, _2_1={"choice": "yes"}, _2_2={"points": 1})))
    headers = bearer(Scope.SUBMIT, Scope.REVIEW, indicators=["1.2", "2.2"])
    outside = await client.patch(UNIT, json=answers(_2_1={"choice": "no"}, _7_7={}), headers=headers)
    assert refusals(outside) == [
        ("/answers/0/indicator", "unknown_indicator"),
        ("/answers/1/indicator", "unknown_indicator"),
    ]
    details = [error["detail"].replace("2.1", "7.7") for error in outside.json()["errors"]]
    assert details[0] == details[1], "it tells which indicators exist"
    for leaf in ("2.1", "7.7", "1"):
        refusal = await client.put(f"{UNIT}/reviews/{leaf}", json=VERDICT, headers=headers)
        assert refused(refusal, 404) == "indicator_not_found"
    await done(client.put(UNIT, json=points(4), headers=headers))
    kept = await done(opened.get(UNIT))
    assert {a["indicator"]: a["inputs"] for a in kept["answers"]} == {"1.2": {"points": 4}, "2.1": {"choice": "yes"}}
