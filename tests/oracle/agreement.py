"""What the service says of one unit in several places, held together."""

from fractions import Fraction

from tests.oracle.numbers import Json, half_up
from tests.oracle.receipts import recomputed
from tests.oracle.service import Service


async def receipts_agree(service: Service, period: str, unit: str, basis: str) -> list[str]:
    """Fail unless every node's receipt, computed again, says what the scorecard says; the nodes' codes."""
    card = await service.scorecard(unit, basis, period=period)
    for shown in card["indicators"]:
        receipt = await service.receipt(unit, shown["code"], basis, period=period)
        at = f"{period} {unit} {shown['code']} {basis}"
        assert (receipt["state"], receipt["points"]) == (shown["state"], shown["points"]), at
        assert recomputed(receipt) == (shown["state"], shown["points"]), at
        assert receipt["cohort_version"] == card["version"], at
        # A leaf's receipt has the share before the points were rounded, the scorecard the share of those points.
        assert abs(receipt["share"] - shown["share"]) <= Fraction(1, 10**6), at
    shares_agree(card)
    return [shown["code"] for shown in card["indicators"]]


def shares_agree(card: Json) -> None:
    """Fail unless the scorecard adds up and every share is its points' share of the maximum."""
    pillars = [shown for shown in card["indicators"] if shown["parent"] is None]
    assert card["points"] == sum(shown["points"] for shown in pillars)
    assert card["max_points"] == sum(shown["max_points"] for shown in pillars)
    for shown in [card, *card["indicators"]]:
        share = half_up(Fraction(shown["points"]) / shown["max_points"], 6) if shown["max_points"] else 0
        assert shown["share"] == share, shown.get("code")


async def ranking_agrees(service: Service, period: str, level: str, basis: str, cards: dict[str, Json]) -> None:
    """Fail unless the ranking, read page by page, shows every scorecard's points, rank, coverage and pillars."""
    items = await all_items(service, period=period, level=level, basis=basis, limit=17)
    assert {item["unit"]["code"] for item in items} == set(cards)
    for item in items:
        card, at = cards[item["unit"]["code"]], item["unit"]["code"]
        assert item["unit"] == card["unit"], at
        assert item["rank"] == card["rank"], at
        assert item["points"] == half_up(Fraction(card["points"]), 2), at
        assert item["coverage"] == card["coverage"], at
        pillars = {shown["code"]: shown["points"] for shown in card["indicators"] if shown["parent"] is None}
        found = {pillar["code"]: pillar["points"] for pillar in item["pillars"]}
        assert found == {code: half_up(Fraction(points), 2) for code, points in pillars.items()}, at


async def all_items(service: Service, **query: str | int | None) -> list[Json]:
    """The items of every page."""
    selection = {name: value for name, value in query.items() if value is not None}
    page = await service.get("/rankings", **selection)
    items = list(page["items"])
    while page["next"] is not None:
        assert len(page["items"]) == query["limit"]
        page = await service.get("/rankings", **selection, cursor=page["next"])
        items += page["items"]
    return items
