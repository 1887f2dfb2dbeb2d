import unicodedata
from typing import Any

import pytest
from httpx import AsyncClient

from tests.frameworks.documents import framework, leaf, node

TITLES = {
    "1.1": "Chuyển đổi số của Ủy ban nhân dân",
    "1.2": "Dịch vụ công trực tuyến",
    "2": "Hạ tầng 100% số_hóa",
}


@pytest.fixture
async def catalogue(admin: AsyncClient) -> AsyncClient:
    """One published framework of the communes, one of the province, one draft."""
    agency = {"name": "a", "label": "Số", "type": "number", "lead_agency": "Cục Thuế"}
    indicators = [
        node(
            "1",
            20,
            leaf("1.1", 10, title=TITLES["1.1"], lead_agency="Sở Thông tin và Truyền thông"),
            leaf("1.2", 10, title=TITLES["1.2"], method="Đếm HỒ SƠ trực tuyến", inputs=[agency]),
        ),
        leaf("2", 10, title=TITLES["2"]),
    ]
    await admin.post("/v1/frameworks", json=framework(indicators=indicators))
    await admin.post("/v1/frameworks/trial-commune/1/publish")
    other = framework(code="trial-province", level="province", indicators=indicators)
    await admin.post("/v1/frameworks", json=other)
    await admin.post("/v1/frameworks/trial-province/1/publish")
    await admin.post("/v1/frameworks", json=framework(version=2, indicators=indicators))
    return admin


async def found(client: AsyncClient, **query: Any) -> list[tuple[str, str]]:
    answer = await client.get("/v1/indicators", params=query)
    assert answer.status_code == 200, answer.text
    return [(each["framework"], each["code"]) for each in answer.json()["items"]]


async def test_without_a_condition_every_node_of_published_frameworks_is_found(
    catalogue: AsyncClient, client: AsyncClient
) -> None:
    expected = [(f"{name}/1", code) for name in ("trial-commune", "trial-province") for code in ("1", *TITLES)]
    assert await found(client) == expected


SEARCHES: list[tuple[str, list[str]]] = [
    ("chuyen doi so", ["1.1"]),
    ("CHUYỂN ĐỔI SỐ", ["1.1"]),
    (unicodedata.normalize("NFD", "Uỷ ban"), ["1.1"]),
    ("ho so truc tuyen", ["1.2"]),
    ("truc  tuyen", ["1.2"]),
    ("100%", ["2"]),
    ("so_hoa", ["2"]),
    ("1_0", []),
    ("không có", []),
]


async def test_a_text_is_found_whatever_its_marks_and_capitals(catalogue: AsyncClient) -> None:
    for q, codes in SEARCHES:
        assert [code for _, code in await found(catalogue, q=q, level="commune")] == codes, q


async def test_conditions_are_joined(catalogue: AsyncClient) -> None:
    assert await found(catalogue, lead_agency="thông tin", framework="trial-province/1") == [
        ("trial-province/1", "1.1")
    ]
    assert await found(catalogue, lead_agency="Cục Thuế", level="commune") == [("trial-commune/1", "1.2")]
    assert await found(catalogue, framework="trial-commune/2") == []
    assert await found(catalogue, lead_agency="Cục Thuế", q="chuyen doi so") == []


async def test_what_is_found_says_where_it_belongs(catalogue: AsyncClient) -> None:
    answer = await catalogue.get("/v1/indicators", params={"q": "dich vu cong", "level": "commune"})
    assert answer.json()["items"] == [
        {
            "framework": "trial-commune/1",
            "level": "commune",
            "code": "1.2",
            "parent": "1",
            "title": TITLES["1.2"],
            "max_points": 10,
            "is_leaf": True,
            "lead_agency": "Cục Thuế",
        }
    ]


async def test_the_pages_of_a_search_are_the_whole_search(catalogue: AsyncClient) -> None:
    whole = await found(catalogue)
    parts: list[tuple[str, str]] = []
    path: str | None = "/v1/indicators?limit=3"
    while path:
        page = await catalogue.get(path)
        parts += [(each["framework"], each["code"]) for each in page.json()["items"]]
        path = page.links["next"]["url"] if page.json()["next"] else None
    assert parts == whole


async def test_a_retired_framework_is_no_longer_searched(catalogue: AsyncClient) -> None:
    await catalogue.post("/v1/frameworks/trial-province/1/retire")
    assert {framework for framework, _ in await found(catalogue)} == {"trial-commune/1"}


async def test_a_query_that_means_nothing_is_refused(client: AsyncClient) -> None:
    for query in ("framework=x", "framework=x/0", "level=X", "q=", "nonsense=1", "limit=0", "limit=1001"):
        assert (await client.get(f"/v1/indicators?{query}")).status_code == 422, query


async def test_a_made_up_cursor_is_refused(catalogue: AsyncClient) -> None:
    for path in ("/v1/indicators", "/v1/frameworks", "/v1/frameworks/trial-commune/1/indicators"):
        answer = await catalogue.get(path, params={"cursor": "xyz"})
        assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


async def test_frameworks_are_listed_without_their_trees(catalogue: AsyncClient) -> None:
    items = (await catalogue.get("/v1/frameworks")).json()["items"]
    assert [(each["code"], each["version"], each["level"], each["status"]) for each in items] == [
        ("trial-commune", 1, "commune", "published"),
        ("trial-commune", 2, "commune", "draft"),
        ("trial-province", 1, "province", "published"),
    ]
    assert items[0]["max_points"] == 30
    assert (items[0]["provenance"], items[0]["provenance_note"]) == ("official", None)
    assert "indicators" not in items[0]
    drafts = (await catalogue.get("/v1/frameworks", params={"status": "draft"})).json()["items"]
    assert [each["version"] for each in drafts] == [2]
    page = await catalogue.get("/v1/frameworks", params={"limit": 2})
    rest = await catalogue.get(page.links["next"]["url"])
    assert page.json()["items"] + rest.json()["items"] == items
