"""One push into several cohorts: locked in one order, each with its version and its event; units by identifiers."""

import asyncio
import json

import asyncpg
from httpx import AsyncClient

from tests.frameworks.documents import framework
from tests.periods.building import REFERENCE, SUBMISSIONS, done, open_period, publish
from tests.pushes.pushing import FIRST, PATH, SECOND, award, body, counts, given, push, told, value

BOTH = "ky-hai-cap"


async def _open_both(admin: AsyncClient) -> None:
    await publish(admin, framework(code="trial-district", level="district"))
    levels = [{"level": "commune", "framework": REFERENCE}, {"level": "district", "framework": "trial-district/1"}]
    await open_period(admin, code=BOTH, levels=levels)


async def _version(http: AsyncClient, level: str) -> int:
    return int((await done(http.get(f"/v1/rankings?period={BOTH}&level={level}")))["version"])


async def test_one_push_reaches_every_level_with_the_framework_of_each(opened: AsyncClient) -> None:
    await _open_both(opened)
    before = {level: await _version(opened, level) for level in ("commune", "district")}
    values = [given("H61.D1", 4, "2"), given(FIRST, 3), given("H61.D2", 5, "1.2")]
    report = await done(opened.post(PATH, json=body(*values, period=BOTH)))
    assert counts(report) == {"created": 3}
    assert report["versions"] == {level: number + 1 for level, number in before.items()}
    assert {effect["unit"] for effect in report["effects"] if effect["cause"] == "own"} == {"H61.D1", "H61.D2", FIRST}
    for level, number in report["versions"].items():
        assert await _version(opened, level) == number
    wrong = body(given(FIRST, 4), given("H61.D1", 4, "2.2"), period=BOTH)
    assert told(await opened.post(PATH, json=wrong)) == [(1, "/values/1/indicator", "unknown_indicator")]
    assert await _version(opened, "commune") == report["versions"]["commune"]


async def test_pushes_into_several_levels_at_once_do_not_stop_each_other(opened: AsyncClient) -> None:
    await _open_both(opened)
    bodies = []
    for number in range(8):
        values = [
            given("H61.D1", number, "2"),
            given(FIRST, number),
            given("H61.D2", number, "2"),
            given(SECOND, number),
        ]
        bodies.append(body(*(values if number % 2 else values[::-1]), period=BOTH))
    answers = await asyncio.gather(*(opened.post(PATH, json=each) for each in bodies))
    assert [answer.status_code for answer in answers] == [200] * 8
    for level in ("commune", "district"):
        versions = sorted(answer.json()["versions"][level] for answer in answers)
        assert versions == list(range(versions[0], versions[0] + 8))


async def test_each_cohort_has_one_event_with_every_changed_value(opened: AsyncClient, database_url: str) -> None:
    await _open_both(opened)
    await done(opened.post(PATH, json=body(given(SECOND, 2, sequence=1), period=BOTH)))
    values = [
        given(FIRST, 3, sequence=4, observed_at="2025-03-01T07:00:00.5+07:00"),
        given(SECOND, 2, sequence=1),
        given(SECOND, 1, sequence=0),
        award(FIRST, 2.5, "2.2"),
        value("H61.D1", "1.1", {"a": 1, "b": 3}),
    ]
    report = await done(opened.post(PATH, json=body(*values, period=BOTH)))
    assert counts(report) == {"created": 3, "unchanged": 1, "stale": 1}
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch(
        "SELECT body FROM cohort_events WHERE body LIKE '%values.pushed%' ORDER BY recorded_at"
    )
    await connection.close()
    events = {event["chain"]: event for event in (json.loads(row["body"]) for row in rows)}
    assert len(rows) == 3
    commune, district = events[f"{BOTH}/commune"], events[f"{BOTH}/district"]
    assert (commune["type"], commune["actor"], commune["data"]["source"]) == ("values.pushed", "test-admin", "mot-cua")
    told_at = {"sequence": 4, "observed_at": "2025-03-01T00:00:00.500000Z"}
    unstamped = {"sequence": None, "observed_at": None}
    assert commune["data"]["values"] == [
        {"unit": FIRST, "indicator": "1.2", "inputs": {"points": 3}, **told_at},
        {"unit": FIRST, "indicator": "2.2", "points": 2.5, **unstamped},
    ]
    assert district["data"]["values"] == [
        {"unit": "H61.D1", "indicator": "1.1", "inputs": {"a": 1, "b": 3}, **unstamped}
    ]


async def test_units_are_named_by_another_identifier(opened: AsyncClient) -> None:
    unit = (await opened.get(f"/v1/units/{FIRST}")).json()
    identifiers = [{"scheme": "mdvhc", "value": "29542"}]
    changed = {name: unit[name] for name in ("name", "level", "parent", "valid_from")} | {"identifiers": identifiers}
    await done(opened.put(f"/v1/units/{FIRST}", json=changed))
    report = await push(opened, given("29542", 3), unit_scheme="mdvhc")
    assert counts(report) == {"created": 1}
    assert report["effects"][0]["unit"] == FIRST
    assert (await done(opened.get(f"{SUBMISSIONS}/{FIRST}")))["answers"][0]["inputs"] == {"points": 3}
    for name, query in ((FIRST, "?unit_scheme=mdvhc"), ("29542", ""), ("29542", "?unit_scheme=qcvn")):
        wrong = await opened.post(f"{PATH}{query}", json=body(given(name, 3)))
        assert told(wrong) == [(0, "/values/0/unit", "unknown_unit")]
