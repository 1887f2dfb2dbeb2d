"""Who may rehearse what, on what."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.frameworks.documents import framework, leaf
from tests.periods.building import PERIOD, done, period, refusals, refused, unit
from tests.rehearsals.trying import DRAFT, OWN, draft, first_pillar, rehearsed, report, second_pillar

PATH = f"/v1/frameworks/{OWN}/rehearsals"
BODY = {"period": PERIOD}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({}, "/period"), ({"period": 7}, "/period"), (BODY | {"basis": "both"}, "/basis"), (BODY | {"x": 1}, "/x")],
)
async def test_a_body_that_asks_something_else_is_refused(opened: AsyncClient, body: Any, pointer: str) -> None:
    answer = await opened.post(PATH, json=body)
    assert refused(answer, 422) == "validation_failed"
    assert [at for at, _ in refusals(answer)] == [pointer]


async def test_what_is_not_there_is_not_found(opened: AsyncClient) -> None:
    assert refused(await opened.post("/v1/frameworks/nowhere/1/rehearsals", json=BODY), 404) == "framework_not_found"
    assert refused(await opened.post(PATH, json={"period": "ky-1999"}), 404) == "period_not_found"


async def test_a_period_that_has_not_been_opened_has_no_answers(opened: AsyncClient) -> None:
    await done(opened.post("/v1/periods", json=period(code="ky-2026")), 201)
    assert refused(await opened.post(PATH, json={"period": "ky-2026"}), 409) == "period_not_open"


async def test_a_framework_of_another_level_finds_no_cohort(opened: AsyncClient) -> None:
    document = framework(code="trial-province", level="province", max_points=10, indicators=[leaf("1", 10)])
    await done(opened.post("/v1/frameworks", json=document), 201)
    answer = await opened.post("/v1/frameworks/trial-province/1/rehearsals", json=BODY)
    assert refused(answer, 404) == "cohort_not_found"


async def test_only_who_may_read_drafts_rehearses(opened: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    await done(opened.post("/v1/frameworks", json=draft(first_pillar(), second_pillar())), 201)
    path = f"/v1/frameworks/{DRAFT}/rehearsals"
    assert refused(await client.post(path, json=BODY), 401) == "token_missing"
    assert refused(await client.post(path, json=BODY, headers=bearer(Scope.SUBMIT)), 403) == "insufficient_scope"
    assert (await client.post(path, json=BODY, headers=bearer(Scope.READ))).status_code == 200


async def test_bounds_hold_and_ranks_stay_those_of_all(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    await report(opened)
    whole = await rehearsed(opened, OWN)
    elsewhere = bearer(Scope.READ, levels=["district"])
    assert refused(await client.post(PATH, json=BODY, headers=elsewhere), 404) == "cohort_not_found"
    own = (await client.post(PATH, json=BODY, headers=bearer(Scope.READ, unit="H61.D1"))).json()
    assert own["units"] == [each for each in whole["units"] if each["unit"]["parent"] == "H61.D1"]
    assert len(own["units"]) == 2
    assert own["without_data"] == whole["without_data"]


async def test_a_unit_founded_later_is_not_on_the_roster(opened: AsyncClient) -> None:
    await done(opened.post("/v1/units", json=unit("H61.900")), 201)
    assert "H61.900" not in {each["unit"]["code"] for each in (await rehearsed(opened, OWN))["units"]}
