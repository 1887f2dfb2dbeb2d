"""Worked examples over HTTP: kept with the document, sealed by its hash, checked when it is published."""

from hashlib import sha256
from typing import Any

import pytest
import rfc8785
from httpx import AsyncClient

from tests.frameworks.documents import Json, framework, leaf, node, ratio_leaf
from tests.frameworks.test_life_cycle import document_of

HOLDS = {"inputs": {"a": 4, "b": 10}, "points": 5}
FAILS = {"inputs": {"a": 4, "b": 10}, "points": 6}
SPREAD: Json = {
    "inputs": [{"name": "n", "label": "Số", "type": "number"}],
    "rule": {"type": "min_max", "value": "n", "direction": "higher"},
}


def with_examples(*examples: Json, **fields: Any) -> Json:
    ratio = ratio_leaf("1.1", 10, examples=list(examples))
    return framework(indicators=[node("1", 20, ratio, leaf("1.2", 10)), leaf("2", 10)], **fields)


async def create(admin: AsyncClient, document: Json) -> str:
    answer = await admin.post("/v1/frameworks", json=document)
    assert answer.status_code == 201, answer.text
    return answer.headers["Location"]


async def test_examples_are_part_of_the_document_and_of_its_hash(admin: AsyncClient, client: AsyncClient) -> None:
    parts = {"inputs": {"p": {"n": 0.5, "open": True}, "checked": ["x", "y"], "choice": "yes"}, "points": 1.25}
    sent = [HOLDS, {**HOLDS, "cohort": [{"a": 1, "b": 2}]}]
    path = await create(admin, with_examples(*sent, parts))
    assert (await admin.get(path)).json()["indicators"][0]["children"][0]["examples"] == [*sent, parts]

    path = await create(admin, with_examples(*sent, version=2))
    assert (await admin.post(f"{path}/publish")).status_code == 200
    got = (await client.get(path)).json()
    assert got["indicators"][0]["children"][0]["examples"] == sent
    assert got["content_hash"] == sha256(rfc8785.dumps(document_of(got))).hexdigest()
    (flat,) = [each for each in (await client.get(f"{path}/indicators")).json()["items"] if each["code"] == "1.1"]
    assert flat["examples"] == sent


async def test_a_leaf_without_examples_says_nothing_of_them(admin: AsyncClient, draft: str) -> None:
    got = (await admin.get(draft)).json()
    assert "examples" not in got["indicators"][0]["children"][0]


async def test_publishing_refuses_and_lists_every_example_that_fails(admin: AsyncClient) -> None:
    spread = leaf("2", 10, examples=[{"inputs": {"n": 3}, "cohort": [{"n": 1}, {"n": 4}], "points": 6.67}], **SPREAD)
    unknown = {"inputs": {"a": 1, "b": 2, "c": 3}, "points": 1}
    ratio = ratio_leaf("1.1", 10, examples=[FAILS, HOLDS, unknown])
    path = await create(admin, framework(indicators=[node("1", 20, leaf("1.2", 10), ratio), spread]))
    before = (await admin.get(path)).json()
    answer = await admin.post(f"{path}/publish")
    assert (answer.status_code, answer.json()["code"]) == (422, "example_failed")
    assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [
        ("/indicators/0/children/1/examples/0", "example_failed"),
        ("/indicators/0/children/1/examples/2/inputs/c", "unknown_input"),
        ("/indicators/1/examples/0", "example_failed"),
    ]
    assert answer.json()["errors"][0]["detail"] == "expected 6 points, got 5"
    assert answer.json()["errors"][2]["detail"] == "expected 6.67 points, got 6.666667"
    assert (await admin.get(path)).json() == before  # still a draft of the same revision


async def test_a_draft_may_have_examples_that_do_not_hold_yet(admin: AsyncClient) -> None:
    path = await create(admin, with_examples(FAILS))
    changed = await admin.put(f"{path}/indicators/1.1", json=ratio_leaf("1.1", 10, examples=[HOLDS]))
    assert changed.status_code == 200
    assert (await admin.post(f"{path}/publish")).status_code == 200


@pytest.mark.parametrize(
    ("example", "pointer", "code"),
    [
        ({**HOLDS, "points": 10.5}, "/points", "points_above_maximum"),
        ({**HOLDS, "note": "x"}, "/note", "unknown_field"),
        ({"points": 1}, "/inputs", "missing"),
        ({**HOLDS, "inputs": {"a": None}}, "/inputs/a", "input_type"),
        ({**HOLDS, "inputs": {"a": 2**60}}, "/inputs/a", "number_too_large"),
        ({**HOLDS, "inputs": {"p": {"a": "\u0007"}}}, "/inputs/p/a", "control_character"),
        ({**HOLDS, "cohort": [{"a": 1, "b": 2}, 3]}, "/cohort/1", "not_an_object"),
    ],
)
async def test_an_example_of_another_shape_is_refused_with_the_draft(
    admin: AsyncClient, example: Json, pointer: str, code: str
) -> None:
    answer = await admin.post("/v1/frameworks", json=with_examples(HOLDS, example))
    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (f"/indicators/0/children/0/examples/1{pointer}", code)


async def test_an_inner_node_takes_no_examples(admin: AsyncClient) -> None:
    document = framework(indicators=[node("1", 20, leaf("1.1", 20), examples=[HOLDS]), leaf("2", 10)])
    answer = await admin.post("/v1/frameworks", json=document)
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/indicators/0/examples", "examples_on_inner_node")
