"""What each kind of reorganisation does to units and levels."""

import asyncpg
import pytest
from httpx import AsyncClient

from tests.units.bodies import codes, unit
from tests.units.documents import (
    COMMUNES,
    DAY,
    DECISION,
    DISTRICTS,
    MERGE,
    change,
    department,
    document,
    reorganise,
    shown,
    successor,
)

BEFORE = "2025-06-30"


async def test_a_merge_ends_its_predecessors_and_begins_its_successor_that_day(province: AsyncClient) -> None:
    answer = await reorganise(province, MERGE)
    assert await shown(province, "H61.S01", BEFORE) == ("Sở Nội vụ", "department", "H61", "2020-02-01", DAY)
    assert await shown(province, "H61.S01", DAY) is None
    assert await shown(province, "H61.S02", DAY) is None
    assert await shown(province, "H61.S09", BEFORE) is None
    assert await shown(province, "H61.S09", DAY) == ("Sở Nội vụ và Y tế", "department", "H61", DAY, None)
    assert await codes(province, f"?level=department&valid_on={BEFORE}") == ["H61.S01", "H61.S02"]
    assert await codes(province, f"?level=department&valid_on={DAY}") == ["H61.S09"]
    assert await codes(province, f"?within=H61&level=department&valid_on={DAY}") == ["H61.S09"]
    assert answer.pop("recorded_at").endswith("Z")
    assert answer == {
        **document(MERGE | {"successors": [department("H61.S09", share=1)]}),
        "id": answer["id"],
        "recorded_by": "test-admin",
        "units": [
            {"code": "H61.S01", "effect": "ended", "revision": 2, "history": "/v1/units/H61.S01/history"},
            {"code": "H61.S02", "effect": "ended", "revision": 2, "history": "/v1/units/H61.S02/history"},
            {"code": "H61.S09", "effect": "created", "revision": 1, "history": "/v1/units/H61.S09/history"},
        ],
        "ended_levels": [],
    }
    for affected in answer["units"]:
        assert (await province.get(affected["history"])).status_code == 200
        read = await province.get(f"/v1/units/{affected['code']}")
        assert (read.json()["revision"], read.headers["ETag"]) == (affected["revision"], f'"{affected["revision"]}"')


async def test_a_merged_unit_may_keep_code_and_identifier_of_a_predecessor(province: AsyncClient) -> None:
    identifiers = [{"scheme": "mdvhc", "value": "29551"}]
    body = unit("H61.101", "Xã H61.101", level="commune", parent="H61.D1", identifiers=identifiers, traits=["dao"])
    assert (await province.put("/v1/units/H61.101", json=body)).status_code == 200
    merged = successor("H61.101", "Xã Cái Nhum", parent="H61.D1")
    answer = await reorganise(province, change("merge", ["H61.101", "H61.102"], merged))
    assert [(u["code"], u["effect"]) for u in answer["units"]] == [("H61.101", "changed"), ("H61.102", "ended")]
    assert await shown(province, "H61.101", BEFORE) == ("Xã H61.101", "commune", "H61.D1", "2020-02-01", DAY)
    assert await shown(province, "H61.101", DAY) == ("Xã Cái Nhum", "commune", "H61.D1", DAY, None)
    found = (await province.get("/v1/units/29551?unit_scheme=mdvhc")).json()
    assert (found["code"], found["name"], found["traits"]) == ("H61.101", "Xã Cái Nhum", ["dao"])
    assert found["identifiers"] == identifiers


async def test_a_unit_that_absorbs_others_and_is_itself_as_before_needs_no_new_version(province: AsyncClient) -> None:
    answer = await reorganise(province, change("merge", ["H61.101", "H61.102"], successor("H61.101", parent="H61.D1")))
    assert [(u["code"], u["effect"], u["revision"]) for u in answer["units"]] == [
        ("H61.101", "unchanged", 2),
        ("H61.102", "ended", 2),
    ]
    assert await shown(province, "H61.101", DAY) == ("Xã H61.101", "commune", "H61.D1", "2020-02-01", None)


async def test_a_split_leaves_what_goes_on_and_begins_what_is_new(province: AsyncClient) -> None:
    parts = [successor("H61.101", parent="H61.D1", share=0.75), successor("H61.105", parent="H61.D2", share=0.25)]
    answer = await reorganise(province, change("split", ["H61.101"], *parts))
    assert [(u["code"], u["effect"]) for u in answer["units"]] == [("H61.101", "unchanged"), ("H61.105", "created")]
    assert answer["changes"][0]["successors"] == parts
    assert await shown(province, "H61.105", DAY) == ("Xã H61.105", "commune", "H61.D2", DAY, None)


async def test_a_rename_keeps_the_code_or_brings_a_new_one(province: AsyncClient) -> None:
    await reorganise(
        province,
        change("rename", ["H61.S02"], department("H61.S02", "Sở Y tế và Dân số")),
        change("rename", ["H61.S01"], department("H61.S11", "Sở Nội vụ")),
    )
    assert await shown(province, "H61.S02", BEFORE) == ("Sở Y tế", "department", "H61", "2020-02-01", DAY)
    assert await shown(province, "H61.S02", DAY) == ("Sở Y tế và Dân số", "department", "H61", DAY, None)
    assert await shown(province, "H61.S01", DAY) is None
    assert await shown(province, "H61.S11", DAY) == ("Sở Nội vụ", "department", "H61", DAY, None)
    assert (await province.get("/v1/units/H61.S11")).json()["traits"] == ["no-online-public-services"]
    assert await codes(province, "?q=dan so") == ["H61.S02"]


async def test_a_move_takes_a_unit_below_another_with_all_below_it(province: AsyncClient) -> None:
    await reorganise(province, change("move", ["H61.D1"], successor("H61.D1", "Huyện H61.D1", "district", "H61.S01")))
    assert await codes(province, f"?within=H61.S01&valid_on={DAY}") == ["H61.D1", "H61.S01", "H61.101", "H61.102"]
    assert await codes(province, f"?within=H61.S01&valid_on={BEFORE}") == ["H61.S01"]


async def test_districts_are_abolished_with_their_level_and_communes_stand_below_the_province(
    province: AsyncClient,
) -> None:
    answer = await reorganise(
        province,
        *(change("abolish", [d], successor("H61", "Tỉnh Vĩnh Long", "province", None)) for d in DISTRICTS),
        *(change("move", [code], successor(code)) for code in COMMUNES),
    )
    assert answer["ended_levels"] == ["district"]
    assert {u["code"]: u["effect"] for u in answer["units"]} == {
        "H61": "unchanged",
        **dict.fromkeys(DISTRICTS, "ended"),
        **dict.fromkeys(COMMUNES, "changed"),
    }
    level = next(item for item in (await province.get("/v1/levels")).json()["items"] if item["code"] == "district")
    assert (level["valid_to"], level["revision"]) == (DAY, 3)
    assert set(await codes(province, f"?within=H61&valid_on={DAY}")) == {"H61", "H61.S01", "H61.S02", *COMMUNES}
    assert len(await codes(province, f"?within=H61.D1&valid_on={BEFORE}")) == 3


async def test_the_successors_of_an_abolished_district_may_be_its_communes_with_their_new_parent(
    province: AsyncClient,
) -> None:
    groups = [COMMUNES[:2], COMMUNES[2:]]
    answer = await reorganise(
        province,
        *(
            change("abolish", [district], *(successor(code) for code in group))
            for district, group in zip(DISTRICTS, groups, strict=True)
        ),
    )
    assert answer["ended_levels"] == ["district"]
    assert [s["share"] for s in answer["changes"][0]["successors"]] == [None, None]
    assert await shown(province, "H61.104", DAY) == ("Xã H61.104", "commune", "H61", DAY, None)


async def test_a_level_lasts_while_one_of_its_units_does(province: AsyncClient) -> None:
    first, second = (
        [
            change("abolish", [district], successor("H61", "Tỉnh Vĩnh Long", "province", None)),
            *(change("move", [code], successor(code)) for code in group),
        ]
        for district, group in zip(DISTRICTS, (COMMUNES[:2], COMMUNES[2:]), strict=True)
    )
    assert (await reorganise(province, *first))["ended_levels"] == []
    assert (await reorganise(province, *second, day="2025-08-01"))["ended_levels"] == ["district"]


async def test_a_level_cannot_end_before_its_units(province: AsyncClient) -> None:
    body = {"title": "Cấp huyện", "ordinal": 30, "valid_to": DAY}
    answer = await province.put("/v1/levels/district", json=body)
    assert (answer.status_code, answer.json()["code"]) == (409, "level_in_use")
    assert answer.json()["errors"][0]["pointer"] == "/valid_to"


async def test_a_code_may_pass_to_another_body_on_the_same_day(province: AsyncClient) -> None:
    await reorganise(
        province,
        change("merge", ["H61.101", "H61.102"], successor("H61.102", "Xã Mới", parent="H61.D1")),
        change(
            "split",
            ["H61.103"],
            successor("H61.103", parent="H61.D2", share=0.5),
            successor("H61.101", "Xã Khác", parent="H61.D2", share=0.5),
        ),
    )
    assert await shown(province, "H61.101", BEFORE) == ("Xã H61.101", "commune", "H61.D1", "2020-02-01", DAY)
    assert await shown(province, "H61.101", DAY) == ("Xã Khác", "commune", "H61.D2", DAY, None)


@pytest.mark.parametrize("order", [1, -1])
async def test_the_documents_of_one_day_may_come_one_by_one(province: AsyncClient, order: int) -> None:
    name = "Tỉnh Vĩnh Long mới"
    communes = [change("move", [code], successor(code)) for code in COMMUNES]
    rename = change("rename", ["H61"], successor("H61", name, "province", None))
    await reorganise(province, *communes)
    called = {1: "Tỉnh Vĩnh Long", -1: name}[order]
    districts = [change("abolish", [d], successor("H61", called, "province", None)) for d in DISTRICTS]
    for changes in ([districts, [rename]])[::order]:
        await reorganise(province, *changes)
    assert await shown(province, "H61", DAY) == (name, "province", None, DAY, None)
    assert set(await codes(province, f"?within=H61&valid_on={DAY}")) == {"H61", "H61.S01", "H61.S02", *COMMUNES}


async def test_what_ended_that_day_already_can_still_be_told_to_whom_it_went(province: AsyncClient) -> None:
    ended = unit("H61.S02", "Sở Y tế", parent="H61", valid_to=DAY)
    assert (await province.put("/v1/units/H61.S02", json=ended)).status_code == 200
    await reorganise(province, MERGE)
    assert await shown(province, "H61.S02", BEFORE) == ("Sở Y tế", "department", "H61", "2020-02-01", DAY)


async def test_an_end_that_was_planned_for_later_stays(province: AsyncClient) -> None:
    planned = unit("H61.S02", "Sở Y tế", parent="H61", valid_to="2030-01-01")
    assert (await province.put("/v1/units/H61.S02", json=planned)).status_code == 200
    await reorganise(province, change("rename", ["H61.S02"], department("H61.S02", "Sở Y tế Vĩnh Long")))
    assert await shown(province, "H61.S02", DAY) == ("Sở Y tế Vĩnh Long", "department", "H61", DAY, "2030-01-01")


async def test_a_reorganisation_of_next_year_changes_nothing_today(province: AsyncClient) -> None:
    day = "2999-01-01"
    await reorganise(province, MERGE, day=day)
    assert await shown(province, "H61.S01") == ("Sở Nội vụ", "department", "H61", "2020-02-01", day)
    assert await shown(province, "H61.S09") == ("Sở Nội vụ và Y tế", "department", "H61", day, None)
    assert await codes(province, "?level=department&valid_on=2025-07-01") == ["H61.S01", "H61.S02"]


async def test_one_event_tells_of_the_document_and_one_of_each_unit(province: AsyncClient, database_url: str) -> None:
    before = await _events(database_url)
    answer = await reorganise(province, MERGE)
    events = (await _events(database_url))[len(before) :]
    assert [(event["type"], event["code"], event["valid_to"]) for event in events] == [
        ("unit.changed", "H61.S01", DAY),
        ("unit.changed", "H61.S02", DAY),
        ("unit.created", "H61.S09", None),
        ("reorganisation.recorded", None, None),
    ]
    assert (events[-1]["id"], events[-1]["number"]) == (str(answer["id"]), DECISION["number"])


async def _events(url: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(url)
    try:
        return list(
            await connection.fetch(
                """SELECT body::json ->> 'type' AS type, data ->> 'code' AS code, data ->> 'valid_to' AS valid_to,
                          data ->> 'id' AS id, data -> 'decision' ->> 'number' AS number
                     FROM global_events, LATERAL (SELECT body::json -> 'data') AS d (data) ORDER BY sequence"""
            )
        )
    finally:
        await connection.close()


async def test_traits_of_merged_units_are_not_guessed(province: AsyncClient) -> None:
    await reorganise(province, MERGE)
    assert (await province.get("/v1/units/H61.S09")).json()["traits"] == []


async def test_a_new_code_of_a_renamed_unit_bears_its_identifiers_from_that_day(province: AsyncClient) -> None:
    body = unit("H61.S01", "Sở Nội vụ", parent="H61", identifiers=[{"scheme": "so", "value": "7"}])
    assert (await province.put("/v1/units/H61.S01", json=body)).status_code == 200
    await reorganise(province, change("rename", ["H61.S01"], department("H61.S11", "Sở Nội vụ")))
    assert await _named(province, "7", "so") == ("H61.S01", "H61.S11")


async def test_a_merged_unit_can_be_given_the_identifier_of_one_that_has_ended(province: AsyncClient) -> None:
    identifiers = [{"scheme": "mdvhc", "value": "29551"}]
    body = unit("H61.101", "Xã H61.101", level="commune", parent="H61.D1", identifiers=identifiers)
    assert (await province.put("/v1/units/H61.101", json=body)).status_code == 200
    merged = successor("H61.200", "Xã Cái Nhum", parent="H61.D1")
    await reorganise(province, change("merge", ["H61.101", "H61.102"], merged))
    body = unit("H61.200", "Xã Cái Nhum", level="commune", parent="H61.D1", identifiers=identifiers, valid_from=DAY)
    assert (await province.put("/v1/units/H61.200", json=body)).status_code == 200
    assert await _named(province, "29551", "mdvhc") == ("H61.101", "H61.200")


async def test_predecessors_can_be_named_by_identifiers_of_the_day_before(province: AsyncClient) -> None:
    for number in (1, 2):
        body = unit(f"H61.S0{number}", parent="H61", identifiers=[{"scheme": "so", "value": f"a-{number}"}])
        assert (await province.put(f"/v1/units/H61.S0{number}", json=body)).status_code == 200
    named = document(change("merge", ["a-1", "a-2"], department("H61.S01")))
    path = "/v1/units/reorganisations?unit_scheme=so"
    wrong = await province.post(path, json=document(change("merge", ["a-1", "a-3"], department("H61.S01"))))
    assert [error["pointer"] for error in wrong.json()["errors"]] == ["/changes/0/predecessors/1"]
    answer = await province.post(path, json=named)
    assert answer.status_code == 201
    assert answer.json()["changes"][0]["predecessors"] == ["H61.S01", "H61.S02"]
    assert (await province.post(path, json=named)).json()["code"] == "reorganisation_exists"


async def test_a_code_that_comes_back_may_not_meet_who_has_its_identifier_since(province: AsyncClient) -> None:
    identifiers = [{"scheme": "so", "value": "7"}]
    ended = unit("H61.S01", "Sở Nội vụ", parent="H61", identifiers=identifiers, valid_to=DAY)
    assert (await province.put("/v1/units/H61.S01", json=ended)).status_code == 200
    since = unit("H61.S03", "Sở Tài chính", parent="H61", identifiers=identifiers, valid_from=DAY)
    assert (await province.post("/v1/units", json=since)).status_code == 201
    body = await reorganise(province, change("merge", ["H61.S01", "H61.S02"], department("H61.S01")), status=409)
    assert [(error["pointer"], error["code"]) for error in body["errors"]] == [
        ("/changes/0/successors/0/code", "identifier_in_use")
    ]
    assert await shown(province, "H61.S02", DAY) is not None


async def _named(http: AsyncClient, value: str, scheme: str) -> tuple[str, str]:
    """The codes of the units that an identifier names the day before and on the day."""
    query = f"?unit_scheme={scheme}&valid_on="
    before, after = [(await http.get(f"/v1/units/{value}{query}{day}")).json()["code"] for day in (BEFORE, DAY)]
    return before, after
