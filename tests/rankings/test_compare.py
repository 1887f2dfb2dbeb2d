"""`compare`: where each unit stood in an earlier period, itself or its predecessors."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from app.settings import Settings
from tests.conftest import Bearer
from tests.frameworks.documents import framework, leaf, node
from tests.periods.building import done, open_period, period, points, publish, refused
from tests.periods.staging import calling, served
from tests.units.documents import change, reorganise, successor

OLD = "/v1/rankings?period=ky-2025&level=commune"
NEW = "/v1/rankings?period=ky-2026&level=commune"
COMPARED = f"{NEW}&compare=ky-2025"
DAY = "2025-07-01"
MERGED = successor("H61.102", "Xã Mới", parent="H61.D2")
MERGE = change("merge", ["H61.102", "H61.104"], MERGED)
SMALL = framework(code="small", max_points=20, decimals=1, indicators=[node("1", 20, leaf("1.2", 10), leaf("1.3", 10))])


async def report(admin: AsyncClient, period: str, given: dict[str, Any]) -> None:
    """Points of leaf 1.2, by number of the commune."""
    for number, value in given.items():
        await done(admin.put(f"/v1/submissions/{period}/H61.{number}", json=points(value)))


async def following(admin: AsyncClient, *changes: Any, day: str = DAY, **fields: Any) -> None:
    """Points of 2025, a reorganisation, and the period of 2026."""
    await report(admin, "ky-2025", {"101": 1, "102": 8, "103": 6, "104": 5.01})
    if changes:
        await reorganise(admin, *changes, day=day)
    await open_period(admin, code="ky-2026", **{"starts_on": "2026-01-01", "ends_on": "2026-12-31"} | fields)


async def previous(http: AsyncClient, path: str = COMPARED) -> dict[str, Any]:
    """What is told of each unit, by number of the commune, but for the period."""
    body = await done(http.get(path))
    found = {item["unit"]["code"].removeprefix("H61."): item["previous"] for item in body["items"]}
    assert {one.pop("period") for one in found.values() if one} <= {"ky-2025"}
    return found


def same(rank: int | None, value: float, share: float, code: str) -> dict[str, Any]:
    return {"kind": "same", "rank": rank, "points": value, "share": share, "predecessors": [f"H61.{code}"]}


def mean(value: float | None, share: float, *codes: str) -> dict[str, Any]:
    predecessors = [f"H61.{code}" for code in codes]
    kind = "mean_of_predecessors"
    return {"kind": kind, "rank": None, "points": value, "share": share, "predecessors": predecessors}


async def test_without_a_reorganisation_every_unit_is_compared_with_itself(opened: AsyncClient) -> None:
    await following(opened)
    await report(opened, "ky-2026", {"101": 9})
    assert await previous(opened) == {
        "101": same(4, 1, 0.02, "101"),
        "102": same(1, 8, 0.16, "102"),
        "103": same(2, 6, 0.12, "103"),
        "104": same(3, 5.01, 0.1002, "104"),
    }
    answer = await opened.get(COMPARED)
    body = answer.json()
    assert body["compare"] == {"period": "ky-2025", "version": 5, "max_points": 50}
    assert answer.headers["ETag"] == f'"{body["version"]}.5.0"'
    plain = await done(opened.get(NEW))
    assert all(item["previous"] is None for item in plain["items"])
    assert plain | {"items": [], "compare": None} == body | {"items": [], "compare": None}


async def test_a_merged_unit_is_compared_with_the_mean_of_its_predecessors(opened: AsyncClient) -> None:
    await following(opened, MERGE)
    assert await previous(opened) == {
        "101": same(4, 1, 0.02, "101"),
        "102": mean(6.51, 0.1301, "102", "104"),
        "103": same(2, 6, 0.12, "103"),
    }


async def test_lineage_is_followed_through_several_reorganisations(opened: AsyncClient) -> None:
    await reorganise(opened, MERGE, day=DAY)
    again = change("merge", ["H61.101", "H61.102"], successor("H61.200", parent="H61.D1"))
    await reorganise(opened, again, day="2025-10-01")
    renamed = change("rename", ["H61.200"], successor("H61.201", parent="H61.D1"))
    await following(opened, renamed, day="2026-01-01")
    assert await previous(opened) == {
        "103": same(2, 6, 0.12, "103"),
        "201": mean(4.67, 0.0934, "101", "102", "104"),
    }


async def test_reorganisations_outside_the_two_first_days_do_not_count(opened: AsyncClient) -> None:
    later = change("merge", ["H61.101", "H61.103"], successor("H61.300", parent="H61.D1"))
    await reorganise(opened, later, day="2026-01-02")
    earlier = change("rename", ["H61.104"], successor("H61.104", "Xã Tên Mới", parent="H61.D2"))
    await following(opened, earlier, day="2025-01-01")
    assert (await previous(opened))["104"] == same(3, 5.01, 0.1002, "104")
    assert set(await previous(opened)) == {"101", "102", "103", "104"}


@pytest.mark.parametrize(
    ("change_", "expected"),
    [
        (
            change("rename", ["H61.102"], successor("H61.102", "Xã Tên Mới", parent="H61.D2")),
            {"102": same(1, 8, 0.16, "102")},
        ),
        (
            change("rename", ["H61.102"], successor("H61.202", parent="H61.D2")),
            {"202": same(1, 8, 0.16, "102")},
        ),
        (
            change("move", ["H61.102"], successor("H61.202", parent="H61.D1")),
            {"202": same(1, 8, 0.16, "102")},
        ),
        (
            change(
                "split",
                ["H61.102"],
                successor("H61.102", parent="H61.D2", share=0.9),
                successor("H61.202", parent="H61.D2", share=0.1),
            ),
            {"102": same(1, 8, 0.16, "102"), "202": mean(8, 0.16, "102")},
        ),
        (
            change("abolish", ["H61.104"], successor("H61.102", "Đơn vị H61.102", parent="H61.D2")),
            {"102": mean(6.51, 0.1301, "102", "104")},
        ),
        (
            change("abolish", ["H61.104"], successor("H61.202", parent="H61.D2")),
            {"202": mean(5.01, 0.1002, "104")},
        ),
    ],
)
async def test_each_kind_says_whom_a_unit_is_compared_with(
    opened: AsyncClient, change_: dict[str, Any], expected: dict[str, Any]
) -> None:
    await following(opened, change_)
    found = await previous(opened)
    assert {code: found[code] for code in expected} == expected


async def test_communes_whose_district_was_abolished_are_compared_with_themselves(opened: AsyncClient) -> None:
    takers = {"H61.D1": ("H61.101", "H61.103"), "H61.D2": ("H61.102", "H61.104")}
    await following(
        opened,
        *(
            change("abolish", [district], *(successor(code, f"Đơn vị {code}") for code in codes))
            for district, codes in takers.items()
        ),
    )
    assert {one["kind"] for one in (await previous(opened)).values()} == {"same"}
    assert {item["unit"]["parent"] for item in (await done(opened.get(NEW)))["items"]} == {"H61"}


async def test_who_came_from_another_level_has_no_previous(opened: AsyncClient) -> None:
    await following(
        opened,
        change("move", ["H61.D2"], successor("H61.D2", "Phường Thành Phố")),
        *(change("move", [code], successor(code)) for code in ("H61.102", "H61.104")),
    )
    found = await previous(opened)
    assert found.pop("D2") is None
    assert {one["kind"] for one in found.values()} == {"same"}


async def test_a_merger_with_a_unit_of_another_level_is_compared_with_those_of_its_own(opened: AsyncClient) -> None:
    others = [change("move", ["H61.104"], successor("H61.104"))]
    await following(opened, change("merge", ["H61.D2", "H61.102"], successor("H61.102", "Phường Thành Phố")), *others)
    assert (await previous(opened))["102"] == mean(8, 0.16, "102")


async def test_a_code_that_passed_to_another_body_is_compared_with_that_body(opened: AsyncClient) -> None:
    await following(
        opened,
        change("merge", ["H61.101", "H61.103"], successor("H61.101", parent="H61.D1")),
        change(
            "split",
            ["H61.102"],
            successor("H61.102", parent="H61.D2", share=0.5),
            successor("H61.103", parent="H61.D2", share=0.5),
        ),
    )
    found = await previous(opened)
    assert (found["101"], found["103"]) == (mean(3.5, 0.07, "101", "103"), mean(8, 0.16, "102"))


async def test_who_was_not_on_that_roster_is_left_out(opened: AsyncClient) -> None:
    await open_period(
        opened, code="ky-2024", roster=[{"unit": code, "excluded": True} for code in ("H61.104", "H61.103")]
    )
    await done(opened.put("/v1/submissions/ky-2024/H61.102", json=points(4)))
    await following(opened, MERGE)
    body = await done(opened.get(f"{NEW}&compare=ky-2024"))
    found = {item["unit"]["code"]: item["previous"] for item in body["items"]}
    assert found["H61.103"] is None
    assert found["H61.102"] == mean(4, 0.08, "102") | {"period": "ky-2024"}


async def test_another_scale_is_compared_by_share(opened: AsyncClient) -> None:
    await publish(opened, SMALL)
    await following(opened, MERGE, levels=[{"level": "commune", "framework": "small/1"}])
    body = await done(opened.get(COMPARED))
    assert (body["framework"]["max_points"], body["compare"]["max_points"]) == (20, 50)
    found = await previous(opened)
    assert found["102"] == mean(None, 0.1301, "102", "104")
    assert found["103"] == same(2, 6, 0.12, "103")


async def test_basis_and_pillar_hold_for_both_periods(opened: AsyncClient) -> None:
    await following(opened, MERGE)
    verdict = {"verdict": "adjust", "points": 3, "reason": "Biên bản"}
    await done(opened.put("/v1/submissions/ky-2025/H61.103/reviews/1.2", json=verdict))
    await done(opened.patch("/v1/submissions/ky-2025/H61.103", json=points(7, "2.2")))
    assert (await previous(opened))["103"] == same(1, 10, 0.2, "103")
    assert (await previous(opened, f"{COMPARED}&basis=self"))["103"] == same(1, 13, 0.26, "103")
    assert (await previous(opened, f"{COMPARED}&pillar=1"))["103"] == same(3, 3, 0.1, "103")
    assert (await previous(opened, f"{COMPARED}&pillar=2"))["103"] == same(1, 7, 0.35, "103")
    assert (await previous(opened, f"{COMPARED}&pillar=2"))["102"] == mean(0, 0, "102", "104")
    body = await done(opened.get(f"{COMPARED}&pillar=2"))
    assert body["compare"]["max_points"] == 20


async def test_a_pillar_that_was_not_there_has_no_previous(opened: AsyncClient) -> None:
    await publish(opened, SMALL)
    await done(
        opened.post("/v1/periods", json=period(code="ky-nho", levels=[{"level": "commune", "framework": "small/1"}])),
        201,
    )
    await done(opened.post("/v1/periods/ky-nho/open"))
    await following(opened)
    found = await done(opened.get(f"{NEW}&compare=ky-nho&pillar=2"))
    assert all(item["previous"] is None for item in found["items"])
    assert (await done(opened.get(f"{NEW}&compare=ky-nho&pillar=1")))["items"][0]["previous"] is not None


async def test_within_and_group_compare_ranks_among_the_same(opened: AsyncClient) -> None:
    entries = [{"unit": code, "group": "a"} for code in ("H61.101", "H61.104")]
    await open_period(opened, code="ky-2024", roster=[*entries, {"unit": "H61.102", "ranked": False}])
    for code, value in (("101", 2), ("102", 9), ("103", 7), ("104", 5)):
        await done(opened.put(f"/v1/submissions/ky-2024/H61.{code}", json=points(value)))
    moved = change("move", ["H61.103"], successor("H61.103", parent="H61.D2"))
    entries = [{"unit": code, "group": "a"} for code in ("H61.101", "H61.103")]
    await following(opened, moved, roster=entries)

    async def ranks(query: str) -> dict[str, int | None]:
        body = await done(opened.get(f"{NEW}&compare=ky-2024{query}"))
        return {item["unit"]["code"]: item["previous"]["rank"] for item in body["items"]}

    assert await ranks("") == {"H61.101": 3, "H61.102": None, "H61.103": 1, "H61.104": 2}
    assert await ranks("&within=H61.D2") == {"H61.102": None, "H61.103": None, "H61.104": 1}
    assert await ranks("&group=a") == {"H61.101": 2, "H61.103": None}


async def test_a_comparison_is_as_fresh_as_either_cohort(opened: AsyncClient, settings: Settings) -> None:
    await following(opened, MERGE)
    async with served(settings) as second, calling(second) as there:
        held = (await there.get(COMPARED)).headers["ETag"]
        assert (await opened.get(COMPARED, headers={"If-None-Match": held})).status_code == 304
        for moving in ("ky-2025", "ky-2026"):
            cursor = (await done(there.get(f"{COMPARED}&limit=1")))["next"]
            await report(opened, moving, {"103": 10})
            for http in (opened, there):
                moved = await http.get(COMPARED, headers={"If-None-Match": held})
                assert moved.status_code == 200
                item = next(one for one in moved.json()["items"] if one["unit"]["code"] == "H61.103")
                assert item["points"] == (10 if moving == "ky-2026" else 0)
                assert item["previous"]["points"] == 10
                stale = await http.get(f"{COMPARED}&limit=1&cursor={cursor}")
                assert refused(stale, 409) == "stale_cursor"
            held = moved.headers["ETag"]
            assert (await opened.get(COMPARED, headers={"If-None-Match": held})).status_code == 304


async def test_a_reorganisation_recorded_late_shows_at_once(opened: AsyncClient, settings: Settings) -> None:
    await following(opened)
    async with served(settings) as second, calling(second) as there:
        held = (await there.get(COMPARED)).headers["ETag"]
        await reorganise(opened, MERGE, day=DAY)
        answer = await there.get(COMPARED, headers={"If-None-Match": held})
        assert answer.status_code == 200
        assert (await previous(there))["102"] == mean(6.51, 0.1301, "102", "104")
        assert answer.headers["ETag"].endswith('.1"')
        plain = (await there.get(NEW)).headers["ETag"]
        assert (await there.get(NEW, headers={"If-None-Match": plain})).status_code == 304


async def test_compare_is_part_of_every_key(opened: AsyncClient, settings: Settings) -> None:
    await open_period(opened, code="ky-2024")
    await following(opened, MERGE)
    paths = [
        NEW,
        COMPARED,
        f"{NEW}&compare=ky-2024",
        f"{NEW}&compare=ky-2026",
        f"{COMPARED}&pillar=1",
        f"{COMPARED}&limit=2",
    ]
    alone = {}
    for path in paths:
        async with served(settings) as fresh, calling(fresh) as http:
            alone[path] = await done(http.get(path))
    assert len({str(body) for body in alone.values()}) == len(paths)
    for path in [*paths, *reversed(paths), *paths]:
        answer = await opened.get(path)
        assert answer.json() == alone[path]
    tags = {path: (await opened.get(path)).headers["ETag"] for path in paths[:3]}
    for path in paths[:3]:
        for tag in tags.values():
            status = (await opened.get(path, headers={"If-None-Match": tag})).status_code
            assert (status == 304) == (tags[path] == tag)
    first = await done(opened.get(f"{COMPARED}&limit=1"))
    for query in ("", "&compare=ky-2024"):
        answer = await opened.get(f"{NEW}{query}&limit=1&cursor={first['next']}")
        assert refused(answer, 409) == "stale_cursor"
    whole = (await done(opened.get(COMPARED)))["items"]
    rest = await done(opened.get(f"{COMPARED}&limit=5&cursor={first['next']}"))
    assert first["items"] + rest["items"] == whole


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("ky-1999", 404, "cohort_not_found"),
        ("ky-nhap", 404, "cohort_not_found"),
        ("ky-2027", 422, "compare_not_earlier"),
        ("Kỳ", 422, "validation_failed"),
    ],
)
async def test_what_cannot_be_compared_with_is_refused(opened: AsyncClient, query: str, status: int, code: str) -> None:
    await following(opened)
    await open_period(opened, code="ky-2027", starts_on="2026-01-02", ends_on="2027-12-31")
    await done(opened.post("/v1/periods", json=period(code="ky-nhap")), 201)
    tag = (await opened.get(NEW)).headers["ETag"]
    answer = await opened.get(f"{NEW}&compare={query}", headers={"If-None-Match": tag})
    assert refused(answer, status) == code
    assert [error["pointer"] for error in answer.json()["errors"]] == (["/query/compare"] if status == 422 else [])


async def test_a_bounded_client_sees_what_its_own_units_come_from(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    new = change("merge", ["H61.102", "H61.104"], successor("H61.200", parent="H61.D2"))
    await following(opened, new)
    client.headers.update(bearer(Scope.READ, unit="H61.200"))
    assert await previous(client) == {"200": mean(6.51, 0.1301, "102", "104")}
    client.headers.update(bearer(Scope.READ, levels=["district"]))
    assert refused(await client.get(COMPARED), 404) == "cohort_not_found"
