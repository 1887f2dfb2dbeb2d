"""Two who change one submission do not overwrite each other."""

import asyncio

import pytest
from httpx import AsyncClient, Response

from tests.periods.building import SUBMISSIONS, answers, done, lasting, points, refused, version

UNIT = f"{SUBMISSIONS}/H61.101"
VERDICT = {"verdict": "adjust", "points": 1, "reason": "Biên bản 12"}


async def write(admin: AsyncClient, verb: str, **headers: str) -> Response:
    """One of the ways to change the submission of H61.101."""
    if verb in {"PUT", "PATCH"}:
        return await admin.request(verb, UNIT, json=points(7), headers=headers)
    if verb == "review":
        return await admin.put(f"{UNIT}/reviews/1.2", json=VERDICT, headers=headers)
    return await admin.post(f"{UNIT}/{verb}", json={"reason": "Thiếu số liệu"}, headers=headers)


@pytest.mark.parametrize("verb", ["PUT", "PATCH", "review", "submit", "return"])
async def test_a_stale_if_match_changes_nothing_and_names_the_revision(opened: AsyncClient, verb: str) -> None:
    await done(opened.put(UNIT, json=points(1)))
    await done(opened.put(UNIT, json=points(2)))
    before = (await opened.get(UNIT)).json()
    for stale in ('"1"', '"3"', 'W/"2"', "2", '"1", "3"', "x"):
        answer = await write(opened, verb, **{"If-Match": stale})
        assert refused(answer, 412) == "stale_revision"
        assert (answer.json()["current_revision"], answer.headers["ETag"]) == (2, '"2"')
    assert (await opened.get(UNIT)).json() == before


@pytest.mark.parametrize("held", ['"1"', '"9", "1"', "*"])
async def test_a_current_if_match_lets_a_write_through(opened: AsyncClient, held: str) -> None:
    await done(opened.put(UNIT, json=points(1)))
    answer = await opened.put(UNIT, json=points(2), headers={"If-Match": held})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')


async def test_if_none_match_any_writes_only_what_is_not_there(opened: AsyncClient) -> None:
    first = await opened.put(UNIT, json=points(1), headers={"If-None-Match": "*"})
    assert (first.status_code, first.headers["ETag"]) == (200, '"1"')
    for verb in ("PUT", "PATCH", "submit"):
        answer = await write(opened, verb, **{"If-None-Match": "*"})
        assert refused(answer, 412) == "already_exists"
        assert answer.json()["current_revision"] == 1
    assert (await opened.get(UNIT)).json()["answers"][0]["inputs"] == {"points": 1}


@pytest.mark.parametrize("held", [{"If-Match": '"0"'}, {"If-None-Match": "*"}])
async def test_of_many_who_begin_a_submission_one_wins(opened: AsyncClient, held: dict[str, str]) -> None:
    sent = await asyncio.gather(*(opened.put(UNIT, json=points(n), headers=held) for n in range(1, 7)))
    assert sorted(answer.status_code for answer in sent) == [200, 412, 412, 412, 412, 412]
    [won] = [answer.json() for answer in sent if answer.status_code == 200]
    assert {answer.json()["current_revision"] for answer in sent if answer.status_code == 412} == {1}
    assert (await opened.get(UNIT)).json() == lasting(won)


async def test_of_two_with_the_same_etag_one_wins_whatever_they_do(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=points(1)))
    for revision, verbs in ((1, ("PUT", "review")), (2, ("PATCH", "review")), (3, ("PUT", "submit"))):
        body = points(revision + 3)
        tag = {"If-Match": f'"{revision}"'}
        first = opened.request(verbs[0], UNIT, json=body, headers=tag)
        second = write(opened, verbs[1], **tag)
        statuses = sorted(answer.status_code for answer in await asyncio.gather(first, second))
        if verbs[1] == "review" and statuses == [200, 200]:
            pytest.fail("both thought theirs was the last word")
        assert statuses == [200, 412]


async def test_writers_without_conditions_all_have_their_word(opened: AsyncClient) -> None:
    codes = [f"H61.10{number}" for number in (1, 2, 3, 4)]
    before = await version(opened)
    sent = [opened.put(f"{SUBMISSIONS}/{code}", json=points(n)) for n in (1, 2, 3, 4) for code in codes]
    assert {answer.status_code for answer in await asyncio.gather(*sent)} == {200}
    revisions = [(await done(opened.get(f"{SUBMISSIONS}/{code}")))["revision"] for code in codes]
    assert await version(opened) == before + sum(revisions)


async def test_a_read_submission_is_not_sent_twice(opened: AsyncClient) -> None:
    tag = (await opened.put(UNIT, json=points(1))).headers["ETag"]
    for held in (tag, f"W/{tag}", f'"0", {tag}', "*"):
        answer = await opened.get(UNIT, headers={"If-None-Match": held})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    assert (await opened.get(UNIT, headers={"If-None-Match": '"0"'})).status_code == 200


async def test_another_units_report_leaves_a_submission_what_its_etag_says(opened: AsyncClient) -> None:
    await done(opened.put(f"{SUBMISSIONS}/H61.102", json=answers(_1_3={"a": 10})))
    written = await done(opened.put(UNIT, json=answers(_1_3={"a": 20})))
    assert written["totals"]["self"]["points"] == 10
    held = await opened.get(UNIT)
    await done(opened.put(f"{SUBMISSIONS}/H61.103", json=answers(_1_3={"a": 30})))
    assert (await done(opened.get("/v1/scorecards/ky-2025/H61.101?basis=self")))["points"] == 5
    now = await opened.get(UNIT)
    assert (now.content, now.headers["ETag"]) == (held.content, held.headers["ETag"])
