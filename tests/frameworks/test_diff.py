"""Comparing frameworks over HTTP."""

from collections.abc import Callable

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.frameworks.documents import framework, leaf, node, ratio_leaf

HALF = {"type": "proportional", "value": "a / b", "full_at": 0.5, "below": "rescaled"}


async def test_a_draft_is_compared_with_the_version_before_it(admin: AsyncClient, published: str) -> None:
    changed = framework(
        version=2,
        indicators=[
            node("1", 20, ratio_leaf("1.1", 10, rule=HALF), leaf("1.3", 10, title="Tiêu chí 1.2")),
            leaf("3", 10),
        ],
    )
    path = (await admin.post("/v1/frameworks", json=changed)).headers["Location"]
    answer = await admin.get(f"{path}/diff", params={"against": "trial-commune/1"})
    assert answer.status_code == 200
    got = answer.json()
    assert (got["framework"], got["against"]) == ("trial-commune/2", "trial-commune/1")
    assert got["counts"] == {
        "matched": 3,
        "added": 1,
        "removed": 1,
        "moved": 1,
        "points_changed": 0,
        "rule_changed": 1,
        "formula_changed": 0,
        "details_changed": 0,
    }
    assert got["added"] == [{"code": "3", "title": "Tiêu chí 3", "parent": None, "max_points": 10}]
    assert [each["code"] for each in got["removed"]] == ["2"]
    assert got["moved"] == [
        {
            "code_before": "1.2",
            "code_after": "1.3",
            "title": "Tiêu chí 1.2",
            "parent_before": "1",
            "parent_after": "1",
        }
    ]
    assert got["rule_changed"][0]["words"] == ["The full mark: 0.8 becomes 0.5."]


async def test_who_may_not_read_a_draft_compares_what_is_published(
    admin: AsyncClient, client: AsyncClient, published: str, bearer: Callable[..., dict[str, str]]
) -> None:
    await admin.post("/v1/frameworks", json=framework(version=2))
    forth, back = "/v1/frameworks/trial-commune/2/diff", f"{published}/diff"
    for path, against in ((forth, "trial-commune/1"), (back, "trial-commune/2")):
        answer = await client.get(path, params={"against": against})
        assert (answer.status_code, answer.json()["code"]) == (404, "framework_not_found")
        allowed = await client.get(path, params={"against": against}, headers=bearer(Scope.READ))
        assert allowed.status_code == 200
    assert (await client.get(back, params={"against": "trial-commune/1"})).status_code == 200


@pytest.mark.parametrize("against", ["trial-commune", "trial-commune/0", "trial-commune/x", "/1", "a/1/1", ""])
async def test_what_names_no_framework_is_refused(client: AsyncClient, published: str, against: str) -> None:
    answer = await client.get(f"{published}/diff", params={"against": against})
    assert answer.status_code == 422
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/query/against"]


async def test_what_is_not_there_or_not_named_cannot_be_compared(client: AsyncClient, published: str) -> None:
    answer = await client.get(f"{published}/diff", params={"against": "nowhere/1"})
    assert (answer.status_code, answer.json()["code"]) == (404, "framework_not_found")
    missing = await client.get("/v1/frameworks/nowhere/1/diff", params={"against": "trial-commune/1"})
    assert (missing.status_code, missing.json()["code"]) == (404, "framework_not_found")
    assert (await client.get(f"{published}/diff")).status_code == 422
