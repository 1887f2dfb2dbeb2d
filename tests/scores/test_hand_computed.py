"""A framework that nobody has programmed scores what a person with pencil and paper gets, without a restart."""

from tests.oracle import everything as e
from tests.oracle.numbers import Json, number
from tests.oracle.service import PERIOD, Service, unit

_CHOICE: Json = {"type": "choice", "options": e.options(full=1, half=0.5, none=0)}
_CHECKLIST: Json = {"type": "checklist", "items": e.options(plan=0.4, staff=0.35, budget=0.25)}
_BANDS: Json = {"type": "bands", "value": "a", "bands": [{"from": 20, "share": 1}, {"from": 10, "share": 0.5}]}
_PARTS: Json = {
    "type": "parts",
    "parts": [e.part("wide", 0.6, e.ratio(full_at=0.5, below="rescaled"), "a", "b"), e.part("said", 0.4, e.DIRECT)],
}
DOCUMENT = e.framework(
    "tinh-tay",
    e.node(
        "1",
        e.leaf("1.1", 10, _CHOICE),
        e.leaf("1.2", 8, _CHECKLIST),
        e.node(
            "1.3",
            e.leaf("1.3.1", 10, e.ratio(), "a", "b"),
            e.leaf("1.3.2", 20, e.ratio(full_at=0.2, below="rescaled"), "a", "b"),
            e.leaf("1.3.3", 20, e.ratio(full_at=0.2, below="unscaled"), "a", "b"),
        ),
    ),
    e.node(
        "2",
        e.leaf("2.1", 5, _BANDS, "a"),
        e.leaf("2.2", 6, {"type": "per_item", "value": "a", "points_each": 0.7}, "a:integer"),
        e.leaf("2.3", 9, e.min_max(bounds={"min": 2, "max": 8}), "a"),
        e.leaf("2.4", 9, e.min_max(direction="lower", bounds={"min": 2, "max": 8}), "a"),
        e.leaf("2.5", 10, e.best(best=9), "a"),
        e.leaf("2.6", 12, _PARTS),
    ),
    e.node("3", e.leaf("3.1", 15, e.DIRECT), e.leaf("3.2", 0, {"type": "unscored"})),
    grades=[{"code": "kha", "label": "Khá", "from_share": 0.5}, {"code": "tot", "label": "Tốt", "from_share": 0.8}],
)
ANSWERS: Json = {
    "1.1": {"choice": "half"},
    "1.2": {"checked": ["plan", "staff"]},
    "1.3.1": {"a": 1, "b": 3},
    "1.3.2": {"a": 7, "b": 50},
    "1.3.3": {"a": 7, "b": 50},
    "2.1": {"a": 12},
    "2.2": {"a": 3},
    "2.3": {"a": 4.5},
    "2.4": {"a": 3.1},
    "2.5": {"a": 2},
    "2.6": {"wide": {"a": 1, "b": 6}, "said": {"points": 4.1}},
    "3.1": {"points": 4.4},
}
# node: points, worked out on paper
POINTS = {
    "1": "31.133333",
    "1.1": "5",
    "1.2": "6",  # (0.4 + 0.35) x 8
    "1.3": "20.133333",
    "1.3.1": "3.333333",
    "1.3.2": "14",  # 0.14 / 0.2 x 20, as Gia Lai prints it
    "1.3.3": "2.8",  # 0.14 x 20, as Vĩnh Long prints it
    "2": "24.422222",
    "2.1": "2.5",
    "2.2": "2.1",
    "2.3": "3.75",  # 2.5 of 6 x 9
    "2.4": "7.35",  # 4.9 of 6 x 9
    "2.5": "2.222222",  # 2 of 9 x 10
    "2.6": "6.5",  # 12 x 0.6 x (1/6)/0.5 = 2.4, and 4.1 of the 4.8 that the second part is worth
    "3": "4.4",
    "3.1": "4.4",
    "3.2": "0",
}


async def test_a_new_framework_posted_as_json_scores_the_points_worked_out_on_paper(service: Service) -> None:
    alive = service.app
    await service.stage(DOCUMENT, [unit("P", "province"), unit("A", parent="P"), unit("B", parent="P")])
    await service.report("A", ANSWERS)
    card = await service.scorecard("A", "assessed")
    assert {node["code"]: node["points"] for node in card["indicators"]} == {
        code: number(points) for code, points in POINTS.items()
    }
    assert card["points"] == number("59.955555")
    assert card["max_points"] == 134
    assert card["coverage"] == 1
    ranking = await service.get("/rankings", period=PERIOD, level="commune")
    first, last = ranking["items"]
    assert (first["unit"]["code"], first["rank"], first["points"]) == ("A", 1, number("59.96"))
    assert (last["unit"]["code"], last["rank"], last["points"], last["coverage"]) == ("B", 2, 0, 0)
    assert (first["grade"], last["grade"]) == (None, None)  # 59.96 of 134 is 0.447462
    assert service.app is alive


async def test_a_better_answer_moves_the_points_and_the_grade_at_once(service: Service) -> None:
    await service.stage(DOCUMENT, [unit("P", "province"), unit("A", parent="P")])
    await service.report("A", {**ANSWERS, "1.3.3": {"a": 1, "b": 5}})
    ranking = await service.get("/rankings", period=PERIOD, level="commune")
    assert ranking["items"][0]["points"] == number("77.16")
    assert ranking["items"][0]["grade"] == "kha"
    before = ranking["version"]
    await service.report("A", {"1.3.3": None}, method="PATCH")
    ranking = await service.get("/rankings", period=PERIOD, level="commune")
    assert (ranking["version"], ranking["items"][0]["points"]) == (before + 1, number("57.16"))
