"""Every formula of Phụ lục I, QĐ 2554/QĐ-UBND, at, just below and just above its thresholds."""

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
    Figures,
    Framework,
    LeafScore,
    Reported,
    check_inputs,
    read_framework,
    score_leaf,
)

DOCUMENT = Path(__file__).parents[2] / "seed" / "frameworks" / "vinh-long-province-1.yaml"

# The shares are worked out by hand.

# Tỷ lệ = a/b, "điểm = điểm tối đa * tỷ lệ" below the threshold: full at it, then down to the ratio itself.
# criterion, a and b at the threshold, a just below it and the share that leaves, a just above it
JUMPS: list[tuple[str, float, int, float, str, float]] = [
    ("4.12", 80, 100, 79, "0.79", 81),  # 80%
    ("4.13", 70, 100, 69, "0.69", 71),  # 70%
    ("7.1", 20, 100, 19, "0.19", 21),  # 20%
    ("7.2", 50, 1000, 49, "0.049", 51),  # 5%
    ("7.3", 100, 1000, 99, "0.099", 101),  # 10%
    ("7.4", 100, 1000, 99, "0.099", 101),  # 10%
    ("7.5", 50, 100, 49, "0.49", 51),  # 50%
    ("7.6", 80, 100, 79, "0.79", 81),  # 80%
    ("7.8", 50, 100, 49, "0.49", 51),  # 50%
    ("7.9", 50, 1000, 49, "0.049", 51),  # 5%
    ("7.11", 2.5, 1000, 2.49, "0.00249", 2.51),  # 0.25%
    ("7.12", 2.5, 1000, 2.49, "0.00249", 2.51),  # 0.25%
]
# Tỷ lệ/ngưỡng * điểm tối đa below the threshold: no jump
SLOPES: list[tuple[str, float, int, float, str, float]] = [
    ("4.9", 500, 1000, 499, "0.998", 501),  # Tỷ lệ/50%
    ("8.2", 800, 1000, 799, "0.99875", 801),  # 80%
    ("8.3", 500, 1000, 499, "0.998", 501),  # 50%
    ("8.5", 7000, 10000, 6993, "0.999", 7007),  # 70%
    ("6.8", 100, 100, 99, "0", 101),  # 100% or nothing
    *[(code, 100, 100, 99, "0.99", 101) for code in ("1.3", "3.7", "4.10", "7.7")],  # a is no part of b
]
# Tỷ lệ = a/b of a part and its whole: full at 100%, and more than that is refused
PARTS_OF_A_WHOLE = """
    3.1 3.2 3.3 3.4 4.7 4.8 5.2 5.3 5.4 5.5 5.6 5.7 5.8 5.11 6.6 6.7 6.9 6.10 8.1 8.4
"""
# 2 tỷ, 1 tỷ, 0,5 tỷ
BILLIONS = [
    *[(1.99, "0.7"), (2, "1"), (2.01, "1")],
    *[(0.99, "0.3"), (1, "0.7"), (1.01, "0.7")],
    *[(0.49, "0"), (0.5, "0.3"), (0.51, "0.3"), (0, "0")],
]
FORMULAS: list[tuple[str, dict[str, Any], str]] = [
    *[("1.5", {"has_section": True, "a": a}, share) for a, share in [(19, "0.5"), (20, "1"), (21, "1")]],
    *[("1.5", {"has_section": True, "a": a}, share) for a, share in [(9, "0.25"), (10, "0.5"), (11, "0.5")]],
    ("1.5", {"has_section": True, "a": 0}, "0.25"),
    ("1.5", {"has_section": False, "a": 20}, "0"),
    ("1.5", {"has_section": False}, "0"),
    *[("5.12.1", {"a": 60, "b": b, "c": 1000}, share) for b, share in [(39.9, "0.7"), (40, "1"), (40.1, "1")]],
    *[("5.12.1", {"a": 60, "b": b, "c": 1000}, share) for b, share in [(9.9, "0.3"), (10, "0.7"), (10.1, "0.7")]],
    *[("5.12.1", {"a": 20, "b": b, "c": 1000}, share) for b, share in [(9.9, "0"), (10, "0.3"), (10.1, "0.3")]],
    *[(f"5.12.{line}", {"a": a}, share) for line in range(2, 7) for a, share in BILLIONS],
    ("6.11", {"a": 60, "b": 40, "c": 60, "d": 40}, "1"),
    ("6.11", {"a": 60, "b": 40, "c": 59, "d": 40}, "0.99"),
    ("6.12", {"a": 1000, "b": 500, "c": 299}, "0.99875"),
    ("6.12", {"a": 1000, "b": 500, "c": 300}, "1"),
    ("6.12", {"a": 1000, "b": 500, "c": 301}, "1"),
    ("6.12", {"a": 1000, "b": 500, "c": 500}, "1"),
    ("6.13", {"a": 59, "b": 40, "c": 60, "d": 40}, "0.99"),
    ("6.13", {"a": 60, "b": 40, "c": 60, "d": 40}, "1"),
    ("6.13", {"a": 61, "b": 40, "c": 60, "d": 40}, "1"),
    ("6.14", {"a": 60, "b": 60, "c": 40, "d": 40}, "1"),
    ("6.14", {"a": 60, "b": 59, "c": 40, "d": 40}, "0.99"),
    *[("6.21", {"a": a}, share) for a, share in [(0, "0"), (9, "0.9"), (10, "1"), (11, "1")]],
    *[("6.22", {"a": 6, "b": b, "c": 1000}, share) for b, share in [(3.99, "0.999"), (4, "1"), (4.01, "1")]],
    ("6.22", {"a": 60, "b": 40, "c": 100}, "1"),
    *[("8.8", {"a": a}, share) for a, share in [(0, "0"), (19, "0.95"), (20, "1"), (21, "1")]],
    ("3.5", {"deployment": {"choice": "meets-standard"}, "connection": {"choice": "connected"}}, "1"),
    ("3.5", {"deployment": {"choice": "meets-standard"}, "connection": {"choice": "not-connected"}}, "0.5"),
    ("3.5", {"deployment": {"choice": "below-standard"}, "connection": {"choice": "not-connected"}}, "0.25"),
    ("3.5", {"deployment": {"choice": "not-deployed"}, "connection": {"choice": "connected"}}, "0.5"),
    ("3.5", {"deployment": {"choice": "not-deployed"}, "connection": {"choice": "not-connected"}}, "0"),
    *[("3.6", {"deployment": {"a": a}, "hosting": {"c": 0, "d": 7}}, share) for a, share in [(7, "0.5"), (8, "0.5")]],
    ("3.6", {"deployment": {"a": 0}, "hosting": {"c": 99, "d": 100}}, "0.495"),
    ("3.6", {"deployment": {"a": 7}, "hosting": {"c": 7, "d": 7}}, "1"),
    ("6.2", {"deployment": {"choice": "deployed"}, "requirements": {"choice": "met"}}, "1"),
    ("6.2", {"deployment": {"choice": "deployed"}, "requirements": {"choice": "not-met"}}, "0.5"),
    ("6.2", {"deployment": {"choice": "not-deployed"}, "requirements": {"choice": "met"}}, "0.5"),
    ("6.2", {"deployment": {"choice": "not-deployed"}, "requirements": {"choice": "not-met"}}, "0"),
]
ISSUED = "2.1 2.2 2.3 2.6 2.8 2.9 2.10 2.11"
CHOICES: list[tuple[str, dict[str, str]]] = [
    ("1.1", {"secretary-or-chairman": "1", "none-or-other": "0"}),
    ("1.4", {"weekly": "1", "less-than-weekly": "0.5", "absent": "0"}),
    *[(code, {"has-section": "1", "no-section": "0"}) for code in ("1.6", "1.7")],
    *[(code, {"weekly": "1", "monthly": "0.5", "less-than-monthly": "0"}) for code in ("1.8", "1.10")],
    *[(code, {"present": "1", "absent": "0"}) for code in ("1.9", "4.1", "4.2", "4.3", "4.4")],
    *[(code, {"issued": "1", "not-issued": "0"}) for code in ISSUED.split()],
    ("2.4", {"issued-and-updated": "1", "not-issued": "0"}),
    *[(code, {"held": "1", "not-held": "0"}) for code in ("2.5", "2.7")],
    *[(code, {"deployed": "1", "not-deployed": "0"}) for code in ("6.5", "6.15", "6.16", "6.18")],
    *[(code, {"deployed-personalised": "1", "deployed": "0.5", "not-deployed": "0"}) for code in ("6.19", "6.20")],
]
CHECKLISTS: list[tuple[str, dict[str, str]]] = [
    ("1.2", {"attends-national-committee": "0.5", "chairs-provincial-meetings": "0.5"}),
    ("6.1", {"meets-requirements": "0.8", "ipv6": "0.2"}),
    ("6.3", {"merged": "0.2", "meets-requirements": "0.6", "ipv6": "0.2"}),
    ("6.4", {"information": "0.5", "online-public-services": "0.5"}),
    ("6.17", {"agencies": "0.5", "personal-devices": "0.5"}),
]
# "Min-Max … giảm dần" between a lowest of 10 and a highest of 50 (of 1000, where it is a ratio)
MIN_MAX: list[tuple[str, dict[str, int]]] = [
    ("4.5", {"b": 0, "c": 0, "d": 0, "e": 600, "f": 400}),
    *[(code, {"b": 1000}) for code in ("4.6", "4.11")],
    *[(code, {}) for code in ("5.1", "5.9", "5.10", "8.6", "8.7")],
]
LOWEST_TO_HIGHEST = [(10, "0"), (11, "0.025"), (30, "0.5"), (49, "0.975"), (50, "1")]
REFUSED: list[tuple[str, dict[str, int]]] = [
    *[(code, {"a": 101, "b": 100}) for code in (*PARTS_OF_A_WHOLE.split(), "4.9", "4.11", "8.2", "8.3", "8.5")],
    *[(row[0], {"a": 101, "b": 100}) for row in JUMPS if row[0] != "7.9"],
    ("4.5", {"a": 6, "b": 5, "c": 0, "d": 0, "e": 10, "f": 10}),
    ("4.5", {"a": 0, "b": 0, "c": 6, "d": 5, "e": 10, "f": 10}),
    ("6.11", {"a": 60, "b": 40, "c": 61, "d": 39}),
    ("6.11", {"a": 60, "b": 40, "c": 59, "d": 41}),
    ("6.12", {"a": 100, "b": 60, "c": 41}),
    ("6.14", {"a": 60, "b": 61, "c": 40, "d": 39}),
    ("6.14", {"a": 60, "b": 59, "c": 40, "d": 41}),
    ("6.22", {"a": 60, "b": 41, "c": 100}),
]


@cache
def framework() -> Framework:
    return read_framework(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")))


def score(
    code: str, inputs: Mapping[str, Any], figures: Figures | None = None, benchmark: Benchmark | None = None
) -> LeafScore:
    leaf = framework().by_code[code]
    answer = Reported(check_inputs(leaf, inputs))
    return score_leaf(leaf, answer, {"": figures} if figures else {}, benchmark)


@pytest.mark.parametrize(("code", "at", "whole", "below", "share", "above"), JUMPS)
def test_the_points_jump_at_the_threshold_as_printed(
    code: str, at: float, whole: int, below: float, share: str, above: float
) -> None:
    scores = [score(code, {"a": a, "b": whole}).share for a in (at, below, above, whole, 0)]
    assert scores == [1, Decimal(share), 1, 1, 0]


@pytest.mark.parametrize(("code", "at", "whole", "below", "share", "above"), SLOPES)
def test_the_points_run_up_to_the_threshold(
    code: str, at: float, whole: int, below: float, share: str, above: float
) -> None:
    scores = [score(code, {"a": a, "b": whole}).share for a in (at, below, above, whole, 0)]
    assert scores == [1, Decimal(share), 1, 1, 0]


@pytest.mark.parametrize("code", PARTS_OF_A_WHOLE.split())
def test_a_part_of_a_whole_is_its_share(code: str) -> None:
    assert [score(code, {"a": a, "b": 100}).share for a in (100, 99, 0)] == [1, Decimal("0.99"), 0]


@pytest.mark.parametrize(("code", "inputs", "share"), FORMULAS)
def test_a_formula_gives_the_printed_share(code: str, inputs: dict[str, Any], share: str) -> None:
    assert score(code, inputs).share == Decimal(share)


@pytest.mark.parametrize(("code", "options"), CHOICES)
def test_every_option_has_its_printed_share(code: str, options: dict[str, str]) -> None:
    shares = {option: score(code, {"choice": option}).share for option in options}
    assert shares == {option: Decimal(share) for option, share in options.items()}
    rule = framework().by_code[code].rule
    assert rule is not None
    assert [option["code"] for option in rule.document["options"]] == list(options)


@pytest.mark.parametrize(("code", "items"), CHECKLISTS)
def test_checked_items_add_up(code: str, items: dict[str, str]) -> None:
    shares = {item: score(code, {"checked": [item]}).share for item in items}
    assert shares == {item: Decimal(share) for item, share in items.items()}
    assert [score(code, {"checked": checked}).share for checked in ([], list(items))] == [0, 1]


@pytest.mark.parametrize(("code", "others"), MIN_MAX)
def test_min_max_runs_from_the_lowest_to_the_highest(code: str, others: dict[str, int]) -> None:
    whole = Decimal(1000 if others else 1)
    cohort = Figures(3, 10 / whole, 50 / whole)
    shares = [score(code, {"a": a, **others}, cohort).share for a, _ in LOWEST_TO_HIGHEST]
    assert shares == [Decimal(share) for _, share in LOWEST_TO_HIGHEST]
    national = Benchmark(10 / whole, 50 / whole, None, "made up")
    assert [score(code, {"a": a, **others}, None, national).share for a in (9, 30, 51)] == [
        0,
        Decimal("0.5"),
        1,
    ]


def test_six_of_the_seven_platforms_give_six_sevenths_of_the_first_half() -> None:
    assert score("3.6", {"deployment": {"a": 6}, "hosting": {"c": 0, "d": 6}}).points == Decimal("8.571429")


def test_domain_names_are_measured_against_the_best_locality() -> None:
    cohort = Figures(3, Decimal("0.05"), Decimal("0.2"))
    shares = [score("7.10", {"a": a, "b": 100}, cohort).share for a in (0, 5, 19, 20)]
    assert shares == [Decimal(share) for share in ("0", "0.25", "0.95", "1")]


@pytest.mark.parametrize(("code", "inputs"), REFUSED)
def test_a_part_above_its_whole_is_refused(code: str, inputs: dict[str, int]) -> None:
    with pytest.raises(AnswerError) as refusal:
        check_inputs(framework().by_code[code], inputs)
    assert [problem.code for problem in refusal.value.problems] == ["validation_failed"]


def test_no_scored_leaf_is_left_out_of_these_tables() -> None:
    tables = (JUMPS, SLOPES, FORMULAS, CHOICES, CHECKLISTS, MIN_MAX)
    told = {str(row[0]) for table in tables for row in table} | {*PARTS_OF_A_WHOLE.split(), "7.10"}
    assert told == {leaf.code for leaf in framework().leaves} - {"9.1", "9.2", "9.3"}
