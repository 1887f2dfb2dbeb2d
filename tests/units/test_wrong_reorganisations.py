"""What a reorganisation is refused for: everything at once, by pointer, and nothing is changed."""

from typing import Any

import pytest
from httpx import AsyncClient

from app.clients.client import Scope
from tests.conftest import Bearer
from tests.units.bodies import unit
from tests.units.documents import COMMUNES, DAY, MERGE, change, department, document, reorganise, successor, wrong

S1, S2 = "H61.S01", "H61.S02"
ROOT = successor("H61", "Tỉnh Vĩnh Long", "province", None)
WHOLE = department(S1, "Sở Nội vụ")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change("merge", [S1], department("H61.S09"))], [("/0/predecessors", "predecessor_count")]),
        (
            [change("merge", [S1, S2], department("H61.S08"), department("H61.S09"))],
            [("/0/successors", "successor_count")],
        ),
        ([change("abolish", [S1])], [("/0/successors", "unit_without_successor")]),
        ([change("split", [S1], department("H61.S09", share=1))], [("/0/successors", "successor_count")]),
        (
            [change("split", [S1], department("H61.S08"), department("H61.S09", share=0.5))],
            [("/0/successors/0/share", "share_missing")],
        ),
        (
            [change("split", [S1], department("H61.S08", share=0.4), department("H61.S09", share=0.5))],
            [("/0/successors", "shares_not_whole")],
        ),
        ([change("rename", [S1], department(S1, share=0.5))], [("/0/successors/0/share", "shares_not_whole")]),
        (
            [change("abolish", [S1], department(S2, "Sở Y tế", share=1), ROOT | {"share": 0.1})],
            [("/0/successors", "shares_above_whole")],
        ),
        ([change("rename", [S1], department(S1, parent="H61.D1"))], [("/0/successors/0", "not_a_rename")]),
        ([change("rename", [S1], successor(S1, "Xã mới"))], [("/0/successors/0", "not_a_rename")]),
        ([change("rename", [S1], WHOLE)], [("/0/successors/0", "nothing_changes")]),
        ([change("move", [S1], department(S1))], [("/0/successors/0", "nothing_changes")]),
        ([change("abolish", [S1], WHOLE)], [("/0/predecessors/0", "abolished_unit_goes_on")]),
        (
            [MERGE, change("rename", [S2], department("H61.S12"))],
            [("/1/predecessors/0", "predecessor_twice")],
        ),
        ([change("merge", [S1, S1], department("H61.S09"))], [("/0/predecessors/1", "predecessor_twice")]),
        ([change("rename", [S1], department(S2))], [("/0/successors/0/code", "unit_exists")]),
        (
            [change("rename", [S1], department("H61.S09")), change("rename", [S2], department("H61.S09"))],
            [("/1/successors/0/code", "successor_twice")],
        ),
        (
            [change("split", [S1], *(department("H61.S09", share=0.5) for _ in range(2)))],
            [("/0/successors/1/code", "successor_twice")],
        ),
        (
            [change("abolish", [S1], ROOT), change("abolish", [S2], ROOT | {"name": "Tỉnh khác"})],
            [("/1/successors/0", "successor_differs")],
        ),
        ([change("move", [S1], department(S1, level="village"))], [("/0/successors/0/level", "unknown_level")]),
        ([change("move", [S1], department(S1, parent="H99"))], [("/0/successors/0/parent", "unknown_unit")]),
        ([change("move", [S1], department(S1, parent=S1))], [("/0/successors/0/parent", "unit_under_itself")]),
        (
            [change("move", ["H61.D1"], successor("H61.D1", "Huyện", "district", "H61.101"))],
            [("/0/successors/0/parent", "unit_under_itself")],
        ),
        (
            [change("move", [code], department(code, parent=other)) for code, other in ((S1, S2), (S2, S1))],
            [("/0/successors/0/parent", "unit_under_itself"), ("/1/successors/0/parent", "unit_under_itself")],
        ),
        (
            [change("abolish", ["H61.D1"], ROOT), change("move", ["H61.101"], successor("H61.101"))],
            [("/0/predecessors/0", "unit_without_parent")],
        ),
        (
            [MERGE, change("move", ["H61.101"], successor("H61.101", parent=S1))],
            [("/1/successors/0/parent", "parent_not_valid")],
        ),
        (
            [change("abolish", ["H61"], WHOLE)],
            [("/0/successors/0/parent", "parent_not_valid"), ("/0/predecessors/0", "unit_without_parent")],
        ),
    ],
)
async def test_a_wrong_change_is_pointed_at(
    province: AsyncClient, changes: list[dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    before = (await province.get("/v1/units?limit=1000")).json()
    body = await reorganise(province, *changes, status=409 if expected[0][1] == "unit_exists" else 422)
    assert wrong(body) == expected
    assert body["code"] == expected[0][1]
    assert (await province.get("/v1/units?limit=1000")).json() == before


async def test_all_that_is_wrong_is_told_at_once(province: AsyncClient) -> None:
    body = await reorganise(
        province,
        change("merge", ["H61.999", S1], department("H61.S09", level="village", parent="H98")),
        change("split", [S1], department("H61.S02", share=0.5), department("H61.S10", share=0.25)),
        change("abolish", ["H61.D1"], ROOT),
        status=422,
    )
    assert wrong(body) == [
        ("/0/predecessors/0", "unknown_unit"),
        ("/0/successors/0/level", "unknown_level"),
        ("/0/successors/0/parent", "unknown_unit"),
        ("/1/successors", "shares_not_whole"),
        ("/1/predecessors/0", "predecessor_twice"),
        ("/1/successors/0/code", "unit_exists"),
        ("/2/predecessors/0", "unit_without_parent"),
    ]
    assert "H61.101, H61.102" in body["errors"][-1]["detail"]


async def test_a_predecessor_must_be_valid_the_day_before(province: AsyncClient) -> None:
    assert wrong(await reorganise(province, MERGE, day="2020-02-01", status=422)) == [
        ("/0/predecessors/0", "unit_not_valid"),
        ("/0/predecessors/0", "unit_changes_later"),
        ("/0/predecessors/1", "unit_not_valid"),
        ("/0/predecessors/1", "unit_changes_later"),
    ]
    await reorganise(province, MERGE, day="2020-02-02")
    assert wrong(await reorganise(province, MERGE, day="2020-02-03", status=422))[0][1] == "unit_not_valid"


async def test_a_second_reorganisation_may_not_reach_behind_the_first(province: AsyncClient) -> None:
    await reorganise(province, change("rename", [S2], department(S2, "Sở Y tế và Dân số")))
    for day in (DAY, "2025-01-01"):
        body = await reorganise(province, change("rename", [S2], department(S2, "Sở khác")), day=day, status=409)
        expected = [("/0/predecessors/0", "unit_changes_later")]
        assert wrong(body) == expected
    await reorganise(province, change("rename", [S2], department(S2, "Sở khác")), day="2025-07-02")


async def test_nor_behind_one_by_which_a_unit_went_on_as_it_was(province: AsyncClient) -> None:
    await reorganise(province, change("merge", [S1, S2], department(S1, "Sở Nội vụ")))
    rename = change("rename", [S1], department(S1, "Sở Nội vụ cũ"))
    for day in (DAY, "2025-01-01"):
        body = await reorganise(province, rename, day=day, status=409)
        assert wrong(body) == [("/0/predecessors/0", "unit_changes_later")]
    await reorganise(province, rename, day="2025-07-02")


async def test_the_same_document_again_is_refused_by_name(province: AsyncClient) -> None:
    first = await reorganise(province, MERGE)
    again = await reorganise(province, MERGE, status=409)
    assert (again["code"], again["reorganisation"]) == ("reorganisation_exists", first["id"])
    other = change("merge", [S1, S2], department("H61.S10"))
    body = await reorganise(province, other, status=409)
    assert wrong(body) == [(f"/0/predecessors/{place}", "unit_changes_later") for place in (0, 1)]


async def test_nobody_moves_to_a_level_that_has_ended(province: AsyncClient) -> None:
    moves = [change("move", [code], successor(code)) for code in COMMUNES]
    await reorganise(province, change("abolish", ["H61.D1", "H61.D2"], ROOT), *moves)
    body = await reorganise(
        province, change("move", [S1], department(S1, level="district")), day="2025-07-02", status=422
    )
    assert wrong(body) == [("/0/successors/0/level", "level_not_valid")]


@pytest.mark.parametrize(
    ("field", "value", "pointer"),
    [
        ("effective_on", "1.7.2025", "/effective_on"),
        ("effective_on", "0001-01-01", "/effective_on"),
        ("decision", {"number": "1", "date": "2025-06-16"}, "/decision/issuer"),
        ("changes", [], "/changes"),
        ("changes", [MERGE | {"kind": "swap"}], "/changes/0/kind"),
        ("changes", [MERGE | {"successors": [{"code": "H61.S09", "name": "x", "level": "department"}]}], None),
        *(
            ("changes", [MERGE | {"successors": [department("H61.S09", share=share)]}], "/changes/0/successors/0/share")
            for share in (0, 1.000001, -0.5, 0.1234567, "1", True)
        ),
    ],
)
async def test_a_document_of_the_wrong_form_is_refused(
    admin: AsyncClient, field: str, value: Any, pointer: str | None
) -> None:
    answer = await admin.post("/v1/units/reorganisations", json=document(MERGE) | {field: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer or "/changes/0/successors/0/parent"]


async def test_only_admins_reorganise(province: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    path = "/v1/units/reorganisations"
    assert (await client.post(path, json=document(MERGE))).status_code == 401
    others = bearer(*(scope for scope in Scope if scope is not Scope.ADMIN))
    answer = await client.post(path, json=document(MERGE), headers=others)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")


async def test_a_bounded_admin_reorganises_inside_its_subtree(
    province: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    client.headers.update(bearer(Scope.ADMIN, unit="H61.D1"))
    merged = successor("H61.101", "Xã Mới", parent="H61.D1")
    out = change("move", ["H61.102"], successor("H61.102", parent="H61.D2"))
    assert wrong(await reorganise(client, out, status=422)) == [("/0/successors/0/parent", "unknown_unit")]
    foreign = change("merge", ["H61.101", "H61.103"], merged)
    assert wrong(await reorganise(client, foreign, status=422)) == [("/0/predecessors/1", "unknown_unit")]
    above = change("abolish", ["H61.101"], ROOT)
    assert (await reorganise(client, above, status=403))["code"] == "outside_bounds"
    own = change("rename", ["H61.D1"], successor("H61.D1", "Huyện Mới", "district"))
    await reorganise(client, change("merge", ["H61.101", "H61.102"], merged), own)


async def test_a_bounded_admin_learns_nothing_of_units_outside(
    province: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    client.headers.update(bearer(Scope.ADMIN, unit="H61.D1"))
    for code in ("H61.S01", "H61.S99"):
        into = successor("H61.103" if code == "H61.S01" else "H61.199", parent="H61.D1")
        body = await reorganise(client, change("merge", ["H61.101", code], into), status=422)
        assert wrong(body)[0] == ("/0/predecessors/1", "unknown_unit")


async def test_an_admin_bounded_to_levels_reorganises_no_other(
    province: AsyncClient, client: AsyncClient, bearer: Bearer
) -> None:
    client.headers.update(bearer(Scope.ADMIN, levels=["commune"]))
    assert (await reorganise(client, MERGE, status=403))["code"] == "outside_bounds"
    into_commune = change("merge", [S1, S2], successor("H61.199"))
    expected = [("/0/predecessors/0", "unknown_unit"), ("/0/predecessors/1", "unknown_unit")]
    assert wrong(await reorganise(client, into_commune, status=422)) == expected
    await reorganise(client, change("rename", ["H61.101"], successor("H61.101", "Xã Mới", parent="H61.D1")))


async def test_a_bounded_admin_ends_no_level(province: AsyncClient, client: AsyncClient, bearer: Bearer) -> None:
    client.headers.update(bearer(Scope.ADMIN, unit="H61"))
    moves = [change("move", [code], successor(code)) for code in COMMUNES]
    absorbing = department(S1, "Sở Nội vụ")
    answer = await reorganise(client, change("abolish", ["H61.D1", "H61.D2"], absorbing), *moves)
    assert answer["ended_levels"] == []


async def test_a_unit_that_is_not_there_yet_is_no_successor_of_what_is_abolished(province: AsyncClient) -> None:
    late = unit("H61.S03", "Sở Tài chính", parent="H61", valid_from="2025-07-02")
    assert (await province.post("/v1/units", json=late)).status_code == 201
    absorbing = department("H61.S03", "Sở Tài chính")
    body = await reorganise(province, change("abolish", [S1], absorbing), status=422)
    assert wrong(body) == [("/0/successors/0/code", "unit_not_valid")]


@pytest.mark.parametrize(("many", "others"), [(1, 5_000), (150, 150)])
async def test_a_document_has_a_size(admin: AsyncClient, many: int, others: int) -> None:
    takers = [successor(f"H61.{number}") for number in range(others)]
    changes = [change("abolish", [f"H62.{number}" for number in range(many)], *takers) for _ in range(2)]
    assert wrong(await reorganise(admin, *changes, status=422)) == [("", "too_many_units")]


async def test_none_is_left_of_a_level_that_has_ended(tree: AsyncClient) -> None:
    for code, parent in (("H61.858", "H61"), ("H20.1", "H20")):
        body = unit(code, level="district", parent=parent)
        assert (await tree.post("/v1/units", json=body)).status_code == 201
    communes = [change("abolish", [c], successor("H61.99", "Phường Đông Thành")) for c in ("H61.10", "H61.2")]
    abolished = change("abolish", ["H61.857"], ROOT)
    body = await reorganise(tree, abolished, *communes, status=422)
    assert wrong(body) == [("/0/predecessors/0", "unit_without_successor")]
    assert "H61.858" in body["detail"]
    assert "H20.1" not in body["detail"]
    await reorganise(tree, abolished, change("abolish", ["H61.858"], ROOT), *communes)
