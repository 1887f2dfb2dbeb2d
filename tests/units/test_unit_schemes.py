"""Units named by identifiers instead of codes, wherever a call takes a unit."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.access import Scope
from tests.conftest import Bearer
from tests.periods.building import PERIOD, SUBMISSIONS, done, period, publish, unit
from tests.units.bodies import refusals

# 29551 passes on in the middle of the period: from a commune of it to one that came after.
IDENTIFIERS = {
    "H61": "86",
    "H61.D1": "855",
    "H61.D2": "857",
    "H61.101": "29551",
    "H61.102": "29602",
    "H61.200": "29551",
}
LISTS = (
    f"/v1/submissions?period={PERIOD}",
    *(f"/v1/{name}?period={PERIOD}&level=commune" for name in ("rankings", "aggregates")),
)


def identified(code: str, *place: Any, **fields: Any) -> dict[str, Any]:
    return unit(code, *place, identifiers=[{"scheme": "mdvhc", "value": IDENTIFIERS[code]}], **fields)


@pytest.fixture
async def ready(admin: AsyncClient) -> AsyncClient:
    """Units that bear identifiers, and an index set for their communes."""
    await publish(admin)
    for body in (
        identified("H61", "province", None),
        identified("H61.D1", "district"),
        identified("H61.D2", "district"),
        identified("H61.101", parent="H61.D1", valid_to="2025-07-01"),
        identified("H61.102", parent="H61.D2"),
        identified("H61.200", valid_from="2025-07-01"),
    ):
        await done(admin.post("/v1/units", json=body), 201)
    return admin


@pytest.fixture
async def running(ready: AsyncClient) -> AsyncClient:
    """An admin where the period is open."""
    await done(ready.post("/v1/periods", json=period()), 201)
    await done(ready.post(f"/v1/periods/{PERIOD}/open"))
    return ready


async def test_a_period_is_drafted_in_identifiers_and_shown_in_codes(ready: AsyncClient) -> None:
    roster = [{"unit": "29551", "ranked": False}, {"unit": "29602"}]
    body = period(authority="86", roster=roster)
    made = await done(ready.post("/v1/periods?unit_scheme=mdvhc", json=body), 201)
    assert made["authority"] == "H61"
    assert [entry["unit"] for entry in made["roster"]] == ["H61.101", "H61.102"]
    put = await done(ready.put(f"/v1/periods/{PERIOD}?unit_scheme=mdvhc", json=body))
    assert put == made | {"revision": 2}
    later = period(authority="86", roster=roster, starts_on="2025-07-01")
    moved = await done(ready.put(f"/v1/periods/{PERIOD}?unit_scheme=mdvhc", json=later))
    assert [entry["unit"] for entry in moved["roster"]] == ["H61.102", "H61.200"]


async def test_every_unit_of_a_period_that_no_identifier_names_is_pointed_at(ready: AsyncClient) -> None:
    body = period(authority="H61", roster=[{"unit": "29602"}, {"unit": "29999"}])
    answer = await ready.post("/v1/periods?unit_scheme=mdvhc", json=body)
    assert answer.status_code == 422
    assert refusals(answer) == [("/authority", "unknown_unit"), ("/roster/1/unit", "unknown_unit")]
    assert "'29999' in scheme 'mdvhc'" in answer.json()["errors"][1]["detail"]
    assert (await ready.get(f"/v1/periods/{PERIOD}")).status_code == 404


@pytest.mark.parametrize("path", LISTS)
async def test_a_list_within_a_unit_is_the_same_by_code_and_by_identifier(running: AsyncClient, path: str) -> None:
    for code, identifier in (("H61", "86"), ("H61.D2", "857"), ("H61.101", "29551")):
        by_code = await running.get(f"{path}&within={code}")
        by_scheme = await running.get(f"{path}&within={identifier}&unit_scheme=mdvhc")
        assert by_code.status_code == 200, by_code.text
        assert by_scheme.json() == by_code.json()
        assert by_scheme.headers.get("ETag") == by_code.headers.get("ETag")
    every = await running.get(f"{path}&unit_scheme=mdvhc")
    assert every.json() == (await running.get(path)).json()


@pytest.mark.parametrize("path", LISTS)
@pytest.mark.parametrize("question", ["within=86&unit_scheme=qcvn-102", "within=99&unit_scheme=mdvhc"])
async def test_a_list_within_nobody_is_refused_in_the_callers_words(
    running: AsyncClient, path: str, question: str
) -> None:
    for headers in ({}, {"If-None-Match": (await running.get(path)).headers.get("ETag", '"1"')}):
        answer = await running.get(f"{path}&{question}", headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (404, "unit_not_found")
        value, scheme = question.removeprefix("within=").split("&unit_scheme=")
        assert f"'{value}' in scheme '{scheme}'" in answer.json()["detail"]


@pytest.mark.parametrize("path", LISTS)
async def test_without_a_scheme_only_a_code_is_a_name(running: AsyncClient, path: str) -> None:
    answer = await running.get(f"{path}&within=x-86")
    assert answer.status_code == 422
    assert refusals(answer)[0][0] == "/query/within"
    assert (await running.get(f"{path}&within=x-86&unit_scheme=own")).status_code == 404


async def test_each_page_of_a_ranking_within_an_identifier_leads_to_the_next(running: AsyncClient) -> None:
    path = f"{LISTS[1]}&within=86&unit_scheme=mdvhc&limit=1"
    first = await done(running.get(path))
    second = await done(running.get(f"{path}&cursor={first['next']}"))
    codes = [page["items"][0]["unit"]["code"] for page in (first, second)]
    assert (sorted(codes), second["next"]) == (["H61.101", "H61.102"], None)


async def test_in_a_period_an_identifier_names_the_unit_that_bore_it_when_the_period_began(
    running: AsyncClient,
) -> None:
    assert (await done(running.get("/v1/units/29551?unit_scheme=mdvhc")))["code"] == "H61.200"
    for path in (f"{SUBMISSIONS}/29551", f"/v1/scorecards/{PERIOD}/29551"):
        assert (await done(running.get(f"{path}?unit_scheme=mdvhc")))["unit"]["code"] == "H61.101"
    receipt = await done(running.get(f"/v1/scorecards/{PERIOD}/29551/1.1/receipt?unit_scheme=mdvhc"))
    assert receipt["unit"] == "H61.101"


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", f"{SUBMISSIONS}/99999", None),
        ("PUT", f"{SUBMISSIONS}/99999", {"answers": []}),
        ("PATCH", f"{SUBMISSIONS}/99999", {"answers": []}),
        ("POST", f"{SUBMISSIONS}/99999/submit", None),
        ("POST", f"{SUBMISSIONS}/99999/return", {"reason": "x"}),
        ("PUT", f"{SUBMISSIONS}/99999/reviews/1.1", {"verdict": "agree", "reason": "x"}),
        ("GET", f"/v1/scorecards/{PERIOD}/99999", None),
        ("GET", f"/v1/scorecards/{PERIOD}/99999/1.1/receipt", None),
    ],
)
async def test_whom_no_identifier_names_takes_no_part(
    running: AsyncClient, method: str, path: str, body: dict[str, Any] | None
) -> None:
    answer = await running.request(method, f"{path}?unit_scheme=mdvhc", json=body)
    assert (answer.status_code, answer.json()["code"]) == (404, "participant_not_found")
    assert "'99999' in scheme 'mdvhc'" in answer.json()["detail"]


@pytest.mark.parametrize("path", LISTS)
async def test_a_bounded_client_learns_of_no_unit_beside_it(
    running: AsyncClient, client: AsyncClient, bearer: Bearer, path: str
) -> None:
    headers = bearer(Scope.READ, unit="H61.D1")
    beside = await client.get(f"{path}&within=857&unit_scheme=mdvhc", headers=headers)
    assert (beside.status_code, beside.json()["code"]) == (404, "unit_not_found")
    assert "H61.D2" not in beside.text
    for name in ("86", "855", "29551"):  # above it, itself, below it
        answer = await client.get(f"{path}&within={name}&unit_scheme=mdvhc", headers=headers)
        assert answer.status_code == 200, answer.text
