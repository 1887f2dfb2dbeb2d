import json
from decimal import Decimal

from httpx import AsyncClient, Response

from tests.frameworks.documents import Json, framework, leaf, node


def deep(depth: int, code: str = "1") -> Json:
    """One pillar with a chain below it, `depth` nodes in all."""
    tree = leaf(f"{code}-{depth}", 10)
    for level in range(depth - 1, 0, -1):
        tree = node(f"{code}-{level}", 10, tree)
    return tree


def chain(depth: int) -> str:
    """The text of a framework with `depth` nodes one below the other; written without recursion."""
    nested = '{"code":"1","title":"x","max_points":0,"children":[' * depth + "]}" * depth
    return json.dumps(framework(indicators=[])).replace('"indicators": []', f'"indicators": [{nested}]')


async def post_text(admin: AsyncClient, text: str) -> Response:
    return await admin.post("/v1/frameworks", content=text, headers={"Content-Type": "application/json"})


def broad() -> Json:
    """1 000 nodes, 8 deep: 125 chains of 8."""
    pillars = [deep(8, f"p{number}") for number in range(125)]
    return framework(max_points=1250, indicators=pillars)


async def test_a_tree_of_1000_nodes_8_deep_is_stored_published_and_read(admin: AsyncClient) -> None:
    path = (await admin.post("/v1/frameworks", json=broad())).headers["Location"]
    assert (await admin.post(f"{path}/publish")).status_code == 200
    got = (await admin.get(path)).json()
    assert got["max_points"] == Decimal(1250)
    listed = (await admin.get(f"{path}/indicators", params={"limit": 1000})).json()
    assert len(listed["items"]) == 1000
    assert listed["next"] is None
    assert listed["items"][7]["parent"] == "p0-7"
    assert listed["items"][8] == listed["items"][8] | {"code": "p1-1", "parent": None, "is_leaf": False}


async def test_12_nodes_may_stand_one_below_the_other_and_13_may_not(admin: AsyncClient) -> None:
    answer = await admin.post("/v1/frameworks", json=framework(max_points=10, indicators=[deep(13)]))
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_framework")
    (error,) = answer.json()["errors"]
    assert error["code"] == "tree_too_deep"
    assert error["pointer"] == "/indicators/0" + "/children/0" * 12
    allowed = await admin.post("/v1/frameworks", json=framework(max_points=10, indicators=[deep(12)]))
    assert allowed.status_code == 201


async def test_5000_nodes_are_stored_and_5001_are_not(admin: AsyncClient) -> None:
    leaves = [leaf(str(number), 0) for number in range(5000)]
    many = await admin.post("/v1/frameworks", json=framework(max_points=0, indicators=leaves))
    assert many.status_code == 201
    more = await admin.post(f"{many.headers['Location']}/indicators", json=leaf("one-more", 0))
    assert (more.status_code, more.json()["errors"][0]["code"]) == (422, "too_many_indicators")
    too_many = framework(version=2, max_points=0, indicators=[*leaves, leaf("one-more", 0)])
    answer = await admin.post("/v1/frameworks", json=too_many)
    assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "too_many_indicators")


async def test_nesting_of_10_000_is_a_clear_answer(admin: AsyncClient) -> None:
    answer = await post_text(admin, chain(10_000))
    assert (answer.status_code, answer.json()["code"]) == (400, "unreadable_body")


async def test_nesting_of_every_depth_in_between_is_a_clear_answer(admin: AsyncClient) -> None:
    for depth in (40, 80, 95, 99, 120, 200, 500):
        answer = await post_text(admin, chain(depth))
        assert (answer.status_code, answer.json()["code"]) in (
            (400, "unreadable_body"),
            (422, "invalid_framework"),
            (422, "validation_failed"),
        ), depth


async def test_parts_nested_too_deep_are_a_clear_answer(admin: AsyncClient) -> None:
    for depth in (9, 30, 60, 150):
        rule: Json = {"type": "direct"}
        for _ in range(depth):
            rule = {"type": "parts", "parts": [{"code": "p", "share": 1, "rule": rule}]}
        answer = await admin.post("/v1/rules/check", json={"rule": rule, "max_points": 1, "answer": {"p": {}}})
        assert answer.status_code in (200, 400, 422), depth
        if answer.status_code == 200:
            assert {each["code"] for each in answer.json()["errors"]} == {"too_deep"}
