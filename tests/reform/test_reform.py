"""A whole reform over HTTP: 2024 with districts, the mergers of July 2025, 2025 with a new set; the past stays."""

from dataclasses import dataclass

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.audit.service import verify
from app.kernel.database import Database, transaction
from app.scores.rebuild import rebuild_all
from tests.frameworks.documents import framework, leaf, node, ratio_leaf
from tests.periods.building import Json, done, found, period, publish, refused, unit
from tests.units.documents import DAY, change, reorganise, successor

DISTRICTS = ("H61.D1", "H61.D2")
OLD_COMMUNES = tuple(f"H61.{number}" for number in range(101, 107))
COMPARED = {"type": "min_max", "value": "a", "direction": "higher"}
INPUT_A = [{"name": "a", "label": "Số người", "type": "number"}]
EXAMPLES = [
    {"inputs": {"a": 3}, "cohort": [{"a": 1}, {"a": 5}], "points": 10},
    {"inputs": {"a": 1}, "cohort": [{"a": 3}, {"a": 5}], "points": 0},
]
OLD_SET = framework(
    code="xa",
    max_points=40,
    indicators=[
        node("1", 20, ratio_leaf("1.1", 10), leaf("1.2", 10)),
        leaf("2", 20, rule=COMPARED, inputs=INPUT_A, examples=EXAMPLES),
    ],
)
DISTRICT_SET = framework(code="huyen", level="district", max_points=10, indicators=[leaf("1", 10)])
# The next decree: 1.1 rises in proportion to half only, 1.2 goes, 2 weighs twice as much, 3 is new.
NEW_SET = framework(
    code="xa",
    version=2,
    max_points=80,
    indicators=[
        node(
            "1",
            20,
            ratio_leaf("1.1", 20, rule={"type": "proportional", "value": "a / b", "full_at": 0.5, "below": "rescaled"}),
        ),
        leaf("2", 40, rule=COMPARED, inputs=INPUT_A),
        leaf("3", 20),
    ],
)
# The day of the reform: three mergers of different kinds, a new name, and the end of the districts.
CHANGES = (
    change("merge", ["H61.101", "H61.102"], successor("H61.201", "Xã Mới")),
    change("merge", ["H61.103", "H61.104"], successor("H61.103", "Xã Đi Tiếp")),
    change("move", ["H61.105"], successor("H61.105", "Phường Tên Mới")),
    change("move", ["H61.106"], successor("H61.106")),
    *(change("abolish", [code], successor("H61", "Tỉnh Vĩnh Long", "province", None)) for code in DISTRICTS),
)
PAST = [
    "/v1/rankings?period=nam-2024&level=commune",
    "/v1/rankings?period=nam-2024&level=commune&basis=self&limit=2",
    "/v1/rankings?period=nam-2024&level=commune&within=H61.D1",
    "/v1/rankings?period=nam-2024&level=commune&pillar=2",
    "/v1/rankings?period=nam-2024&level=district",
    "/v1/aggregates?period=nam-2024&level=commune",
    "/v1/periods/nam-2024/participants",
    *(f"/v1/scorecards/nam-2024/{code}" for code in (*OLD_COMMUNES, *DISTRICTS)),
    "/v1/scorecards/nam-2024/H61.101/2/receipt",
    "/v1/submissions/nam-2024/H61.101",
]


@dataclass(frozen=True, slots=True)
class Seen:
    """What a request was answered with."""

    status: int
    tag: str | None
    body: bytes


async def seen(admin: AsyncClient) -> dict[str, Seen]:
    found: dict[str, Seen] = {}
    for path in PAST:
        answer = await admin.get(path)
        found[path] = Seen(answer.status_code, answer.headers.get("ETag"), answer.content)
    return found


def reported(ratio: int, direct: float, value: float) -> Json:
    given = {"1.1": {"a": ratio, "b": 10}, "1.2": {"points": direct}, "2": {"a": value}}
    return {"answers": [{"indicator": code, "inputs": inputs} for code, inputs in given.items()]}


def reported_anew(ratio: int, value: float, new: float) -> Json:
    given = {"1.1": {"a": ratio, "b": 10}, "2": {"a": value}, "3": {"points": new}}
    return {"answers": [{"indicator": code, "inputs": inputs} for code, inputs in given.items()]}


async def year_2024(admin: AsyncClient) -> None:
    """Six communes in two districts, assessed with the old set; then the year is closed."""
    await publish(admin, OLD_SET)
    await publish(admin, DISTRICT_SET)
    await found(admin, [unit("H61", "province", None, name="Tỉnh Vĩnh Long")])
    await found(admin, [unit(code, "district") for code in DISTRICTS])
    await found(admin, [unit(code, parent=DISTRICTS[n // 3]) for n, code in enumerate(OLD_COMMUNES)])
    levels = [{"level": "commune", "framework": "xa/1"}, {"level": "district", "framework": "huyen/1"}]
    dates = {"starts_on": "2024-01-01", "ends_on": "2024-12-31"}
    await done(admin.post("/v1/periods", json=period(code="nam-2024", levels=levels, **dates)), 201)
    await done(admin.post("/v1/periods/nam-2024/open"))
    for number, code in enumerate(OLD_COMMUNES):
        body = reported(4 + number % 3, 2 * number, 10 * number)
        await done(admin.put(f"/v1/submissions/nam-2024/{code}", json=body))
    for number, code in enumerate(DISTRICTS):
        body = {"answers": [{"indicator": "1", "inputs": {"points": 5 + number}}]}
        await done(admin.put(f"/v1/submissions/nam-2024/{code}", json=body))
    await done(admin.post("/v1/periods/nam-2024/close"))


async def items(admin: AsyncClient, path: str) -> dict[str, Json]:
    return {item["unit"]["code"]: item for item in (await done(admin.get(path)))["items"]}


async def try_the_next_set(admin: AsyncClient) -> None:
    """The new set is drafted, compared with the old one, rehearsed on 2024, and published."""
    await done(admin.post("/v1/frameworks", json=NEW_SET), 201)
    shown = await done(admin.get("/v1/frameworks/xa/2/diff?against=xa/1"))
    assert [node["code"] for node in shown["added"]] == ["3"]
    assert [node["code"] for node in shown["removed"]] == ["1.2"]
    assert {node["code_after"] for node in shown["points_changed"]} == {"1.1", "2"}
    changed = {rule["code_after"]: rule["words"] for rule in shown["rule_changed"]}
    assert changed == {"1.1": ["The full mark: 0.8 becomes 0.5."]}
    before = await items(admin, "/v1/rankings?period=nam-2024&level=commune")
    rehearsal = await done(admin.post("/v1/frameworks/xa/2/rehearsals", json={"period": "nam-2024"}))
    after = {one["unit"]["code"]: one for one in rehearsal["units"]}
    assert {code: (one["rank_before"], one["points_before"]) for code, one in after.items()} == {
        code: (item["rank"], item["points"]) for code, item in before.items()
    }
    # 1.1: 0.4, 0.5 and 0.6 of the half that is wanted; 2: 0 to 50 of 50; 3 has nobody's answer.
    expected = [20 * min(1, (4 + n % 3) / 5) + 40 * n / 5 for n in range(6)]
    assert [after[code]["points_after"] for code in OLD_COMMUNES] == pytest.approx(expected)
    assert {(one["indicator"], one["units"]) for one in rehearsal["without_data"]} == {("3", 6)}
    await done(admin.post("/v1/frameworks/xa/2/publish"))


async def year_2025(admin: AsyncClient) -> None:
    """The units of 1 July, assessed with the new set."""
    dates = {"starts_on": DAY, "ends_on": "2025-12-31"}
    gone = period(code="nam-2025", levels=[{"level": "district", "framework": "huyen/1"}], **dates)
    made = await admin.post("/v1/periods", json=gone)
    if made.status_code == 201:
        assert refused(await admin.post("/v1/periods/nam-2025/open"), 422)
        await done(admin.delete("/v1/periods/nam-2025"), 204)
    levels = [{"level": "commune", "framework": "xa/2"}]
    await done(admin.post("/v1/periods", json=period(code="nam-2025", levels=levels, **dates)), 201)
    await done(admin.post("/v1/periods/nam-2025/open"))
    reports = {"H61.103": (5, 30, 10), "H61.105": (1, 10, 0), "H61.106": (3, 20, 20), "H61.201": (5, 50, 12.5)}
    assert set(await items(admin, "/v1/periods/nam-2025/participants")) == set(reports)
    for code, figures in reports.items():
        await done(admin.put(f"/v1/submissions/nam-2025/{code}", json=reported_anew(*figures)))


async def test_a_reform_leaves_the_past_as_it_was_and_the_new_year_comparable(app: FastAPI, admin: AsyncClient) -> None:
    database: Database = app.state.database
    await year_2024(admin)
    past = await seen(admin)
    assert {answer.status for answer in past.values()} == {200}
    await try_the_next_set(admin)
    recorded = await reorganise(admin, *CHANGES)
    effects = {one["code"]: one["effect"] for one in recorded["units"]}
    assert {code for code, effect in effects.items() if effect == "ended"} == {
        *DISTRICTS,
        "H61.101",
        "H61.102",
        "H61.104",
    }
    assert await seen(admin) == past
    await year_2025(admin)

    old = await items(admin, "/v1/rankings?period=nam-2024&level=commune")
    new = await items(admin, "/v1/rankings?period=nam-2025&level=commune&compare=nam-2024")
    assert {code: item["unit"]["name"] for code, item in new.items()} == {
        "H61.201": "Xã Mới",
        "H61.103": "Xã Đi Tiếp",
        "H61.105": "Phường Tên Mới",
        "H61.106": "Xã H61.106",
    }
    assert {code: (item["rank"], item["points"]) for code, item in new.items()} == {
        "H61.201": (1, 72.5),  # 20 + 40 + 12.5
        "H61.103": (2, 50),  # 20 + 20 + 10
        "H61.106": (3, 42),  # 12 + 10 + 20
        "H61.105": (4, 4),  # 4 + 0 + 0
    }
    for code, predecessors in {"H61.201": ("H61.101", "H61.102"), "H61.103": ("H61.103", "H61.104")}.items():
        shares = [old[one]["share"] for one in predecessors]
        previous = new[code]["previous"]
        assert previous["kind"] == "mean_of_predecessors"
        assert previous["predecessors"] == list(predecessors)
        assert (previous["rank"], previous["points"]) == (None, None)  # of 40 points then, of 80 now
        assert previous["share"] == pytest.approx(sum(shares) / 2, abs=1e-6)
    for code in ("H61.105", "H61.106"):
        previous, then = new[code]["previous"], old[code]
        assert (previous["kind"], previous["rank"], previous["points"]) == ("same", then["rank"], then["points"])

    assert await seen(admin) == past
    async with transaction(database) as session:
        chains = await verify(session)
    assert {chain.chain for chain in chains} == {"global", "nam-2024/commune", "nam-2024/district", "nam-2025/commune"}
    assert all(chain.valid for chain in chains)
    assert [report.differences for report in await rebuild_all(database)] == [[], [], []]
