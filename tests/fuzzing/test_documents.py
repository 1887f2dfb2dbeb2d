"""Documents whose parts are checked one by one, further than their schemas go, take anything without falling over."""

import itertools
from typing import Any

from httpx import AsyncClient
from hypothesis import given as drawn
from hypothesis import seed

from tests.frameworks.documents import EVERY_RULE, framework, leaf, node, ratio_leaf
from tests.fuzzing.answering import send
from tests.fuzzing.effort import SEED, tried
from tests.fuzzing.mangling import mangled
from tests.oracle.everything import DOCUMENT
from tests.units.documents import COMMUNES, MERGE, change, document, successor

_RULED = [leaf(f"1.{number}", 10, rule=rule) for number, rule in enumerate(EVERY_RULE, 1)]
_FRAMEWORKS = (
    framework(),
    framework(max_points=10 * len(_RULED), indicators=[node("1", 10 * len(_RULED), *_RULED)]),
    DOCUMENT,
)
_versions = itertools.count(1)
_CHECKS = [{"rule": rule, "inputs": [{"name": "a", "type": "number"}], "max_points": 10} for rule in EVERY_RULE]
_CHECKED = {name: item for name, item in ratio_leaf("1.1", 10).items() if name not in ("code", "title")}
_REORGANISATIONS = (
    document(MERGE),
    document(
        change("split", [COMMUNES[0]], successor("H61.201", share=0.4), successor("H61.202", share=0.6)),
        change("abolish", list(COMMUNES[1:3]), successor("H61.203")),
        change("rename", ["H61"], successor("H61", "Tỉnh Vĩnh Long mới", "province", None)),
        change("move", [COMMUNES[3]], successor(COMMUNES[3])),
    ),
)


@seed(SEED)
@tried(60)
@drawn(mangled(*_FRAMEWORKS))
async def test_a_framework_is_stored_as_it_was_sent_or_refused(admin: AsyncClient, sent: Any) -> None:
    if isinstance(sent, dict) and sent.get("version") == 1:
        sent["version"] = next(_versions)  # what was published stays
    answer = await send(admin, "/v1/frameworks", sent)
    assert answer.status_code in (201, 400, 422)
    if answer.status_code != 201:
        return
    where = answer.headers["Location"]
    stored = (await admin.get(where)).json()
    assert stored == answer.json()
    again = await admin.put(where, json=stored)
    assert again.status_code == 200, again.text
    published = await admin.post(f"{where}/publish")
    assert published.status_code in (200, 422), published.text
    if published.status_code == 422:
        assert (await admin.delete(where)).status_code == 204
    else:
        assert (await admin.post(f"{where}/retire")).status_code == 200


@seed(SEED)
@tried(60)
@drawn(mangled(*_CHECKS, {**_CHECKED, "answer": {"a": 1, "b": 2}}))
async def test_a_rule_is_checked_whatever_it_says(admin: AsyncClient, sent: Any) -> None:
    answer = await send(admin, "/v1/rules/check", sent)
    assert answer.status_code in (200, 400, 422)
    if answer.status_code == 200:
        assert answer.json()["valid"] == (answer.json()["errors"] == [])


@seed(SEED)
@tried(60)
@drawn(mangled(*_REORGANISATIONS))
async def test_a_reorganisation_is_recorded_or_refused_whole(province: AsyncClient, sent: Any) -> None:
    before = (await province.get("/v1/units?limit=1000")).json()
    answer = await send(province, "/v1/units/reorganisations", sent)
    assert answer.status_code in (201, 400, 409, 422)
    if answer.status_code != 201:
        assert (await province.get("/v1/units?limit=1000")).json() == before
