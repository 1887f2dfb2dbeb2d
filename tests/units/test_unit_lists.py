import unicodedata
from urllib.parse import quote

import pytest
from httpx import AsyncClient

from tests.units.bodies import TREE, codes, refusals, unit


async def test_every_unit_is_listed_in_vietnamese_order_with_those_that_have_ended(tree: AsyncClient) -> None:
    assert await codes(tree) == [
        "H61.857",
        "H61.2",
        "H61.10",
        "H61.99",
        "H20.S01",
        "H20",
        "H61",
        "H61.S01",
    ]


async def test_with_a_day_only_units_valid_that_day_are_listed(tree: AsyncClient) -> None:
    old, new = {"H61.857", "H61.2", "H61.10"}, {"H61.99"}
    everyone = {body["code"] for body in TREE}
    assert set(await codes(tree, "?valid_on=2025-06-30")) == everyone - new
    assert set(await codes(tree, "?valid_on=2025-07-01")) == everyone - old
    assert await codes(tree, "?valid_on=2020-01-31") == []


async def test_a_list_can_hold_one_level(tree: AsyncClient) -> None:
    assert await codes(tree, "?level=commune") == ["H61.2", "H61.10", "H61.99"]
    assert await codes(tree, "?level=commune&valid_on=2026-01-01") == ["H61.99"]


async def test_within_is_the_unit_itself_and_all_below_it(tree: AsyncClient) -> None:
    below = {"H61", "H61.857", "H61.2", "H61.10", "H61.99", "H61.S01"}
    assert set(await codes(tree, "?within=H61")) == below
    assert await codes(tree, "?within=H61.857") == ["H61.857", "H61.2", "H61.10"]
    assert await codes(tree, "?within=H20.S01") == ["H20.S01"]
    assert set(await codes(tree, "?within=86&unit_scheme=mdvhc")) == below


async def test_within_follows_the_parents_of_the_day(tree: AsyncClient) -> None:
    assert set(await codes(tree, "?within=H61&valid_on=2026-01-01")) == {"H61", "H61.99", "H61.S01"}
    assert await codes(tree, "?within=H61.857&valid_on=2026-01-01") == []


@pytest.mark.parametrize(
    ("query", "code"),
    [("?within=H99", "unit_not_found"), ("?level=nation", "level_not_found")],
)
async def test_a_filter_that_names_nothing_is_told_and_not_an_empty_list(
    tree: AsyncClient, query: str, code: str
) -> None:
    answer = await tree.get(f"/v1/units{query}")
    assert (answer.status_code, answer.json()["code"]) == (404, code)


@pytest.mark.parametrize("q", ["đông", "Đông", "dong", "DONG", "đồng", "ÐỒNG"])
async def test_q_finds_part_of_a_name_whatever_its_case_and_marks(tree: AsyncClient, q: str) -> None:
    assert await codes(tree, f"?q={quote(q)}") == ["H61.99", "H20"]
    assert await codes(tree, f"?q={quote(unicodedata.normalize('NFD', q))}") == ["H61.99", "H20"]


@pytest.mark.parametrize(("q", "found"), [("%", []), ("_", []), ("\\", []), ("g 1", ["H61.10"]), ("zz", [])])
async def test_q_takes_every_sign_for_itself(tree: AsyncClient, q: str, found: list[str]) -> None:
    assert await codes(tree, f"?q={quote(q)}") == found


async def test_a_changed_name_is_found_and_sorted_anew(tree: AsyncClient) -> None:
    await tree.put("/v1/units/H20.S01", json=unit("H20.S01", "Ban Quản lý", parent="H20"))
    assert (await codes(tree))[0] == "H20.S01"
    assert await codes(tree, "?q=quan ly") == ["H20.S01"]
    assert await codes(tree, "?q=noi vu") == []


async def test_filters_add_up(tree: AsyncClient) -> None:
    assert await codes(tree, "?level=commune&within=H61.857&q=2&valid_on=2022-01-01") == ["H61.2"]


@pytest.mark.parametrize("limit", [1, 3, 8])
async def test_pages_follow_each_other_without_gap_or_repetition(tree: AsyncClient, limit: int) -> None:
    for number in range(3):
        await tree.post("/v1/units", json=unit(f"H7{number}", "Sở Nội vụ"))
    path, found = f"/v1/units?limit={limit}&valid_on=2024-01-01", list[str]()
    while path:
        answer = await tree.get(path)
        assert len(answer.json()["items"]) <= limit
        found += [item["code"] for item in answer.json()["items"]]
        path = answer.links.get("next", {}).get("url", "")
        assert bool(path) == (answer.json()["next"] is not None)
    assert found == await codes(tree, "?valid_on=2024-01-01")
    assert len(found) == len(TREE) - 1 + 3


async def test_a_listed_unit_is_the_unit_that_is_read(tree: AsyncClient) -> None:
    for item in (await tree.get("/v1/units")).json()["items"]:
        assert item == (await tree.get(f"/v1/units/{item['code']}")).json()


@pytest.mark.parametrize("cursor", ["x", "WzEsMl0", "WyJhIl0", "e30"])
async def test_a_cursor_from_elsewhere_is_refused(tree: AsyncClient, cursor: str) -> None:
    answer = await tree.get(f"/v1/units?cursor={cursor}")
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_cursor")


@pytest.mark.parametrize(
    ("query", "pointer"),
    [
        ("?wthin=H61", "/query/wthin"),
        ("?limit=0", "/query/limit"),
        ("?limit=1001", "/query/limit"),
        ("?valid_on=2025", "/query/valid_on"),
        ("?level=Commune", "/query/level"),
        ("?q=%00", "/query/q"),
    ],
)
async def test_a_wrong_parameter_is_pointed_at(admin: AsyncClient, query: str, pointer: str) -> None:
    answer = await admin.get(f"/v1/units{query}")
    assert answer.status_code == 422
    assert [place for place, _ in refusals(answer)] == [pointer]
