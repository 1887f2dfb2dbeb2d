"""Opening freezes the roster as units stood on `starts_on`; what cannot be assessed is not opened."""

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import text

from app.kernel.database import transaction
from tests.frameworks.documents import framework
from tests.periods.building import (
    DOCUMENT,
    done,
    found,
    open_period,
    period,
    points,
    publish,
    refusals,
    refused,
    unit,
)

PATH = "/v1/periods/ky-2025"
RANKING = "/v1/rankings?period=ky-2025&level=commune"


async def roster(admin: AsyncClient, code: str = "ky-2025") -> list[str]:
    body = await done(admin.get(f"/v1/periods/{code}/participants"))
    return [item["unit"]["code"] for item in body["items"]]


async def refuse_to_open(admin: AsyncClient, status: int, code: str, at: str) -> None:
    """Fail unless the drafted period is not opened for that reason, and stays a draft without a roster."""
    answer = await admin.post(f"{PATH}/open")
    assert refused(answer, status) == code
    assert [pointer for pointer, _ in refusals(answer) if pointer.startswith(at)]
    assert (await admin.get(PATH)).json()["status"] == "draft"
    assert refused(await admin.get(f"{PATH}/participants"), 409) == "period_not_open"
    assert refused(await admin.get(RANKING), 404) == "cohort_not_found"


async def test_an_opened_period_says_so(drafted: AsyncClient) -> None:
    answer = await drafted.post(f"{PATH}/open", headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert (answer.json()["status"], answer.json()["revision"]) == ("open", 2)
    assert (await drafted.get(PATH)).json() == answer.json()
    assert await roster(drafted) == ["H61.101", "H61.102", "H61.103", "H61.104"]


async def test_a_framework_that_is_not_published_opens_nothing(ready: AsyncClient) -> None:
    await done(ready.post("/v1/frameworks", json=DOCUMENT | {"version": 2}), 201)
    levels = [{"level": "commune", "framework": "trial-commune/2"}]
    await done(ready.post("/v1/periods", json=period(levels=levels)), 201)
    await refuse_to_open(ready, 409, "framework_not_published", "/levels/0/framework")
    await done(ready.post("/v1/frameworks/trial-commune/2/publish"))
    await done(ready.post(f"{PATH}/open"))


async def test_a_framework_that_retired_meanwhile_opens_nothing(drafted: AsyncClient) -> None:
    await done(drafted.post("/v1/frameworks/trial-commune/1/retire"))
    await refuse_to_open(drafted, 409, "framework_not_published", "/levels/0/framework")


async def test_a_framework_that_became_one_for_another_level_meanwhile_opens_nothing(ready: AsyncClient) -> None:
    changing = DOCUMENT | {"version": 2}
    await done(ready.post("/v1/frameworks", json=changing), 201)
    levels = [{"level": "commune", "framework": "trial-commune/2"}]
    await done(ready.post("/v1/periods", json=period(levels=levels)), 201)
    await done(ready.put("/v1/frameworks/trial-commune/2", json=changing | {"level": "district"}))
    await done(ready.post("/v1/frameworks/trial-commune/2/publish"))
    await refuse_to_open(ready, 409, "framework_level_differs", "/levels/0/framework")


@pytest.mark.parametrize("stranger", ["H20", "H61.D1", "H61.new"])
async def test_a_roster_names_only_who_could_take_part(ready: AsyncClient, stranger: str) -> None:
    await found(ready, [unit("H20", parent=None), unit("H61.NEW", valid_from="2025-01-02")])
    entries = [{"unit": "H61.101"}, {"unit": stranger.upper()}]
    await done(ready.post("/v1/periods", json=period(roster=entries)), 201)
    await refuse_to_open(ready, 422, "invalid_period", "/roster")


async def test_the_entry_of_somebody_who_cannot_take_part_is_named(ready: AsyncClient) -> None:
    await found(ready, [unit("H99", parent=None)])
    await done(ready.post("/v1/periods", json=period(roster=[{"unit": "H61.101"}, {"unit": "H99"}])), 201)
    answer = await ready.post(f"{PATH}/open")
    assert refusals(answer) == [("/roster/1/unit", "unit_not_eligible")]


async def test_the_district_level_is_assessed_until_its_end(ready: AsyncClient) -> None:
    await publish(ready, framework(code="trial-district", level="district"))
    levels = [{"level": "district", "framework": "trial-district/1"}]
    await done(ready.post("/v1/periods", json=period(starts_on="2025-06-30", levels=levels)), 201)
    await done(ready.post(f"{PATH}/open"))
    assert await roster(ready) == ["H61.D1", "H61.D2"]


async def end_departments(admin: AsyncClient) -> None:
    """End the level of departments, of which there is none yet, before the period begins."""
    await done(admin.put("/v1/levels/department", json={"title": "Sở", "ordinal": 2, "valid_to": "2024-12-31"}))


async def test_a_level_that_was_ended_meanwhile_opens_nothing(ready: AsyncClient) -> None:
    await publish(ready, framework(code="trial-department", level="department"))
    levels = [{"level": "department", "framework": "trial-department/1"}]
    await done(ready.post("/v1/periods", json=period(levels=levels)), 201)
    await end_departments(ready)
    await refuse_to_open(ready, 422, "level_not_valid", "/levels/0/level")


async def test_everything_that_keeps_a_period_from_opening_is_told_at_once(ready: AsyncClient) -> None:
    await publish(ready, framework(code="trial-department", level="department"))
    levels = [*period()["levels"], {"level": "department", "framework": "trial-department/1"}]
    await done(ready.post("/v1/periods", json=period(levels=levels)), 201)
    await end_departments(ready)
    await done(ready.post("/v1/frameworks/trial-commune/1/retire"))
    answer = await ready.post(f"{PATH}/open")
    assert refused(answer, 409) == "framework_not_published"
    assert sorted(refusals(answer)) == [
        ("/levels/0/level", "level_not_valid"),
        ("/levels/1/framework", "framework_not_published"),
    ]


async def test_a_unit_with_two_versions_on_the_first_day_opens_nothing(drafted: AsyncClient, app: FastAPI) -> None:
    overlapping = """
        INSERT INTO unit_versions (unit_id, valid_from, name, sort_key, search_text, level_id, parent_id, traits)
        SELECT unit_id, '2024-06-01', name, sort_key, search_text, level_id, parent_id, traits
          FROM unit_versions WHERE unit_id = (SELECT id FROM units WHERE code = 'H61.101')
    """
    async with transaction(app.state.database) as session:
        await session.execute(text(overlapping))
    await refuse_to_open(drafted, 422, "overlapping_validity", "/starts_on")


async def test_who_takes_part_is_who_was_there_on_the_first_day(ready: AsyncClient) -> None:
    await found(
        ready,
        [
            unit("H61.A", valid_from="2025-01-01"),
            unit("H61.B", valid_from="2025-01-02"),
            unit("H61.C", valid_to="2025-01-01"),
            unit("H61.E", valid_to="2025-01-02"),
            unit("H20", "province", None),
            unit("H20.1", parent="H20"),
        ],
    )
    await open_period(ready)
    assert sorted(await roster(ready)) == ["H61.101", "H61.102", "H61.103", "H61.104", "H61.A", "H61.E"]


async def test_the_authority_takes_part_at_its_own_level(ready: AsyncClient) -> None:
    await publish(ready, framework(code="trial-province", level="province"))
    levels = [*period()["levels"], {"level": "province", "framework": "trial-province/1"}]
    await open_period(ready, levels=levels)
    body = await done(ready.get(f"{PATH}/participants?level=province"))
    assert [item["unit"] for item in body["items"]] == [{"code": "H61", "name": "Đơn vị H61", "parent": None}]
    assert len(await roster(ready)) == 5


async def test_groups_the_unranked_and_the_excluded_are_as_the_roster_says(ready: AsyncClient) -> None:
    entries = [
        {"unit": "H61.101", "group": "a"},
        {"unit": "H61.102", "group": "a", "ranked": False},
        {"unit": "H61.103", "excluded": True},
    ]
    await open_period(ready, roster=entries)
    body = await done(ready.get(f"{PATH}/participants"))
    assert [(p["unit"]["code"], p["group"], p["ranked"]) for p in body["items"]] == [
        ("H61.101", "a", True),
        ("H61.102", "a", False),
        ("H61.104", None, True),
    ]
    gone = await ready.put("/v1/submissions/ky-2025/H61.103", json=points(1))
    assert refused(gone, 404) == "participant_not_found"
    group = (await done(ready.get(f"{RANKING}&group=a")))["items"]
    assert [(item["unit"]["code"], item["rank"]) for item in group] == [("H61.101", 1), ("H61.102", None)]


async def test_what_happens_to_units_later_changes_nothing_in_a_period(opened: AsyncClient) -> None:
    for number, code in enumerate(("H61.101", "H61.102", "H61.103")):
        await done(opened.put(f"/v1/submissions/ky-2025/{code}", json=points(number)))
    paths = (RANKING, f"{RANKING}&within=H61.D1", f"{PATH}/participants", "/v1/scorecards/ky-2025/H61.101")
    before = [(await opened.get(path)).content for path in paths]
    # Renamed, moved to the other district, given a trait that exempts; moved out of the province; ended.
    changed = unit("H61.101", parent="H61.D2", name="Phường Mới", traits=["no-online"])
    await done(opened.put("/v1/units/H61.101", json=changed))
    await done(opened.put("/v1/units/H61.102", json=unit("H61.102", parent=None)))
    await done(opened.put("/v1/units/H61.103", json=unit("H61.103", parent="H61.D1", valid_to="2025-07-01")))
    await found(opened, [unit("H61.109", parent="H61.D1")])
    assert [(await opened.get(path)).content for path in paths] == before
    await done(opened.put("/v1/submissions/ky-2025/H61.104", json=points(9)))
    after = (await done(opened.get(f"{RANKING}&within=H61.D1")))["items"]
    assert [item["unit"]["name"] for item in after] == ["Đơn vị H61.103", "Đơn vị H61.101"]


async def test_a_second_period_sees_the_units_as_they_are_then(opened: AsyncClient) -> None:
    await done(opened.put("/v1/units/H61.102", json=unit("H61.102", name="Phường Hai", parent="H61.D2")))
    await open_period(opened, code="ky-2026", starts_on="2026-01-01", ends_on="2026-12-31")
    body = await done(opened.get("/v1/periods/ky-2026/participants"))
    assert "Phường Hai" in [item["unit"]["name"] for item in body["items"]]
    assert await roster(opened) == ["H61.101", "H61.102", "H61.103", "H61.104"]
