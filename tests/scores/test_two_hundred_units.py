"""200 units put in by HTTP rank as an independent computation says, in every selection and on every page."""

import random
import statistics
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest
from sqlalchemy import text

from app.kernel.database import transaction
from tests.oracle import everything as e
from tests.oracle.agreement import all_items, ranking_agrees
from tests.oracle.numbers import Json, half_up, number
from tests.oracle.receipts import points_of
from tests.oracle.service import PERIOD, Service, unit

# In Vietnamese order, put down by hand: a ă â, d before đ, e ê, o ô. "Hòa Lư 3" stands before "Hoa Lư 10" and after
# "Hoa Lư 3": the tone decides only where letters and numbers are the same.
NAMES = (
    *("An Bình", "Ân Thi", "Bà Rịa", "Cái Bè", "Cẩm Mỹ", "Cần Giờ", "Dầu Tiếng", "Đa Phước", "Em Thắng", "Hoa Lư"),
    *("Hòa Lư", "Long Hồ", "Ô Môn", "Phú Đức", "Tam Bình", "Tân An", "Trà Ôn", "Vĩnh Xuân", "Vũng Liêm", "Ý Yên"),
)
# Hidden digits: 10.004999 shows as 10, 10.005 and 10.014999 as 10.01, 10.015 as 10.02.
DIRECT = ("0", "10", "10.004999", "10.005", "10.01", "10.014999", "10.015", "39.999999")
RATIOS = ((0, 1), (1, 8), (1, 3), (2, 3), (1, 1))
DOCUMENT = e.framework(
    "hai-tram", e.node("1", e.leaf("1.1", 60, e.ratio(), "a", "b")), e.node("2", e.leaf("2.1", 40, e.DIRECT))
)


@dataclass(frozen=True)
class Contestant:
    code: str
    name: str
    place: tuple[int, int, bool]
    parent: str
    group: str | None
    ranked: bool
    answers: Json
    points: dict[str | None, Fraction]


def _contestant(number_: int, chance: random.Random) -> Contestant:
    at, turn = number_ % len(NAMES), number_ // len(NAMES) + 1
    name = NAMES[at]
    (a, b), direct = chance.choice(RATIOS), chance.choice(DIRECT)
    answers = {"1.1": {"a": a, "b": b}, "2.1": {"points": float(direct)}}
    first, second = points_of(Fraction(a, b), Fraction(60)), number(direct)
    if number_ % 29 == 3:  # nothing reported
        answers, first, second = {}, Fraction(0), Fraction(0)
    return Contestant(
        f"U{number_:03}",
        f"{name} {turn}",
        (NAMES.index("Hoa Lư") if name == "Hòa Lư" else at, turn, name == "Hòa Lư"),
        "D1" if number_ % 3 else "D2",
        "urban" if number_ % 5 == 0 else None,
        number_ % 23 != 7,
        answers,
        {None: first + second, "1": first, "2": second},
    )


CONTESTANTS = [_contestant(number_, random.Random(number_)) for number_ in range(200)]


@pytest.fixture(scope="module")
async def service(shared_service: Service) -> Service:
    units = [unit("P", "province"), *(unit(code, "district", "P") for code in ("D1", "D2"))]
    units += [unit(c.code, parent=c.parent, name=c.name) for c in reversed(CONTESTANTS)]
    roster = [{"unit": c.code, "group": c.group, "ranked": c.ranked} for c in CONTESTANTS]
    await shared_service.stage(DOCUMENT, units, roster=roster)
    for contestant in CONTESTANTS:
        if contestant.answers:
            await shared_service.report(contestant.code, contestant.answers)
    return shared_service


def _expected(chosen: list[Contestant], pillar: str | None) -> list[tuple[int | None, str, Fraction]]:
    """Rank, code and shown points in order: competition ranking on what is shown, the unranked last."""
    shown = {c.code: half_up(c.points[pillar], 2) for c in chosen}
    ordered = sorted(chosen, key=lambda c: (not c.ranked, -shown[c.code], c.place))
    better = {c.code: sum(o.ranked and shown[o.code] > shown[c.code] for o in chosen) for c in chosen}
    return [(better[c.code] + 1 if c.ranked else None, c.code, shown[c.code]) for c in ordered]


def test_the_two_hundred_have_ties_near_ties_and_units_that_are_not_ranked() -> None:
    ranks = [rank for rank, _, _ in _expected(CONTESTANTS, None)]
    assert len({rank for rank in ranks if rank}) < 45
    assert ranks.count(None) == 9
    shown = {half_up(c.points[None], 2): c.points[None] for c in CONTESTANTS}
    assert len({c.points[None] for c in CONTESTANTS}) > len(shown), "no near tie is hidden"


async def test_the_planner_knows_of_them_once_the_period_is_open(service: Service) -> None:
    known = text("""
        SELECT tablename FROM pg_stats WHERE attname = 'unit_id' AND tablename IN ('participants', 'scorecards')
    """)
    async with transaction(service.app.state.database) as session:
        assert set(await session.scalars(known)) == {"participants", "scorecards"}


@pytest.mark.parametrize("limit", [7, 1000])
@pytest.mark.parametrize("pillar", [None, "1", "2"])
@pytest.mark.parametrize("within", [None, "P", "D1", "D2"])
@pytest.mark.parametrize("group", [None, "urban"])
async def test_every_selection_ranks_as_computed_apart(
    service: Service, limit: int, pillar: str | None, within: str | None, group: str | None
) -> None:
    chosen = [c for c in CONTESTANTS if within in {None, "P", c.parent} and group in {None, c.group}]
    query: dict[str, Any] = {"pillar": pillar, "within": within, "group": group, "limit": limit}
    items = await all_items(service, period=PERIOD, level="commune", **query)
    assert [(item["rank"], item["unit"]["code"], item["points"]) for item in items] == _expected(chosen, pillar)
    for at, code in enumerate(("1", "2")):
        ranks = {name: rank for rank, name, _ in _expected(chosen, code)}
        assert {item["unit"]["code"]: item["pillars"][at]["rank"] for item in items} == ranks


async def test_every_unit_has_the_same_points_and_rank_on_its_scorecard(service: Service) -> None:
    cards = {c.code: await service.scorecard(c.code, "assessed") for c in CONTESTANTS}
    await ranking_agrees(service, PERIOD, "commune", "assessed", cards)


@pytest.mark.parametrize("within", [None, "D2"])
async def test_the_summary_is_that_of_the_units_that_reported(service: Service, within: str | None) -> None:
    chosen = [c for c in CONTESTANTS if within in {None, c.parent}]
    points = [c.points[None] for c in chosen if c.answers]
    query = {"period": PERIOD, "level": "commune", **({"within": within} if within else {})}
    assert (await service.get("/rankings", **query))["summary"] == {
        "units": len(chosen),
        "ranked": sum(c.ranked for c in chosen),
        "reported": len(points),
        "mean": half_up(statistics.mean(points), 2),
        "median": half_up(Fraction(statistics.median(points)), 2),
        "min": half_up(min(points), 2),
        "max": half_up(max(points), 2),
    }
