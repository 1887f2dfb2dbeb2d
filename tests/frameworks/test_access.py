from httpx import AsyncClient

from app.clients.access import Scope
from tests.conftest import Bearer
from tests.frameworks.documents import framework, leaf

READS = ["", "/indicators", "/indicators/1.1"]
WRITES = [
    ("POST", "/v1/frameworks", framework(version=2)),
    ("PUT", "/v1/frameworks/trial-commune/1", framework()),
    ("DELETE", "/v1/frameworks/trial-commune/1", None),
    ("POST", "/v1/frameworks/trial-commune/1/publish", None),
    ("POST", "/v1/frameworks/trial-commune/1/retire", None),
    ("POST", "/v1/frameworks/trial-commune/1/indicators", leaf("3", 0)),
    ("PUT", "/v1/frameworks/trial-commune/1/indicators/2", leaf("2", 10)),
    ("DELETE", "/v1/frameworks/trial-commune/1/indicators/2", None),
]


async def test_a_draft_is_hidden_from_those_who_may_not_read(client: AsyncClient, draft: str, bearer: Bearer) -> None:
    for path in READS:
        for headers in ({}, bearer(Scope.SUBMIT)):
            answer = await client.get(draft + path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "framework_not_found"), path
        assert (await client.get(draft + path, headers=bearer(Scope.READ))).status_code == 200, path


async def test_what_is_published_or_retired_is_read_without_a_token(
    client: AsyncClient, admin: AsyncClient, published: str
) -> None:
    for path in READS:
        assert (await client.get(published + path)).status_code == 200, path
    await admin.post(f"{published}/retire")
    for path in READS:
        assert (await client.get(published + path)).status_code == 200, path


async def test_lists_hide_drafts_likewise(client: AsyncClient, draft: str, bearer: Bearer) -> None:
    for query in ("", "?status=draft"):
        assert (await client.get(f"/v1/frameworks{query}")).json()["items"] == []
        reader = await client.get(f"/v1/frameworks{query}", headers=bearer(Scope.READ))
        assert len(reader.json()["items"]) == 1


async def test_a_token_that_is_no_good_is_refused_even_where_none_is_needed(
    client: AsyncClient, published: str
) -> None:
    for path in (published, "/v1/frameworks", "/v1/indicators"):
        answer = await client.get(path, headers={"Authorization": "Bearer made-up"})
        assert (answer.status_code, answer.json()["code"]) == (401, "invalid_token")


async def test_writing_needs_the_scope_admin_without_bounds(client: AsyncClient, draft: str, bearer: Bearer) -> None:
    refusals = [
        ({}, 401, "token_missing"),
        (bearer(*(scope for scope in Scope if scope is not Scope.ADMIN)), 403, "insufficient_scope"),
        (bearer(Scope.ADMIN, unit="H61"), 403, "outside_bounds"),
        (bearer(Scope.ADMIN, levels=["commune"]), 403, "outside_bounds"),
    ]
    for method, path, body in WRITES:
        for headers, status, code in refusals:
            answer = await client.request(method, path, json=body, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (status, code), (method, path)
    assert (await client.get(draft, headers=bearer(Scope.READ))).json()["revision"] == 1
