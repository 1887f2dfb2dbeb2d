"""Gia Lai's set against Vĩnh Long's, as the two decisions print them.

Below the threshold Gia Lai prints "điểm tối đa * tỷ lệ/20%", Vĩnh Long "điểm tối đa * tỷ lệ".
"""

from pathlib import Path
from typing import Any

import yaml

from app.frameworks.comparison.comparing import compare
from app.frameworks.comparison.schemas import FrameworkDiff
from app.frameworks.document import FrameworkDocument

SEED = Path(__file__).parents[2] / "seed" / "frameworks"
# Typed from the two tables: the criterion and the threshold that both print.
TWELVE = {
    "4.12": "0.8",
    "4.13": "0.7",
    "7.1": "0.2",
    "7.2": "0.05",
    "7.3": "0.1",
    "7.4": "0.1",
    "7.5": "0.5",
    "7.6": "0.8",
    "7.8": "0.5",
    "7.9": "0.05",
    "7.11": "0.0025",
    "7.12": "0.0025",
}


def document(name: str) -> dict[str, Any]:
    return FrameworkDocument(**yaml.safe_load((SEED / f"{name}.yaml").read_text(encoding="utf-8"))).stored()


def difference(before: str, after: str) -> FrameworkDiff:
    return compare(document(before), document(after))


def test_the_two_decisions_differ_in_twelve_formulas() -> None:
    found = difference("gia-lai-province-1", "vinh-long-province-1")
    formulas = [change for change in found.rule_changed if change.formula_changed]
    assert found.counts.formula_changed == len(formulas) == 12
    assert {change.code_after: change.words for change in formulas} == {
        code: [f"Below the full mark of {mark}: v / {mark} becomes v."] for code, mark in TWELVE.items()
    }


def test_read_the_other_way_the_same_twelve_turn_back() -> None:
    found = difference("vinh-long-province-1", "gia-lai-province-1")
    formulas = {change.code_after: change.words for change in found.rule_changed if change.formula_changed}
    assert formulas == {
        code: [f"Below the full mark of {mark}: v becomes v / {mark}."] for code, mark in TWELVE.items()
    }


def test_beside_the_formulas_a_mark_a_case_and_one_criterion_s_shape_differ() -> None:
    found = difference("gia-lai-province-1", "vinh-long-province-1")
    assert [(change.code_after, change.words) for change in found.rule_changed if not change.formula_changed] == [
        ("1.1", ["The case “Trưởng ban là Phó Bí thư/Phó Chủ tịch tỉnh, thành phố” (0.5) is gone."]),
        ("4.9", ["The full mark: 1 becomes 0.5."]),  # "Tỷ lệ*Điểm tối đa", "Tỷ lệ/50%*Điểm tối đa"
        ("8.8", ["The sum of its children becomes v = a, 1 point for each."]),
    ]
    assert {node.code[:4] for node in found.removed} == {"8.8."}
    assert (len(found.removed), found.added, found.moved, found.points_changed) == (15, [], [], [])
    assert found.counts.matched == 113


def test_criteria_of_another_level_are_not_taken_for_the_same_because_of_their_number() -> None:
    found = difference("vinh-long-province-1", "vinh-long-commune-1")
    added = {node.code: node.title for node in found.added}
    removed = {node.code: node.title for node in found.removed}
    assert {"6", "6.2", "7.1"} <= added.keys() & removed.keys()
    assert all(added[code] != removed[code] for code in added.keys() & removed.keys())
    assert not {"1.1", "2.1"} & added.keys()  # these say the same of a commune as of the province
    assert [(node.code_before, node.code_after) for node in found.moved] == [("1.10", "1.4")]
    assert "The level: province becomes commune." in found.framework_changed


def test_a_set_against_itself_shows_nothing() -> None:
    found = difference("gia-lai-province-1", "gia-lai-province-1")
    assert found.counts.matched == 128
    assert set(found.counts.model_dump(exclude={"matched"}).values()) == {0}
    assert found.framework_changed == []
