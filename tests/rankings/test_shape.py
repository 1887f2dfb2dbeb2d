"""What a ranking says: the shape that API.md shows, ties, the unranked, groups and pillars."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, answers, communes, done, found, open_period, points, refusals, refused

RANKING = "/v1/rankings?period=ky-2025&level=commune"


async def report(admin: AsyncClient, given: dict[str, Any], period: str = "ky-2025") -> None:
    """Points of leaf 1.2, by unit."""
    for code, value in given.items():
        await done(admin.put(f"/v1/submissions/{period}/{code}", json=points(value)))


async def standing(admin: AsyncClient, query: str = "", path: str = RANKING) -> list[tuple[str, int | None, float]]:
    body = await done(admin.get(f"{path}{query}"))
    return [(item["unit"]["code"], item["rank"], item["points"]) for item in body["items"]]


async def test_a_ranking_has_the_promised_shape(opened: AsyncClient) -> None:
    await done(opened.put(f"{SUBMISSIONS}/H61.102", json=answers(_1_2={"points": 9.5}, _2_1={"choice": "yes"})))
    await report(opened, {"H61.101": 0.005, "H61.103": 0})
    answer = await opened.get(RANKING)
    body = answer.json()
    assert answer.headers["ETag"] == f'"{body["version"]}"'
    first, items = body["items"][0], body.pop("items")
    assert body == {
        "period": "ky-2025",
        "level": "commune",
        "basis": "assessed",
        "within": None,
        "group": None,
        "pillar": None,
        "publication": None,
        "compare": None,
        "framework": {"code": "trial-commune", "version": 1, "max_points": 50, "provenance": "official"},
        "version": 4,
        "decimals": 2,
        "summary": {"units": 4, "ranked": 4, "reported": 3, "mean": 6.5, "median": 0.01, "min": 0, "max": 19.5},
        "next": None,
    }
    assert first == {
        "rank": 1,
        "unit": {"code": "H61.102", "name": "Đơn vị H61.102", "parent": "H61.D2"},
        "points": 19.5,
        "share": 0.39,
        "grade": None,
        "coverage": 0.4,
        "pillars": [
            {"code": "1", "points": 9.5, "max_points": 30, "rank": 1},
            {"code": "2", "points": 10, "max_points": 20, "rank": 1},
            {"code": "3", "points": 0, "max_points": 0, "rank": 1},
        ],
        "previous": None,
    }
    assert [item["pillars"][1]["rank"] for item in items] == [1, 2, 2, 2]
    assert [(i["unit"]["code"], i["rank"], i["points"]) for i in items[1:]] == [
        ("H61.101", 2, 0.01),
        ("H61.103", 3, 0),
        ("H61.104", 3, 0),
    ]


@pytest.mark.parametrize(
    ("given", "ranks"),
    [
        ((5, 5, 3, 1), [1, 1, 3, 4]),
        ((5, 4, 4, 1), [1, 2, 2, 4]),
        ((5, 4, 4, 4), [1, 2, 2, 2]),
        ((5, 5, 5, 5), [1, 1, 1, 1]),
        ((5, 3, 0, 0), [1, 2, 3, 3]),
        ((0, 0, 0, 0), [1, 1, 1, 1]),
        ((5.004, 4.995, 4.994999, 4.99), [1, 1, 3, 3]),
        ((5.005, 5.004999, 5, 4.994), [1, 2, 2, 4]),
    ],
)
async def test_equal_shown_points_have_the_same_rank(
    opened: AsyncClient, given: tuple[float, ...], ranks: list[int]
) -> None:
    await report(opened, dict(zip(("H61.104", "H61.103", "H61.102", "H61.101"), given, strict=True)))
    found_ = await standing(opened)
    assert [rank for _, rank, _ in found_] == ranks
    for _, rank, shown in found_:
        assert {r for _, r, s in found_ if s == shown} == {rank}
        tied = [code for code, r, _ in found_ if r == rank]
        assert tied == sorted(tied)
    cards = [await done(opened.get(f"/v1/scorecards/ky-2025/{code}")) for code, _, _ in found_]
    assert [card["rank"] for card in cards] == ranks


async def test_who_is_not_ranked_stands_last_and_takes_no_rank(opened: AsyncClient) -> None:
    entries = [{"unit": "H61.101", "ranked": False, "group": "a"}, {"unit": "H61.104", "ranked": False}]
    await open_period(opened, code="ky-2026", roster=entries)
    path = "/v1/rankings?period=ky-2026&level=commune"
    await report(opened, {"H61.101": 9, "H61.102": 3, "H61.103": 3, "H61.104": 10}, "ky-2026")
    expected = [("H61.102", 1, 3), ("H61.103", 1, 3), ("H61.104", None, 10), ("H61.101", None, 9)]
    assert await standing(opened, path=path) == expected
    body = await done(opened.get(path))
    assert (body["summary"]["units"], body["summary"]["ranked"], body["summary"]["max"]) == (4, 2, 10)
    assert [item["pillars"][0]["rank"] for item in body["items"]] == [1, 1, None, None]
    assert (await done(opened.get("/v1/scorecards/ky-2026/H61.104")))["rank"] is None
    pages = [await standing(opened, "&limit=3", path)]
    assert pages[0] == expected[:3]


async def test_within_group_and_pillar_rank_among_their_own(opened: AsyncClient) -> None:
    entries = [{"unit": "H61.101", "group": "a"}, {"unit": "H61.104", "group": "a"}, {"unit": "H61.102", "group": "b"}]
    await open_period(opened, code="ky-2026", roster=entries)
    path = "/v1/rankings?period=ky-2026&level=commune"
    await report(opened, {"H61.101": 1, "H61.102": 2, "H61.103": 3, "H61.104": 4}, "ky-2026")
    await done(opened.patch("/v1/submissions/ky-2026/H61.101", json=points(7, "2.2")))
    assert await standing(opened, path=path) == [
        ("H61.101", 1, 8),
        ("H61.104", 2, 4),
        ("H61.103", 3, 3),
        ("H61.102", 4, 2),
    ]
    assert await standing(opened, "&within=H61.D2", path) == [("H61.104", 1, 4), ("H61.102", 2, 2)]
    assert await standing(opened, "&within=H61.102", path) == [("H61.102", 1, 2)]
    assert await standing(opened, "&group=a", path) == [("H61.101", 1, 8), ("H61.104", 2, 4)]
    assert await standing(opened, "&group=a&within=H61.D2", path) == [("H61.104", 1, 4)]
    assert await standing(opened, "&pillar=1", path) == [
        ("H61.104", 1, 4),
        ("H61.103", 2, 3),
        ("H61.102", 3, 2),
        ("H61.101", 4, 1),
    ]
    assert await standing(opened, "&pillar=2&group=a", path) == [("H61.101", 1, 7), ("H61.104", 2, 0)]
    body = await done(opened.get(f"{path}&pillar=2"))
    assert (body["items"][0]["share"], body["items"][0]["coverage"], body["pillar"]) == (0.35, 0.5, "2")
    assert (body["summary"]["reported"], body["summary"]["max"]) == (1, 7)
    assert [body["items"][0]["pillars"][n]["points"] for n in (0, 1)] == [1, 7]


async def test_the_bases_rank_apart(opened: AsyncClient) -> None:
    await report(opened, {"H61.101": 9, "H61.102": 5})
    verdict = {"verdict": "disagree", "reason": "Không có minh chứng"}
    await done(opened.put(f"{SUBMISSIONS}/H61.101/reviews/1.2", json=verdict))
    assert (await standing(opened, "&basis=self"))[0] == ("H61.101", 1, 9)
    assert (await standing(opened, "&basis=assessed"))[0] == ("H61.102", 1, 5)
    assert await standing(opened) == await standing(opened, "&basis=assessed")


@pytest.mark.parametrize(
    ("query", "status", "code", "pointer"),
    [
        ("pillar=9", 422, "unknown_pillar", "/query/pillar"),
        ("pillar=1.1", 422, "unknown_pillar", "/query/pillar"),
        ("group=z", 422, "unknown_group", "/query/group"),
        ("within=H99", 404, "unit_not_found", None),
        ("basis=own", 422, "validation_failed", "/query/basis"),
        ("limit=0", 422, "validation_failed", "/query/limit"),
        ("limit=1001", 422, "validation_failed", "/query/limit"),
        ("limit=ten", 422, "validation_failed", "/query/limit"),
        ("within=h61", 422, "validation_failed", "/query/within"),
        ("units=x", 422, "unknown_parameter", "/query/units"),
        ("basis=self&basis=self", 422, "repeated_parameter", "/query/basis"),
        ("pillar=1%00", 422, "validation_failed", "/query/pillar"),
        ("cursor=x", 400, "invalid_cursor", None),
        ("cursor=bnVsbA", 400, "invalid_cursor", None),
    ],
)
async def test_a_wrong_question_is_refused(
    still: AsyncClient, query: str, status: int, code: str, pointer: str | None
) -> None:
    answer = await still.get(f"{RANKING}&{query}")
    assert refused(answer, status) == code
    assert [at for at, _ in refusals(answer)] == ([pointer] if pointer else [])


async def test_what_is_not_there_is_not_found(still: AsyncClient) -> None:
    for query in ("period=ky-1999&level=commune", "period=ky-2025&level=village", "period=ky-2025&level=province"):
        assert refused(await still.get(f"/v1/rankings?{query}"), 404) == "cohort_not_found"
    for query in ("", "?period=ky-2025", "?level=commune"):
        assert refused(await still.get(f"/v1/rankings{query}"), 422) == "validation_failed"


async def test_a_ranking_of_a_hundred_is_a_page_by_default(opened: AsyncClient) -> None:
    await found(opened, communes(102)[4:])
    await open_period(opened, code="ky-2026")
    answer = await opened.get("/v1/rankings?period=ky-2026&level=commune")
    assert len(answer.json()["items"]) == 100
    assert (await opened.get(answer.links["next"]["url"])).json()["next"] is None
