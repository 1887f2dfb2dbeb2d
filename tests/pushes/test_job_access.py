"""Who may make a job, what it may do, and who sees it."""

from uuid import uuid4

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.periods.building import done, refusals, refused
from tests.pushes.jobs import ASYNC, ended, outcome, send
from tests.pushes.pushing import FIRST, PATH, SECOND, award, body, counts, errors, given


async def test_a_job_is_seen_by_its_client_and_by_administrators_without_bounds(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    owner, other = bearer(Scope.PUSH), bearer(Scope.PUSH, Scope.REVIEW, Scope.READ)
    path = await send(client, given(FIRST, 3), headers=owner)
    await ended(opened, path)
    assert (await client.get(path, headers=owner)).json() == (await opened.get(path)).json()
    nowhere = f"/v1/jobs/{uuid4()}"
    for headers in (other, bearer(Scope.ADMIN, unit="H61"), bearer(Scope.ADMIN, levels=["commune"])):
        hidden, missing = await client.get(path, headers=headers), await client.get(nowhere, headers=headers)
        assert refused(hidden, 404) == "job_not_found"
        assert hidden.text.replace(path.rpartition("/")[2], "X") == missing.text.replace(
            nowhere.rpartition("/")[2], "X"
        )
        assert (await done(client.get("/v1/jobs", headers=headers)))["items"] == []
    assert refused(await client.get(path), 401) == "token_missing"
    assert refused(await client.get(path, headers=bearer(Scope.READ, Scope.SUBMIT)), 403) == "insufficient_scope"
    assert refused(await client.get("/v1/jobs"), 401) == "token_missing"
    assert refusals(await opened.get("/v1/jobs/7")) == [("/path/id", "uuid_parsing")]


async def test_the_jobs_of_a_client_are_listed_the_newest_first(opened: AsyncClient) -> None:
    paths = [await send(opened, given(FIRST, number)) for number in (1, 2, 3)]
    for path in paths:
        await ended(opened, path)
    first = await opened.get("/v1/jobs?limit=2")
    second = await opened.get(f"/v1/jobs?limit=2&cursor={first.json()['next']}")
    assert 'rel="next"' in first.headers["link"]
    assert second.json()["next"] is None
    listed = [*first.json()["items"], *second.json()["items"]]
    assert [f"/v1/jobs/{job['id']}" for job in listed] == paths[::-1]
    for job in listed:
        whole = await done(opened.get(f"/v1/jobs/{job['id']}"))
        assert whole.pop("report")["status"] == "success"
        assert job == whole
    assert refused(await opened.get("/v1/jobs?cursor=x"), 400) == "invalid_cursor"


@pytest.mark.parametrize(("scope", "place"), [(Scope.PUSH, "/values/1/points"), (Scope.REVIEW, "/values/0/inputs")])
async def test_scopes_are_held_before_there_is_a_job(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer, scope: Scope, place: str
) -> None:
    both = body(given(FIRST, 3), award(SECOND, 3))
    headers = {**ASYNC, **bearer(scope)}
    waiting = await client.post(PATH, json=both, headers=bearer(scope))
    answer = await client.post(PATH, json=both, headers=headers)
    assert refused(answer, 403) == "insufficient_scope"
    assert answer.json() == waiting.json()
    assert refusals(answer) == [(place, "insufficient_scope")]
    assert (await done(client.get("/v1/jobs", headers=headers)))["items"] == []
    assert refused(await client.post(PATH, json=both, headers={**ASYNC, **bearer(Scope.READ)}), 403)


async def test_values_that_cannot_be_read_are_told_by_the_job_whatever_the_scopes(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    headers = bearer(Scope.PUSH)
    values = [{**award(FIRST, 3), "inputs": {}}, given(SECOND, 3)]
    problem = await outcome(opened, await send(client, *values, headers=headers))
    assert errors(problem) == [(0, "/values/0", "inputs_or_points")]
    assert problem == (await client.post(PATH, json=body(*values), headers=headers)).json()


async def test_a_job_keeps_to_the_bounds_that_its_client_had(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    values = [given(FIRST, 3), given(SECOND, 3), given(SECOND, 3, "2.2")]
    for bounds in ({"unit": SECOND, "indicators": ["1.2"]}, {"levels": ["district"]}):
        headers = bearer(Scope.PUSH, **bounds)
        job = await ended(opened, await send(client, *values, headers=headers, atomic=False))
        direct = await client.post(f"{PATH}?atomic=false&dry_run=true", json=body(*values), headers=headers)
        assert errors(job["report"]) == errors(direct.json())
        assert job["report"]["counts"]["rejected"] == (2 if "unit" in bounds else 3)
    assert counts(job["report"]) == {"rejected": 3}


async def test_a_poller_is_answered_304_until_the_job_has_moved(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    path = await send(opened, given(FIRST, 3))
    await ended(opened, path)
    answer = await opened.get(path)
    again = await opened.get(path, headers={"If-None-Match": answer.headers["etag"]})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert (await opened.get(path, headers={"If-None-Match": '"queued-0-0"'})).status_code == 200
    stranger = {**bearer(Scope.PUSH), "If-None-Match": answer.headers["etag"]}
    assert refused(await client.get(path, headers=stranger), 404) == "job_not_found"
