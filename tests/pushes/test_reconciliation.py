"""What is stored of each unit can be held against what was sent, by count, sum and hash."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any

from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.periods.building import SUBMISSIONS, Json, answers, done, refused
from tests.pushes.pushing import FIRST, SECOND, award, given, push, value

PATH = "/v1/data-values/reconciliation"


def hashed(entries: Sequence[Json]) -> str:
    """The hash of a list without fractions or unusual numbers, written as RFC 8785 writes it."""
    text = json.dumps(entries, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


async def found(http: AsyncClient, query: str = "", headers: Any = None) -> dict[str, Json]:
    page = await done(http.get(f"{PATH}?period=ky-2025{query}", headers=headers))
    return {item["unit"]: item for item in page["items"]}


async def test_each_unit_has_count_sum_and_hash_of_what_is_stored(opened: AsyncClient) -> None:
    values = [given(FIRST, 3, "2.2"), value(FIRST, "1.1", {"a": 1, "b": 4}), value(FIRST, "2.1", {"choice": "yes"})]
    await push(opened, *values, given(SECOND, 2.5))
    await push(opened, award(FIRST, 2, "1.1"))
    stored = await found(opened)
    assert list(stored) == ["H61.101", "H61.102", "H61.103", "H61.104"]
    entries: list[Json] = [
        {"indicator": "1.1", "inputs": {"a": 1, "b": 4}},
        {"indicator": "1.1", "points": 2},
        {"indicator": "2.1", "inputs": {"choice": "yes"}},
        {"indicator": "2.2", "inputs": {"points": 3}},
    ]
    assert stored[FIRST] == {"unit": FIRST, "level": "commune", "count": 4, "sum": 10, "hash": hashed(entries)}
    assert (stored[SECOND]["count"], stored[SECOND]["sum"]) == (1, 2.5)
    assert stored["H61.103"] == {"unit": "H61.103", "level": "commune", "count": 0, "sum": 0, "hash": hashed([])}


async def test_a_sum_may_be_larger_and_longer_than_any_number_that_is_taken(opened: AsyncClient) -> None:
    await push(opened, value(FIRST, "1.1", {"a": 999_999_999_999_999, "b": 999_999_999_999_999}), given(FIRST, 0.125))
    assert (await found(opened))[FIRST]["sum"] == 1_999_999_999_999_998.125


async def test_a_source_sees_what_it_sent_last(opened: AsyncClient) -> None:
    await push(opened, given(FIRST, 3), given(FIRST, 4, "2.2"), source="a")
    await push(opened, given(FIRST, 5), award(FIRST, 1, "2.2"), source="b")
    await done(opened.patch(f"{SUBMISSIONS}/{FIRST}", json=answers(_2_1={"choice": "yes"})))
    assert (await found(opened, "&source=a"))[FIRST]["hash"] == hashed([{"indicator": "2.2", "inputs": {"points": 4}}])
    sent: list[Json] = [{"indicator": "1.2", "inputs": {"points": 5}}, {"indicator": "2.2", "points": 1}]
    assert (await found(opened, "&source=b"))[FIRST]["hash"] == hashed(sent)
    assert (await found(opened, "&source=c"))[FIRST]["count"] == 0
    assert (await found(opened))[FIRST]["count"] == 4


async def test_it_comes_in_pages_and_by_level(opened: AsyncClient) -> None:
    await push(opened, given("H61.104", 3))
    whole = await found(opened)
    paged: dict[str, Json] = {}
    cursor = ""
    for _ in range(2):
        page = await done(opened.get(f"{PATH}?period=ky-2025&limit=2{cursor}"))
        paged |= {item["unit"]: item for item in page["items"]}
        cursor = f"&cursor={page['next']}"
    assert (paged, cursor) == (whole, "&cursor=None")
    assert await found(opened, "&level=commune") == whole
    assert await found(opened, "&level=district") == {}
    assert refused(await opened.get(f"{PATH}?period=ky-2020"), 404) == "period_not_found"
    assert refused(await opened.get(PATH), 422) == "validation_failed"


async def test_it_keeps_to_the_clients_bounds(opened: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    await push(opened, given(FIRST, 3), given(FIRST, 4, "2.2"))
    assert refused(await client.get(f"{PATH}?period=ky-2025"), 401) == "token_missing"
    submitting = await client.get(f"{PATH}?period=ky-2025", headers=bearer(Scope.SUBMIT))
    assert refused(submitting, 403) == "insufficient_scope"
    for scope in (Scope.PUSH, Scope.READ):
        assert list(await found(client, "", bearer(scope, unit="H61.D1"))) == ["H61.101", "H61.103"]
        assert await found(client, "", bearer(scope, levels=["district"])) == {}
        assert await found(client, "&level=commune", bearer(scope, levels=["district"])) == {}
        assert (await found(client, "", bearer(scope, indicators=["1.2"])))[FIRST]["count"] == 1
