"""Rules that look at nothing but the answer: the share of each, and what it does at its edges."""

from typing import Any

import pytest

from app.scoring import Indicator
from tests.scoring.documents import A_OF_B, D, answer_problems, leaf, number, score

HALF = {"code": "half", "label": "Deputy", "share": 0.5}
OPTIONS = [
    {"code": "full", "label": "Head", "share": 1},
    HALF,
    {"code": "none", "label": "Nobody", "share": 0},
]
PORTAL = [{"code": "functions", "label": "f", "share": 0.8}, {"code": "ipv6", "label": "6", "share": 0.2}]
COUNT = [number("n")]


def ratio(**fields: Any) -> Indicator:
    return leaf({"type": "proportional", "value": "a / b", **fields}, inputs=A_OF_B)


def counted(rule: dict[str, Any], **fields: Any) -> Indicator:
    return leaf({"value": "n", **rule}, inputs=COUNT, **fields)


@pytest.mark.parametrize(("code", "points"), [("full", 10), ("half", 5), ("none", 0)])
def test_a_choice_gives_the_share_of_the_option(code: str, points: int) -> None:
    assert score(leaf({"type": "choice", "options": OPTIONS}), {"choice": code}).points == points


@pytest.mark.parametrize("given", ["other", "", None, 1, ["full"], True, {}])
def test_a_choice_takes_only_a_code_it_knows(given: object) -> None:
    of = leaf({"type": "choice", "options": OPTIONS})
    assert answer_problems(of, {"choice": given}) == [("/inputs/choice", "unknown_choice")]


def test_a_choice_must_be_made() -> None:
    of = leaf({"type": "choice", "options": OPTIONS})
    assert answer_problems(of, {}) == [("/inputs/choice", "missing_input")]


@pytest.mark.parametrize(
    ("checked", "points"), [([], 0), (["functions"], 8), (["ipv6"], 2), (["ipv6", "functions"], 10)]
)
def test_a_checklist_adds_up_what_is_checked(checked: list[str], points: int) -> None:
    assert score(leaf({"type": "checklist", "items": PORTAL}), {"checked": checked}).points == points


def test_a_checklist_gives_no_more_than_everything() -> None:
    items = [{"code": str(n), "label": str(n), "share": 0.5} for n in range(5)]
    found = score(leaf({"type": "checklist", "items": items}), {"checked": ["0", "1", "2"]})
    assert found.points == 10
    assert found.result is not None
    assert found.result.raw_share == D("1.5")


@pytest.mark.parametrize(
    ("checked", "problems"),
    [
        (["wifi"], [("/inputs/checked/0", "unknown_item")]),
        (["ipv6", "ipv6"], [("/inputs/checked/1", "repeated_item")]),
        (
            ["x", "ipv6", 4, "ipv6"],
            [
                ("/inputs/checked/0", "unknown_item"),
                ("/inputs/checked/2", "unknown_item"),
                ("/inputs/checked/3", "repeated_item"),
            ],
        ),
        ("ipv6", [("/inputs/checked", "not_a_list")]),
        (None, [("/inputs/checked", "not_a_list")]),
        ({"ipv6": True}, [("/inputs/checked", "not_a_list")]),
    ],
)
def test_a_checklist_takes_each_code_it_knows_once(checked: object, problems: list[tuple[str, str]]) -> None:
    assert answer_problems(leaf({"type": "checklist", "items": PORTAL}), {"checked": checked}) == problems


@pytest.mark.parametrize(
    ("a", "b", "points"),
    [(0, 4, 0), (1, 4, "2.5"), (4, 4, 10), (5, 4, 10), (-1, 4, 0), (1, 3, "3.333333"), (2, 3, "6.666667")],
)
def test_a_plain_proportion_is_full_at_one(a: int, b: int, points: object) -> None:
    assert score(ratio(), {"a": a, "b": b}).points == D(str(points))


@pytest.mark.parametrize(
    ("a", "below", "points"),
    [
        (80, "rescaled", 10),
        (79, "rescaled", "9.875"),
        (40, "rescaled", 5),
        (0, "rescaled", 0),
        (100, "rescaled", 10),
        (80, "unscaled", 10),
        (79, "unscaled", "7.9"),
        (40, "unscaled", 4),
        (0, "unscaled", 0),
        (100, "unscaled", 10),
    ],
)
def test_below_the_threshold_a_proportion_is_rescaled_or_jumps(a: int, below: str, points: object) -> None:
    assert score(ratio(full_at=0.8, below=below), {"a": a, "b": 100}).points == D(str(points))


def test_a_threshold_is_met_by_thirds_that_make_it_up() -> None:
    of = leaf({"type": "proportional", "value": "a / 3 * 3", "full_at": 1, "floor": 1}, inputs=[number("a")])
    assert score(of, {"a": 1}).points == 10


@pytest.mark.parametrize(("a", "points"), [(29, 0), (30, 3), (31, "3.1"), (100, 10)])
def test_below_the_floor_a_proportion_is_nothing(a: int, points: object) -> None:
    assert score(ratio(floor=0.3), {"a": a, "b": 100}).points == D(str(points))


def test_a_floor_at_full_makes_all_or_nothing() -> None:
    of = ratio(full_at=0.5, below="rescaled", floor=0.5)
    assert [score(of, {"a": a, "b": 100}).points for a in (49, 50)] == [0, 10]


@pytest.mark.parametrize(("n", "points"), [(-1, 0), (0, "2.5"), (9, "2.5"), (10, 5), (19, 5), (20, 10), (1000, 10)])
def test_bands_give_the_share_of_the_highest_reached(n: int, points: object) -> None:
    bands = [{"from": 10, "share": 0.5}, {"from": 20, "share": 1}, {"from": 0, "share": 0.25}]
    assert score(counted({"type": "bands", "bands": bands}), {"n": n}).points == D(str(points))


@pytest.mark.parametrize(("a", "points"), [(0, 0), ("2.99", 0), (3, 3), ("6.99", 3), (7, 7), ("9.999999", 7), (10, 10)])
def test_bands_of_ratios_start_exactly_where_printed(a: object, points: int) -> None:
    bands = [{"from": f, "share": s} for f, s in ((0.03, 0.3), (0.07, 0.7), (0.1, 1))]
    of = leaf({"type": "bands", "value": "a / b", "bands": bands}, inputs=A_OF_B)
    assert score(of, {"a": D(str(a)), "b": 100}).points == points


def test_one_band_from_one_is_all_or_nothing() -> None:
    of = leaf({"type": "bands", "value": "a / b", "bands": [{"from": 1, "share": 1}]}, inputs=A_OF_B)
    assert [score(of, {"a": a, "b": 3}).points for a in (2, 3)] == [0, 10]


def test_bands_need_not_rise() -> None:
    bands = [{"from": 0, "share": 1}, {"from": 5, "share": 0}]
    assert [score(counted({"type": "bands", "bands": bands}), {"n": n}).points for n in (4, 5)] == [10, 0]


@pytest.mark.parametrize(("n", "points"), [(0, 0), (3, 3), (10, 10), (11, 10), (-2, 0)])
def test_so_many_points_for_each_up_to_the_maximum(n: int, points: int) -> None:
    assert score(counted({"type": "per_item", "points_each": 1}), {"n": n}).points == points


def test_points_for_each_are_exact_where_their_share_is_not() -> None:
    of = counted({"type": "per_item", "points_each": 0.7}, max_points=3)
    assert [str(score(of, {"n": n}).points) for n in (1, 2, 3, 4, 5)] == [
        "0.700000",
        "1.400000",
        "2.100000",
        "2.800000",
        "3.000000",
    ]


@pytest.mark.parametrize("points", [0, 10, 4.5, "0.000001", "9.999999"])
def test_direct_points_are_the_points(points: object) -> None:
    given = D(points) if isinstance(points, str) else points
    assert score(leaf({"type": "direct"}), {"points": given}).points == D(str(points))


def test_direct_points_of_an_odd_maximum_come_back_unchanged() -> None:
    of = leaf({"type": "direct"}, max_points=7)
    assert all(score(of, {"points": D(n) / 1000}).points == D(n) / 1000 for n in range(0, 7000, 13))


@pytest.mark.parametrize(
    ("points", "code"),
    [
        (-1, "negative_points"),
        (D("10.000001"), "points_above_maximum"),
        (D("1.0000001"), "too_many_decimals"),
        ("5", "not_a_number"),
        (True, "not_a_number"),
        (None, "not_a_number"),
        (float("nan"), "not_finite"),
        (float("inf"), "not_finite"),
        (10**15, "number_out_of_range"),
    ],
)
def test_direct_points_stay_between_0_and_the_maximum(points: object, code: str) -> None:
    assert answer_problems(leaf({"type": "direct"}), {"points": points}) == [("/inputs/points", code)]


def test_what_is_unscored_takes_no_answer_and_has_no_points() -> None:
    of = leaf({"type": "unscored"}, max_points=0)
    assert answer_problems(of, {}) == [("/inputs", "not_answerable")]
    assert answer_problems(of, {"points": 0}) == [("/inputs", "not_answerable")]
