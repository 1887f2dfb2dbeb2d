"""Every printed line of the Gia Lai set that is chosen or checked gives its printed share of the points."""

from collections.abc import Mapping
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.scoring import (
    AnswerError,
    Framework,
    LeafScore,
    Reported,
    check_inputs,
    read_framework,
    score_leaf,
    shown,
)

DOCUMENT = Path(__file__).parents[2] / "seed" / "frameworks" / "gia-lai-province-1.yaml"

# codes of the leaves → their lines from the best to the worst: full or nothing; full, a half or nothing
OPTIONS: dict[str, tuple[str, ...]] = {
    "1.6 1.7": ("has-section", "no-section"),
    "1.9 4.1 4.2 4.3 4.4": ("present", "absent"),
    "2.1 2.2 2.3 2.6 2.8 2.9 2.10 2.11": ("issued", "not-issued"),
    "2.4": ("issued-and-updated", "not-issued"),
    "2.5 2.7": ("held", "not-held"),
    "6.5 6.15 6.16 6.18": ("deployed", "not-deployed"),
    "8.8.1.1 8.8.1.2 8.8.1.3 8.8.1.4": ("available", "unavailable"),
    "1.1": ("secretary-or-chairman", "deputy", "none-or-other"),
    "1.4": ("weekly", "less-than-weekly", "absent"),
    "1.8 1.10": ("weekly", "monthly", "less-than-monthly"),
    "6.19 6.20": ("deployed-personalised", "deployed", "not-deployed"),
}
CHOICES = [(code, lines) for codes, lines in OPTIONS.items() for code in codes.split()]
CHECKLISTS: list[tuple[str, list[str], str]] = [
    ("1.2", ["attends-national-committee"], "0.5"),
    ("1.2", ["chairs-provincial-meetings"], "0.5"),
    ("6.1", ["meets-requirements"], "0.8"),
    ("6.1", ["ipv6"], "0.2"),
    ("6.3", ["merged"], "0.2"),
    ("6.3", ["meets-requirements"], "0.6"),
    ("6.3", ["ipv6"], "0.2"),
    ("6.4", ["information"], "0.5"),
    ("6.4", ["online-public-services"], "0.5"),
    ("6.17", ["agencies"], "0.5"),
    ("6.17", ["personal-devices"], "0.5"),
    *[(code, [], "0") for code in ("1.2", "6.1", "6.3", "6.4", "6.17")],
    ("6.3", ["merged", "meets-requirements", "ipv6"], "1"),
]
PARTS: list[tuple[str, dict[str, Any], str]] = [
    *[
        ("3.5", {"deployment": {"choice": deployment}, "connection": {"choice": connection}}, points)
        for deployment, connection, points in [
            ("meets-standard", "connected", "30"),
            ("meets-standard", "not-connected", "15"),
            ("below-standard", "connected", "22.5"),
            ("below-standard", "not-connected", "7.5"),
            ("not-deployed", "connected", "15"),
            ("not-deployed", "not-connected", "0"),
        ]
    ],
    *[
        ("3.6", {"deployment": {"a": deployed}, "hosting": {"c": central, "d": 10}}, points)
        for deployed, central, points in [
            *[(7, 10, "20"), (6, 10, "18.57"), (8, 10, "20"), (0, 10, "10")],
            *[(7, 9, "19"), (7, 11, "20"), (7, 0, "10"), (0, 0, "0")],
        ]
    ],
    ("6.2", {"deployment": {"choice": "deployed"}, "requirements": {"choice": "met"}}, "5"),
    ("6.2", {"deployment": {"choice": "not-deployed"}, "requirements": {"choice": "met"}}, "2.5"),
    ("6.2", {"deployment": {"choice": "not-deployed"}, "requirements": {"choice": "not-met"}}, "0"),
]


@cache
def framework() -> Framework:
    return read_framework(yaml.safe_load(DOCUMENT.read_text(encoding="utf-8")))


def score(code: str, inputs: Mapping[str, Any]) -> LeafScore:
    leaf = framework().by_code[code]
    return score_leaf(leaf, Reported(check_inputs(leaf, inputs)), {})


@pytest.mark.parametrize(("code", "lines"), CHOICES)
def test_a_choice_gives_the_share_of_its_line(code: str, lines: tuple[str, ...]) -> None:
    shares = [1, 0] if len(lines) == 2 else [1, Decimal("0.5"), 0]
    assert [score(code, {"choice": line}).share for line in lines] == shares
    with pytest.raises(AnswerError):
        check_inputs(framework().by_code[code], {"choice": "some-other-line"})


@pytest.mark.parametrize(("code", "checked", "share"), CHECKLISTS)
def test_a_checklist_adds_up_its_lines(code: str, checked: list[str], share: str) -> None:
    assert score(code, {"checked": checked}).share == Decimal(share)


@pytest.mark.parametrize(("code", "inputs", "points"), PARTS)
def test_parts_of_one_half_each_are_added(code: str, inputs: dict[str, Any], points: str) -> None:
    assert shown(score(code, inputs).points, 2) == Decimal(points)


def test_the_points_of_2022_are_among_those_that_the_lines_can_give() -> None:
    """3.6 has 2 of 7 platforms, both in the data centre; 6.4 needs the line that the annex lost."""
    assert shown(score("3.6", {"deployment": {"a": 2}, "hosting": {"c": 2, "d": 2}}).points, 2) == Decimal("12.86")
    assert score("6.4", {"checked": ["information", "online-public-services"]}).points == 5
    assert score("6.17", {"checked": ["agencies", "personal-devices"]}).points == 10


def test_no_leaf_with_lines_is_left_out_of_these_tables() -> None:
    told = {row[0] for row in CHOICES} | {row[0] for row in CHECKLISTS} | {row[0] for row in PARTS}
    picked = ("choice", "checklist", "parts")
    assert told == {leaf.code for leaf in framework().leaves if leaf.rule and leaf.rule.type in picked}


def test_an_unscored_leaf_takes_no_answer() -> None:
    for code in ("9.1", "9.2", "9.3"):
        with pytest.raises(AnswerError):
            check_inputs(framework().by_code[code], {})
