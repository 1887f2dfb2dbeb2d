"""A push as a job has the effect and the report that the same push has while one waits."""

import asyncio
from typing import Any

import pytest
from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, Json, done, period, points, refusals, refused, version
from tests.pushes.jobs import ASYNC, accepted, ended, outcome, send
from tests.pushes.pushing import FIRST, PATH, SECOND, body, counts, given, push, value

GOOD = [given(FIRST, 3, sequence=4), value(SECOND, "1.3", {"a": 5})]
MIXED = [*GOOD, given("H61.999", 3), given(FIRST, 99, "2.2")]


async def _answer(http: AsyncClient, values: list[Any], query: Json) -> Json:
    told: Json = (await http.post(PATH, json=body(*values), params=query)).json()
    return told


@pytest.mark.parametrize(
    ("values", "query", "status"),
    [
        (GOOD, {}, "succeeded"),
        (GOOD, {"dry_run": True}, "succeeded"),
        (MIXED, {"atomic": False}, "succeeded"),
        (MIXED, {"atomic": False, "dry_run": True}, "succeeded"),
        (MIXED, {}, "failed"),
        ([], {}, "succeeded"),
    ],
)
async def test_a_job_reports_what_the_push_would_have_answered(
    opened: AsyncClient, values: list[Any], query: Json, status: str
) -> None:
    trial = await _answer(opened, values, {**query, "dry_run": True})
    before = await version(opened)
    job = await ended(opened, await send(opened, *values, **query))
    assert job["status"] == status
    told = await outcome(opened, f"/v1/jobs/{job['id']}")
    assert {**told, "dry_run": True} == trial
    assert told["dry_run"] is query.get("dry_run", False)
    writes = status == "succeeded" and values and not query.get("dry_run")
    assert await version(opened) == before + bool(writes)


async def test_a_job_reports_in_the_very_words_of_the_push(opened: AsyncClient) -> None:
    """Also its numbers are written alike: the texts are compared."""
    answer = await opened.post(f"{PATH}?dry_run=true", json=body(*GOOD))
    path = await send(opened, *GOOD, dry_run=True)
    await ended(opened, path)
    assert f'"report":{answer.text}}}' in (await opened.get(path)).text
    refused_push = await opened.post(PATH, json=body(*MIXED))
    path = await send(opened, *MIXED)
    await ended(opened, path)
    assert f'"problem":{refused_push.text}}}' in (await opened.get(path)).text


async def test_a_job_is_scored_as_a_push_is(opened: AsyncClient) -> None:
    assert counts(await outcome(opened, await send(opened, *GOOD))) == {"created": 2}
    assert (await done(opened.get(f"/v1/scorecards/ky-2025/{FIRST}?basis=self")))["points"] == 3
    assert counts(await push(opened, *GOOD)) == {"unchanged": 2}
    [answer] = (await done(opened.get(f"{SUBMISSIONS}/{FIRST}")))["answers"]
    assert (answer["source"], answer["sequence"], answer["reported_by"]) == ("mot-cua", 4, "test-admin")


async def test_a_job_names_units_by_the_scheme_that_it_was_sent_with(opened: AsyncClient) -> None:
    known = await done(opened.get(f"/v1/units/{FIRST}"))
    names = {name: known[name] for name in ("code", "name", "level", "parent", "traits", "valid_from", "valid_to")}
    identifiers = [{"scheme": "mdvhc", "value": "29542"}]
    await done(opened.put(f"/v1/units/{FIRST}", json={**names, "identifiers": identifiers}))
    report = await outcome(opened, await send(opened, given("29542", 3), unit_scheme="mdvhc"))
    assert counts(report) == {"created": 1}


async def test_what_became_of_the_period_meanwhile_is_told_by_the_job(opened: AsyncClient) -> None:
    await done(opened.put(f"{SUBMISSIONS}/{FIRST}", json=points(3)))
    await done(opened.post("/v1/periods/ky-2025/close"))
    job = await ended(opened, await send(opened, given(FIRST, 4)))
    assert (job["status"], job["problem"]["status"], job["problem"]["code"]) == ("failed", 409, "period_not_open")


async def test_what_can_be_told_at_once_is_refused_at_once(opened: AsyncClient) -> None:
    await done(opened.post("/v1/periods", json=period(code="ky-sau")), 201)
    for wrong, status, code in [
        (body(period="nowhere"), 404, "period_not_found"),
        (body(period="ky-sau"), 409, "period_not_open"),
        ({"values": []}, 422, "validation_failed"),
        ({**body(), "more": 1}, 422, "validation_failed"),
        (body(*([1] * 250_001)), 422, "validation_failed"),
    ]:
        assert refused(await opened.post(PATH, json=wrong, headers=ASYNC), status) == code
    headers = {**ASYNC, "Content-Type": "application/json"}
    assert refused(await opened.post(PATH, content=b"{", headers=headers), 400) == "unreadable_body"
    assert refused(await opened.post(PATH, content=b"{}", headers={**ASYNC, "Content-Type": "a/b"}), 415)
    assert refusals(await opened.post(f"{PATH}?atomic=maybe", json=body(), headers=ASYNC)) == [
        ("/query/atomic", "bool_parsing")
    ]
    assert (await done(opened.get("/v1/jobs")))["items"] == []


async def test_the_preference_may_stand_on_a_line_of_its_own_and_others_are_passed_over(opened: AsyncClient) -> None:
    await accepted(await opened.post(PATH, json=body(), headers=[("Prefer", "wait=5"), ("Prefer", "Respond-Async")]))
    answer = await opened.post(PATH, json=body(), headers={"Prefer": "wait=5"})
    assert answer.status_code == 200
    assert "preference-applied" not in answer.headers


async def test_the_same_key_is_the_same_job(opened: AsyncClient) -> None:
    key = {**ASYNC, "Idempotency-Key": "giao-1"}
    first = await opened.post(PATH, json=body(*GOOD), headers=key)
    path = await accepted(first)
    report = await outcome(opened, path)
    again = await opened.post(PATH, json=body(*GOOD), headers=key)
    assert (again.status_code, again.text, again.headers["location"]) == (202, first.text, path)
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["preference-applied"] == "respond-async"
    assert [job["id"] for job in (await done(opened.get("/v1/jobs")))["items"]] == [path.rpartition("/")[2]]
    assert report["versions"] == {"commune": await version(opened)}


async def test_jobs_of_one_key_at_once_are_one_job(opened: AsyncClient) -> None:
    key = {**ASYNC, "Idempotency-Key": "giao-2"}
    answers = await asyncio.gather(*(opened.post(PATH, json=body(*GOOD), headers=key) for _ in range(6)))
    assert {answer.status_code for answer in answers} <= {202, 409}
    assert len({answer.headers["location"] for answer in answers if answer.status_code == 202}) == 1
    assert len((await done(opened.get("/v1/jobs")))["items"]) == 1
