from httpx import AsyncClient

from tests.frameworks.documents import framework, leaf, node, ratio_leaf


async def test_the_flat_list_has_every_node_in_document_order_with_its_parent(admin: AsyncClient, draft: str) -> None:
    items = (await admin.get(f"{draft}/indicators")).json()["items"]
    assert [(each["code"], each["parent"], each["is_leaf"]) for each in items] == [
        ("1", None, False),
        ("1.1", "1", True),
        ("1.2", "1", True),
        ("2", None, True),
    ]
    assert items[1]["rule"] == ratio_leaf("1.1", 10)["rule"]
    assert "children" not in items[0]


async def test_the_flat_list_is_paged(admin: AsyncClient, draft: str) -> None:
    codes: list[str] = []
    path: str | None = f"{draft}/indicators?limit=3"
    pages = 0
    while path:
        page = await admin.get(path)
        codes += [each["code"] for each in page.json()["items"]]
        path = page.links["next"]["url"] if page.json()["next"] else None
        pages += 1
    assert (pages, codes) == (2, ["1", "1.1", "1.2", "2"])


async def test_one_indicator_is_read_with_all_below_it(admin: AsyncClient, draft: str) -> None:
    answer = (await admin.get(f"{draft}/indicators/1")).json()
    assert answer["parent"] is None
    assert [each["code"] for each in answer["children"]] == ["1.1", "1.2"]
    assert (await admin.get(f"{draft}/indicators/1.2")).json()["parent"] == "1"
    missing = await admin.get(f"{draft}/indicators/9")
    assert (missing.status_code, missing.json()["code"]) == (404, "indicator_not_found")


async def test_an_indicator_that_was_read_can_be_sent_back_changed(admin: AsyncClient, draft: str) -> None:
    path = f"{draft}/indicators/1.1"
    read = (await admin.get(path)).json()
    changed = await admin.put(path, json=read | {"title": "Tên mới"}, headers={"If-Match": '"1"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json() == read | {"title": "Tên mới"}
    assert (await admin.get(draft)).json()["indicators"][0]["children"][0]["title"] == "Tên mới"


async def test_sums_may_be_wrong_while_a_draft_is_edited_but_not_when_it_is_published(
    admin: AsyncClient, draft: str
) -> None:
    added = await admin.post(f"{draft}/indicators", json=leaf("1.3", 5, parent="1"))
    assert added.status_code == 201
    assert added.headers["Location"] == f"{draft}/indicators/1.3"
    assert added.json()["parent"] == "1"
    refused = await admin.post(f"{draft}/publish")
    assert (refused.status_code, refused.json()["code"]) == (422, "invalid_framework")
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/indicators/0/max_points", "points_do_not_add_up")
    assert "25" in error["detail"]
    assert (await admin.get(draft)).json()["status"] == "draft"

    assert (await admin.put(f"{draft}/indicators/1.2", json=leaf("1.2", 5))).status_code == 200
    assert (await admin.post(f"{draft}/publish")).status_code == 200
    codes = [each["code"] for each in (await admin.get(f"{draft}/indicators")).json()["items"]]
    assert codes == ["1", "1.1", "1.2", "1.3", "2"]


async def test_a_pillar_is_added_at_the_end(admin: AsyncClient, draft: str) -> None:
    assert (await admin.post(f"{draft}/indicators", json=node("3", 4, leaf("3.1", 4)))).status_code == 201
    items = (await admin.get(f"{draft}/indicators")).json()["items"]
    assert [(each["code"], each["parent"]) for each in items][-2:] == [("3", None), ("3.1", "3")]


async def test_an_indicator_is_deleted_with_all_below_it(admin: AsyncClient, draft: str) -> None:
    deleted = await admin.delete(f"{draft}/indicators/1")
    assert (deleted.status_code, deleted.headers["ETag"]) == (204, '"2"')
    assert [each["code"] for each in (await admin.get(f"{draft}/indicators")).json()["items"]] == ["2"]


WRONG_EDITS = {
    "a code that is there": (leaf("1.2", 1, parent="1"), 409, "indicator_exists", []),
    "a parent that is not there": (leaf("9.1", 1, parent="9"), 422, "unknown_parent", ["/parent"]),
    "a child below a leaf": (leaf("2.1", 1, parent="2"), 422, "invalid_framework", [""]),
    "a rule with an unknown name": (
        leaf("3", 1, rule={"type": "bands", "value": "z", "bands": [{"from": 0, "share": 1}]}),
        422,
        "invalid_framework",
        ["/rule/value"],
    ),
    "a code twice below it": (
        node("3", 1, leaf("3.1", 1), leaf("3.1", 0)),
        422,
        "invalid_framework",
        ["/children/1/code"],
    ),
    "an unknown field": (leaf("3", 1, ordinal=4), 422, "validation_failed", ["/ordinal"]),
}


async def test_a_wrong_indicator_is_not_added_and_the_pointers_go_into_it(admin: AsyncClient, draft: str) -> None:
    for name, (body, status, code, pointer) in WRONG_EDITS.items():
        answer = await admin.post(f"{draft}/indicators", json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code), name
        assert [each["pointer"] for each in answer.json()["errors"]] == pointer, name
    assert (await admin.get(draft)).json()["revision"] == 1


async def test_an_indicator_keeps_its_code_and_its_place(admin: AsyncClient, draft: str) -> None:
    path = f"{draft}/indicators/1.2"
    renamed = await admin.put(path, json=leaf("1.9", 10))
    assert (renamed.status_code, renamed.json()["code"]) == (422, "code_mismatch")
    moved = await admin.put(path, json=leaf("1.2", 10, parent=None))
    assert (moved.status_code, moved.json()["code"]) == (422, "parent_mismatch")
    assert (await admin.put(path, json=leaf("1.2", 10, parent="1"))).status_code == 200


async def test_the_last_child_and_the_last_leaf_of_an_exemption_cannot_go(admin: AsyncClient) -> None:
    document = framework(
        exemptions=[{"code": "e", "tag": "x", "policy": "full", "citation": "VII.4"}],
        indicators=[node("1", 20, leaf("1.1", 20)), leaf("2", 10, tags=["x"])],
    )
    draft = (await admin.post("/v1/frameworks", json=document)).headers["Location"]
    child = await admin.delete(f"{draft}/indicators/1.1")
    assert (child.status_code, child.json()["errors"][0]["code"]) == (422, "missing_rule")
    assert "/indicators/0/rule" in child.json()["errors"][0]["detail"]
    bearer = await admin.delete(f"{draft}/indicators/2")
    assert (bearer.status_code, bearer.json()["errors"][0]["code"]) == (422, "unused_tag")
    assert (await admin.put(f"{draft}/indicators/1", json=leaf("1", 20))).status_code == 200


async def test_editing_a_node_that_is_not_there_is_not_found(admin: AsyncClient, draft: str) -> None:
    for answer in (
        await admin.put(f"{draft}/indicators/9", json=leaf("9", 1)),
        await admin.delete(f"{draft}/indicators/9"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (404, "indicator_not_found")
