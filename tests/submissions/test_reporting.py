"""A unit's answers are replaced, changed and withdrawn; what changes nothing counts as nothing."""

import unicodedata
from typing import Any

from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, answers, done, lasting, points, refused, version

UNIT = f"{SUBMISSIONS}/H61.101"
THREE = answers(_1_1={"a": 1, "b": 4}, _1_2={"points": 3}, _2_1={"choice": "yes"})


def inputs(body: dict[str, Any]) -> dict[str, Any]:
    return {answer["indicator"]: answer["inputs"] for answer in body["answers"]}


async def test_a_unit_that_has_reported_nothing_has_an_empty_draft(opened: AsyncClient) -> None:
    answer = await opened.get(UNIT)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"0"')
    assert answer.json() == {
        "period": "ky-2025",
        "unit": {"code": "H61.101", "name": "Đơn vị H61.101", "parent": "H61.D1"},
        "level": "commune",
        "status": "draft",
        "revision": 0,
        "submitted_at": None,
        "updated_at": None,
        "answers": [],
    }


async def test_put_answers_what_get_then_shows(opened: AsyncClient) -> None:
    answer = await opened.put(UNIT, json=THREE)
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"1"')
    body = answer.json()
    assert inputs(body) == {"1.1": {"a": 1, "b": 4}, "1.2": {"points": 3}, "2.1": {"choice": "yes"}}
    assert body["totals"]["self"] == {"points": 16.125, "coverage": 0.6}
    assert body["totals"]["assessed"] == body["totals"]["self"]
    assert body["version"] == await version(opened)
    assert body["answers"][0]["reported_by"] == "test-admin"
    assert body["answers"][0]["reported_at"] == body["updated_at"]
    assert (await opened.get(UNIT)).json() == lasting(body)


async def test_put_replaces_everything(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=THREE))
    body = await done(opened.put(UNIT, json=answers(_2_2={"points": 1.5}, _1_2={"points": 3})))
    assert list(inputs(body)) == ["1.2", "2.2"]
    assert body["totals"]["self"] == {"points": 4.5, "coverage": 0.4}
    assert (await opened.get(UNIT)).json() == lasting(body)
    nothing = await done(opened.put(UNIT, json={"answers": []}))
    assert (nothing["answers"], nothing["revision"], nothing["totals"]["self"]["points"]) == ([], 3, 0)


async def test_patch_changes_the_named_answers_only(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=THREE))
    body = await done(opened.patch(UNIT, json=answers(_1_2={"points": 4}, _2_2={"points": 1})))
    assert inputs(body) == {
        "1.1": {"a": 1, "b": 4},
        "1.2": {"points": 4},
        "2.1": {"choice": "yes"},
        "2.2": {"points": 1},
    }
    assert (await opened.get(UNIT)).json() == lasting(body)


async def test_null_withdraws_an_answer(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=THREE))
    body = await done(opened.patch(UNIT, json=answers(_1_2=None, _2_2=None)))
    assert list(inputs(body)) == ["1.1", "2.1"]
    assert body["totals"]["self"] == {"points": 13.125, "coverage": 0.4}
    assert (await opened.get(UNIT)).json() == lasting(body)
    card = await done(opened.get("/v1/scorecards/ky-2025/H61.101"))
    states = {node["code"]: node["state"] for node in card["indicators"]}
    assert (states["1.2"], states["1.1"], states["3"]) == ("not_reported", "reported", "unscored")
    again = await done(opened.put(UNIT, json=answers(_1_1=None, _2_1={"choice": "no"})))
    assert inputs(again) == {"2.1": {"choice": "no"}}


async def test_zero_is_an_answer(opened: AsyncClient) -> None:
    body = await done(opened.put(UNIT, json=points(0)))
    assert body["totals"]["self"] == {"points": 0, "coverage": 0.2}


async def test_what_is_already_so_moves_neither_revision_nor_version(opened: AsyncClient) -> None:
    first = await done(opened.put(UNIT, json=THREE))
    before = await version(opened)
    same = {"answers": list(reversed(THREE["answers"]))}
    exact = answers(_1_1={"b": 4.0, "a": 1e0}, _1_2={"points": 3.000}, _2_1={"choice": "yes"})
    for request in (
        opened.put(UNIT, json=THREE),
        opened.put(UNIT, json=same),
        opened.put(UNIT, json=exact),
        opened.patch(UNIT, json=points(3)),
        opened.patch(UNIT, json={"answers": []}),
        opened.patch(UNIT, json=answers(_2_2=None)),
    ):
        assert await done(request) == first
    assert await version(opened) == before


async def test_a_note_alone_is_a_change(opened: AsyncClient) -> None:
    answer = {"indicator": "1.2", "inputs": {"points": 3}}
    await done(opened.put(UNIT, json={"answers": [answer]}))
    body = await done(opened.put(UNIT, json={"answers": [answer | {"note": "Theo báo cáo 12"}]}))
    assert (body["revision"], body["answers"][0]["note"]) == (2, "Theo báo cáo 12")
    body = await done(opened.put(UNIT, json={"answers": [answer]}))
    assert (body["revision"], body["answers"][0]["note"]) == (3, None)


async def test_vietnamese_notes_are_kept_composed(opened: AsyncClient) -> None:
    note = "Đã tổ chức 3 buổi tập huấn kỹ năng số cho người dân; tỷ lệ hộ nghèo giảm\n\tÂn Phú – “đạt”"
    sent = unicodedata.normalize("NFD", note)
    assert sent != note
    body = {"answers": [{"indicator": "1.2", "inputs": {"points": 3}, "note": f"  {sent}\r\n"}]}
    written = await done(opened.put(UNIT, json=body))
    assert written["answers"][0]["note"] == note
    assert (await opened.get(UNIT)).json() == lasting(written)
    body["answers"][0]["note"] = note
    assert (await done(opened.put(UNIT, json=body)))["revision"] == 1


async def test_answers_come_in_the_frameworks_order(opened: AsyncClient) -> None:
    body = await done(opened.put(UNIT, json={"answers": list(reversed(THREE["answers"]))}))
    assert list(inputs(body)) == ["1.1", "1.2", "2.1"]


async def test_a_unit_is_named_by_another_identifier(opened: AsyncClient) -> None:
    unit = (await opened.get("/v1/units/H61.101")).json()
    identifiers = [{"scheme": "mdvhc", "value": "29542"}]
    body = {name: unit[name] for name in ("name", "level", "parent", "valid_from")} | {"identifiers": identifiers}
    await done(opened.put("/v1/units/H61.101", json=body))
    path = f"{SUBMISSIONS}/29542"
    written = await done(opened.put(f"{path}?unit_scheme=mdvhc", json=points(3)))
    assert written["unit"]["code"] == "H61.101"
    assert (await opened.get(f"{path}?unit_scheme=mdvhc")).json() == (await opened.get(UNIT)).json()
    for wrong in (path, f"{path}?unit_scheme=qcvn", f"{UNIT}?unit_scheme=mdvhc"):
        assert refused(await opened.get(wrong), 404) == "participant_not_found"
    card = await done(opened.get("/v1/scorecards/ky-2025/29542?unit_scheme=mdvhc"))
    assert card["unit"]["code"] == "H61.101"
    submitted = await done(opened.post(f"{path}/submit?unit_scheme=mdvhc"))
    assert submitted["status"] == "submitted"
