"""Pages, bounds, freshness, and what is refused."""

import random

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.clients.client import Scope
from app.kernel.paging import decode_cursor, encode_cursor
from tests.changes.asking import COHORT, PATH, changes
from tests.conftest import Bearer
from tests.periods.building import PERIOD, SUBMISSIONS, done, points, refusals, refused
from tests.rankings.test_statements import counted

FIRST, SECOND, THIRD, FOURTH = ALL = [f"H61.{number}" for number in range(101, 105)]
QUESTION = f"{PATH}?period={PERIOD}&level=commune"


async def report(http: AsyncClient, unit: str, value: float) -> int:
    """The cohort's version after a report that changes this unit and no other."""
    return int((await done(http.put(f"{SUBMISSIONS}/{unit}", json=points(value))))["version"])


async def test_a_list_is_as_the_contract_says(opened: AsyncClient) -> None:
    await report(opened, SECOND, 1)
    answer = await opened.get(f"{QUESTION}&since=0&limit=3")
    body = answer.json()
    cursor = body.pop("next")
    items = [{"unit": unit, "version": 1} for unit in (FIRST, THIRD, FOURTH)]
    assert body == {"period": PERIOD, "level": "commune", "since": 0, "version": 2, "items": items}
    assert answer.headers["etag"] == '"2"'
    assert answer.headers["link"] == f'<{QUESTION}&since=0&limit=3&cursor={cursor}>; rel="next"'
    assert await done(opened.get(f"{QUESTION}&limit=3&cursor={cursor}")) == {
        **body,
        "items": [{"unit": SECOND, "version": 2}],
        "next": None,
    }
    assert "link" not in (await opened.get(f"{QUESTION}&since=2")).headers


async def test_a_poll_after_which_nothing_has_changed_is_304_and_one_statement(
    app: FastAPI, opened: AsyncClient
) -> None:
    version = await report(opened, FIRST, 1)
    tag = (await opened.get(f"{QUESTION}&since={version}")).headers["etag"]
    with counted(app) as sent:
        answer = await opened.get(f"{QUESTION}&since={version}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.headers["etag"], len(sent)) == (304, tag, 1), sent
    await report(opened, FIRST, 2)
    with counted(app) as sent:
        answer = await opened.get(f"{QUESTION}&since={version}", headers={"If-None-Match": tag})
    assert (answer.status_code, answer.headers["etag"], len(sent)) == (200, f'"{version + 1}"', 2), sent
    assert answer.json()["items"] == [{"unit": FIRST, "version": version + 1}]


@pytest.mark.parametrize("limit", [1, 2, 3])
async def test_a_unit_that_changes_between_two_pages_is_in_the_next_list(opened: AsyncClient, limit: int) -> None:
    chance, mirror, since = random.Random(limit), dict.fromkeys(ALL, 1), 1
    for _ in range(12):
        for unit in chance.sample(ALL, 3):
            mirror[unit] = await report(opened, unit, chance.randrange(10**6) / 10**5)
        told, cursor, version = [], None, None
        while cursor is not None or version is None:
            query = {**COHORT, "since": since, "limit": limit} | ({"cursor": cursor} if cursor else {})
            page = await done(opened.get(PATH, params=query))
            assert version in {None, page["version"]}
            told += page["items"]
            cursor, version = page["next"], page["version"]
            if chance.random() < 0.5:
                unit = chance.choice(ALL)
                mirror[unit] = await report(opened, unit, chance.randrange(10**6) / 10**5)
        assert len({item["unit"] for item in told}) == len(told)
        still = {unit: number for unit, number in mirror.items() if since < number <= version}
        assert {item["unit"]: item["version"] for item in told} | still == {
            item["unit"]: item["version"] for item in told
        }
        known, later = await changes(opened, version)
        assert later == {unit: number for unit, number in mirror.items() if number > version}
        since = known


async def test_units_outside_a_clients_bounds_are_not_told(opened: AsyncClient, bearer: Bearer) -> None:
    east = bearer(Scope.READ, unit="H61.D1")
    since = await report(opened, SECOND, 1)
    assert await changes(opened, 0, headers=east, limit=1) == (since, {FIRST: 1, THIRD: 1})
    for unit in (FIRST, SECOND):
        await done(opened.delete(f"/v1/periods/{PERIOD}/participants/{unit}", params={"reason": "Giải thể"}), 204)
    assert await changes(opened, since, headers=east) == (since + 2, {FIRST: since + 1})
    assert await changes(opened, since, headers=bearer(Scope.READ, unit=SECOND)) == (since + 2, {SECOND: since + 2})
    assert await changes(opened, 0, headers=bearer(Scope.READ, unit="H61.D9")) == (since + 2, {})
    elsewhere = await opened.get(QUESTION, headers=bearer(Scope.READ, levels=["district"]))
    assert refused(elsewhere, 404) == "cohort_not_found"


async def test_only_readers_are_told(opened: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    assert refused(await client.get(QUESTION), 401) == "token_missing"
    assert refused(await client.get(QUESTION, headers=bearer(Scope.PUSH)), 403) == "insufficient_scope"


async def test_a_version_that_is_yet_to_come_is_a_conflict(opened: AsyncClient) -> None:
    for since in (2, 2**63 - 1):
        answer = await opened.get(f"{QUESTION}&since={since}", headers={"If-None-Match": "*"})
        assert refused(answer, 409) == "version_ahead"
        assert refusals(answer) == [("/query/since", "version_ahead")]
        assert answer.json()["current_version"] == 1


async def test_a_cursor_of_a_version_that_is_yet_to_come_is_a_conflict(opened: AsyncClient) -> None:
    cursor = (await done(opened.get(f"{QUESTION}&limit=1")))["next"]
    mark, until, *last = decode_cursor(cursor, str, int, int, str)
    ahead = await opened.get(f"{QUESTION}&limit=1&cursor={encode_cursor(mark, until + 1, *last)}")
    assert refused(ahead, 409) == "version_ahead"


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("level=commune", 422, "validation_failed"),
        (f"period={PERIOD}", 422, "validation_failed"),
        (f"period={PERIOD}&level=commune&since=-1", 422, "validation_failed"),
        (f"period={PERIOD}&level=commune&since=1.5", 422, "validation_failed"),
        (f"period={PERIOD}&level=commune&since={2**63}", 422, "validation_failed"),
        (f"period={PERIOD}&level=commune&limit=0", 422, "validation_failed"),
        (f"period={PERIOD}&level=commune&limit=1001", 422, "validation_failed"),
        (f"period={PERIOD}&level=commune&basis=self", 422, "unknown_parameter"),
        (f"period={PERIOD}&level=commune&since=0&since=1", 422, "repeated_parameter"),
        (f"period={PERIOD}&level=commune&cursor=none", 400, "invalid_cursor"),
        (f"period={PERIOD}&level=commune&cursor={encode_cursor('mark', 1, 1, 'H61.101')}", 400, "invalid_cursor"),
        (f"period={PERIOD}&level=district", 404, "cohort_not_found"),
        ("period=ky-1999&level=commune", 404, "cohort_not_found"),
    ],
)
async def test_what_cannot_be_asked_is_refused(opened: AsyncClient, query: str, status: int, code: str) -> None:
    assert refused(await opened.get(f"{PATH}?{query}"), status) == code


async def test_a_cursor_belongs_to_one_list(opened: AsyncClient) -> None:
    await report(opened, FIRST, 1)
    cursor = (await done(opened.get(f"{QUESTION}&limit=1")))["next"]
    assert refused(await opened.get(f"{QUESTION}&since=1&limit=1&cursor={cursor}"), 400) == "invalid_cursor"
