"""Every formula of the Gia Lai set at, just below and just above its thresholds, worked out by hand."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.scoring import (
    AnswerError,
    Benchmark,
    Framework,
    LeafScore,
    Reported,
    check_inputs,
    cohort_values,
    gather_figures,
    read_framework,
    score_leaf,
    shown,
)

DOCUMENT = Path(__file__).parents[2] / "seed" / "frameworks" / "gia-lai-province-1.yaml"

# Tỷ lệ = a/b: the inputs at the threshold, just below it with the share that is left, and just above it
RATIOS = [
    ("4.12", (800, 1000), (799, 1000, "0.99875"), (801, 1000)),  # 80%
    ("4.13", (7000, 10000), (6993, 10000, "0.999"), (7001, 10000)),  # 70%
    ("7.1", (200, 1000), (199, 1000, "0.995"), (201, 1000)),  # 20%
    ("7.2", (50, 1000), (49, 1000, "0.98"), (51, 1000)),  # 5%
    ("7.3", (100, 1000), (99, 1000, "0.99"), (101, 1000)),  # 10%
    ("7.4", (100, 1000), (99, 1000, "0.99"), (101, 1000)),  # 10%
    ("7.5", (500, 1000), (499, 1000, "0.998"), (501, 1000)),  # 50%
    ("7.6", (800, 1000), (799, 1000, "0.99875"), (801, 1000)),  # 80%
    ("7.8", (500, 1000), (499, 1000, "0.998"), (501, 1000)),  # 50%
    ("7.9", (50, 1000), (49, 1000, "0.98"), (51, 1000)),  # 5%
    ("7.11", (2.5, 1000), (2.49, 1000, "0.996"), (2.51, 1000)),  # 0.25%
    ("7.12", (2.5, 1000), (2.49, 1000, "0.996"), (2.51, 1000)),  # 0.25%
    ("8.2", (800, 1000), (799, 1000, "0.99875"), (801, 1000)),  # 80%
    ("8.3", (500, 1000), (499, 1000, "0.998"), (501, 1000)),  # 50%
    ("8.5", (7000, 10000), (6993, 10000, "0.999"), (7001, 10000)),  # 70%
    ("6.8", (100, 100), (99, 100, "0"), (101, 100)),  # 100% or nothing
    # full at 100%; what is above it is not refused, because a is no part of b
    *[(code, (100, 100), (99, 100, "0.99"), (101, 100)) for code in ("1.3", "3.7", "4.10", "7.7")],
]
# Tỷ lệ = a/b where a is a part of b: full at 100%, and more than that is refused
PARTS_OF_A_WHOLE = [
    *(f"3.{number}" for number in (1, 2, 3, 4)),
    *(f"4.{number}" for number in (7, 8, 9)),
    *(f"5.{number}" for number in (2, 3, 4, 5, 6, 7, 8, 11)),
    *(f"6.{number}" for number in (6, 7, 9, 10)),
    *(f"8.{number}" for number in (1, 4)),
    *(f"8.8.{group}.{channel}" for group in (2, 3) for channel in (1, 2, 3, 4)),
]
FORMULAS: list[tuple[str, dict[str, Any], str]] = [
    ("1.5", {"has_section": True, "a": 20}, "1"),
    ("1.5", {"has_section": True, "a": 19}, "0.5"),
    ("1.5", {"has_section": True, "a": 21}, "1"),
    ("1.5", {"has_section": True, "a": 10}, "0.5"),
    ("1.5", {"has_section": True, "a": 9}, "0.25"),
    ("1.5", {"has_section": True, "a": 11}, "0.5"),
    ("1.5", {"has_section": True, "a": 0}, "0.25"),
    ("1.5", {"has_section": False, "a": 20}, "0"),
    ("5.12.1", {"a": 60, "b": 40, "c": 1000}, "1"),
    ("5.12.1", {"a": 60, "b": 39.99, "c": 1000}, "0.7"),
    ("5.12.1", {"a": 60, "b": 40.01, "c": 1000}, "1"),
    ("5.12.1", {"a": 40, "b": 30, "c": 1000}, "0.7"),
    ("5.12.1", {"a": 40, "b": 29.99, "c": 1000}, "0.3"),
    ("5.12.1", {"a": 40, "b": 30.01, "c": 1000}, "0.7"),
    ("5.12.1", {"a": 20, "b": 10, "c": 1000}, "0.3"),
    ("5.12.1", {"a": 20, "b": 9.99, "c": 1000}, "0"),
    ("5.12.1", {"a": 20, "b": 10.01, "c": 1000}, "0.3"),
    *[
        (code, {"a": billions}, share)
        for code in ("5.12.2", "5.12.3", "5.12.4", "5.12.5", "5.12.6")
        for billions, share in [
            *[(2, "1"), (1.999999, "0.7"), (2.000001, "1")],
            *[(1, "0.7"), (0.999999, "0.3"), (1.000001, "0.7")],
            *[(0.5, "0.3"), (0.499999, "0"), (0.500001, "0.3")],
        ]
    ],
    ("6.11", {"a": 60, "b": 40, "c": 60, "d": 40}, "1"),
    ("6.11", {"a": 60, "b": 40, "c": 60, "d": 39}, "0.99"),
    ("6.12", {"a": 1000, "b": 500, "c": 300}, "1"),
    ("6.12", {"a": 1000, "b": 500, "c": 299}, "0.99875"),
    ("6.12", {"a": 1000, "b": 500, "c": 301}, "1"),
    ("6.13", {"a": 60, "b": 40, "c": 50, "d": 50}, "1"),
    ("6.13", {"a": 60, "b": 39, "c": 50, "d": 50}, "0.99"),
    ("6.13", {"a": 60, "b": 41, "c": 50, "d": 50}, "1"),
    ("6.14", {"a": 60, "b": 60, "c": 40, "d": 40}, "1"),
    ("6.14", {"a": 60, "b": 59, "c": 40, "d": 40}, "0.99"),
    ("6.21", {"a": 0}, "0"),
    ("6.21", {"a": 9}, "0.9"),
    ("6.21", {"a": 10}, "1"),
    ("6.21", {"a": 11}, "1"),
    ("6.22", {"a": 6, "b": 4, "c": 1000}, "1"),
    ("6.22", {"a": 6, "b": 3.99, "c": 1000}, "0.999"),
    ("6.22", {"a": 6, "b": 4.01, "c": 1000}, "1"),
]
REFUSED: list[tuple[str, dict[str, int]]] = [
    *[(code, {"a": 101, "b": 100}) for code in (*PARTS_OF_A_WHOLE, "4.11", "4.12", "4.13")],
    *[(f"7.{number}", {"a": 101, "b": 100}) for number in (1, 2, 3, 4, 5, 6, 8, 11, 12)],
    *[(f"8.{number}", {"a": 101, "b": 100}) for number in (2, 3, 5)],
    ("4.5", {"a": 6, "b": 5, "c": 0, "d": 0, "e": 10, "f": 10}),
    ("4.5", {"a": 0, "b": 0, "c": 6, "d": 5, "e": 10, "f": 10}),
    ("6.11", {"a": 60, "b": 40, "c": 61, "d": 39}),
    ("6.11", {"a": 60, "b": 40, "c": 59, "d": 41}),
    ("6.12", {"a": 100, "b": 60, "c": 41}),
    ("6.14", {"a": 60, "b": 61, "c": 40, "d": 39}),
    ("6.14", {"a": 60, "b": 59, "c": 40, "d": 41}),
    ("6.22", {"a": 60, "b": 41, "c": 100}),
]
# the inputs besides a: value = a, or a/1000
MIN_MAX: list[tuple[str, dict[str, int]]] = [
    *[(code, {}) for code in ("5.1", "5.9", "5.10", "8.6", "8.7")],
    ("4.5", {"b": 0, "c": 0, "d": 0, "e": 1000, "f": 0}),
    *[(code, {"b": 1000}) for code in ("4.6", "4.11")],
]
# what the annex prints for 2022, from inputs that give it
REPRODUCED: list[tuple[str, dict[str, Any], str]] = [
    ("1.3", {"a": 1, "b": 3}, "3.33"),
    ("5.6", {"a": 5, "b": 6}, "8.33"),
    ("5.8", {"a": 1, "b": 3}, "1.67"),
    ("5.12.3", {"a": 0.5}, "0.6"),
    ("6.7", {"a": 3, "b": 5}, "6"),
]


@cache
def framework() -> Framework:
    return read_framework(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")))


def score(code: str, inputs: Mapping[str, Any], benchmark: Benchmark | None = None) -> LeafScore:
    """Score one leaf in a cohort of one unit, as Gia Lai stands in `gia-lai-2022`."""
    leaf = framework().by_code[code]
    answer = Reported(check_inputs(leaf, inputs))
    values = zip(leaf.slots, cohort_values(leaf, answer), strict=True)
    return score_leaf(leaf, answer, {slot: gather_figures([value]) for slot, value in values}, benchmark)


@pytest.mark.parametrize(("code", "at", "below", "above"), RATIOS)
def test_a_ratio_is_full_at_its_threshold_and_falls_in_proportion_below(
    code: str, at: tuple[float, float], below: tuple[float, float, str], above: tuple[float, float]
) -> None:
    assert score(code, {"a": at[0], "b": at[1]}).share == 1
    assert score(code, {"a": below[0], "b": below[1]}).share == Decimal(below[2])
    assert score(code, {"a": above[0], "b": above[1]}).share == 1


@pytest.mark.parametrize("code", PARTS_OF_A_WHOLE)
def test_a_part_of_a_whole_is_its_share(code: str) -> None:
    assert score(code, {"a": 100, "b": 100}).share == 1
    assert score(code, {"a": 99, "b": 100}).share == Decimal("0.99")
    assert score(code, {"a": 0, "b": 100}).share == 0


@pytest.mark.parametrize(("code", "inputs", "share"), FORMULAS)
def test_a_formula_gives_the_share_that_is_printed(code: str, inputs: dict[str, Any], share: str) -> None:
    assert score(code, inputs).share == Decimal(share)


@pytest.mark.parametrize(("code", "inputs"), REFUSED)
def test_a_part_above_its_whole_is_refused(code: str, inputs: dict[str, int]) -> None:
    with pytest.raises(AnswerError) as refusal:
        check_inputs(framework().by_code[code], inputs)
    assert [problem.code for problem in refusal.value.problems] == ["validation_failed"]


@pytest.mark.parametrize(("code", "inputs", "printed"), REPRODUCED)
def test_the_rule_can_give_the_points_of_2022(code: str, inputs: dict[str, Any], printed: str) -> None:
    assert shown(score(code, inputs).points, 2) == Decimal(printed)


@pytest.mark.parametrize(("code", "others"), MIN_MAX)
def test_min_max_runs_from_the_lowest_of_63_provinces_to_the_highest(code: str, others: dict[str, int]) -> None:
    scale = Decimal(1000 if others else 1)
    provinces = Benchmark(Decimal(10) / scale, Decimal(50) / scale, None, "made up")
    shares = [score(code, {"a": a, **others}, provinces).share for a in (9, 10, 11, 30, 49, 50, 51)]
    assert shares == [Decimal(share) for share in ("0", "0", "0.025", "0.5", "0.975", "1", "1")]
    assert score(code, {"a": 30, **others}).state == "undetermined"


def test_domain_names_are_measured_against_the_best_of_the_63_provinces() -> None:
    provinces = Benchmark(None, None, Decimal("0.2"), "made up")
    shares = [score("7.10", {"a": a, "b": 100}, provinces).share for a in (0, 10, 19, 20, 21)]
    assert shares == [Decimal(share) for share in ("0", "0.5", "0.95", "1", "1")]
    assert score("7.10", {"a": 10, "b": 100}).state == "undetermined"


def test_no_leaf_with_a_formula_is_left_out_of_these_tables() -> None:
    told = {str(row[0]) for table in (RATIOS, FORMULAS, MIN_MAX) for row in table} | {
        *PARTS_OF_A_WHOLE,
        "7.10",
    }
    picked = ("choice", "checklist", "parts", "unscored")
    assert told == {leaf.code for leaf in framework().leaves if leaf.rule and leaf.rule.type not in picked}
