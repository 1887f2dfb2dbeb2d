"""The four index sets of Vĩnh Long against figures typed from Quyết định 2554/QĐ-UBND (V, Phụ lục I)."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.scoring import Framework, read_framework

SEED = Path(__file__).parents[2] / "seed" / "frameworks"

# Mục V and Phụ lục I: chỉ số chính, tiêu chí, tổng điểm
PILLARS = {
    "province": [
        ("Nhận thức số", 10, 100),
        ("Thể chế số", 11, 100),
        ("Hạ tầng số", 7, 100),
        ("Nhân lực số", 13, 100),
        ("An toàn thông tin mạng", 12, 100),
        ("Hoạt động chính quyền số", 22, 200),
        ("Hoạt động kinh tế số", 12, 150),
        ("Hoạt động xã hội số", 8, 150),
        ("Đô thị thông minh", 3, 0),
    ],
    "department": [
        ("Nhận thức số", 3, 40),
        ("Thể chế số", 8, 120),
        ("Hạ tầng số", 3, 60),
        ("Nhân lực số", 7, 70),
        ("An toàn thông tin mạng", 10, 100),
        ("Hoạt động chuyển đổi số", 20, 210),
    ],
    "district": [
        ("Nhận thức số", 5, 80),
        ("Thể chế số", 10, 160),
        ("Hạ tầng số", 8, 100),
        ("Nhân lực số", 13, 180),
        ("An toàn thông tin mạng", 10, 100),
        ("Hoạt động chính quyền số", 20, 200),
        ("Hoạt động kinh tế số", 8, 100),
        ("Hoạt động xã hội số", 5, 80),
    ],
    "commune": [
        ("Nhận thức số", 4, 70),
        ("Thể chế số", 7, 110),
        ("Hạ tầng số", 7, 100),
        ("Nhân lực số", 10, 120),
        ("An toàn, an ninh mạng", 10, 100),
        ("Hoạt động chuyển đổi số", 12, 120),
        ("Hoạt động kinh tế số", 8, 100),
        ("Hoạt động xã hội số", 5, 80),
    ],
}
TOTALS = [("province", 98, 1000), ("department", 51, 600), ("district", 79, 1000), ("commune", 63, 800)]
LOWER = ["department", "district", "commune"]

# Phụ lục I: the points of the criteria, in order
POINTS = {
    "1": [10, 10, 10, 10, 10, 10, 10, 10, 10, 10],
    "2": [5, 5, 10, 10, 10, 10, 10, 10, 10, 10, 10],
    "3": [10, 10, 10, 10, 30, 20, 10],
    "4": [10, 10, 10, 10, 10, 10, 10, 5, 5, 5, 5, 5, 5],
    "5": [10, 10, 10, 10, 5, 10, 10, 5, 5, 5, 5, 15],
    "5.12": [5, 2, 2, 2, 2, 2],
    "6": [10, 5, 10, 5, 5, 5, 10, 10, 10, 10, 10, 20, 5, 5, 10, 10, 10, 10, 10, 10, 10, 10],
    "7": [20, 20, 10, 20, 10, 10, 10, 10, 10, 10, 10, 10],
    "8": [20, 20, 20, 20, 10, 20, 20, 20],
    "9": [0, 0, 0],
}
BUDGET_LINES = [f"5.12.{number}" for number in range(1, 7)]
WITHOUT_SOLUTION = ["1.1", "2.1", *BUDGET_LINES, "8.8", "9.1", "9.2", "9.3"]
WITHOUT_FREQUENCY = ["1.1", "2.1", "2.10", *BUDGET_LINES, "6.2", "8.8", "9.1", "9.2", "9.3"]
ABOUT_ONLINE_PUBLIC_SERVICES = "2.10 6.3 6.4 6.8 6.9 6.10 6.11 6.12 6.13 6.14"
ERRATA = """
    1 1.4 1.5 1.6 2.4 2.6 2.10 3.5 3.6 3.7 4.11 5.4 5.6 5.8 5.12.1 5.12.2 5.12.3 5.12.4 5.12.5 5.12.6
    6.2 6.9 6.13 6.14 6.19 6.22 7.3 7.6 7.8 8.2 8.5 8.6 9.3
"""


@cache
def document(level: str) -> dict[str, Any]:
    loaded = yaml.safe_load((SEED / f"vinh-long-{level}-1.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@cache
def framework(level: str = "province") -> Framework:
    return read_framework(document(level))


def nodes(siblings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in siblings:
        yield node
        yield from nodes(node.get("children", []))


def province() -> list[dict[str, Any]]:
    return list(nodes(document("province")["indicators"]))


def leaves() -> list[dict[str, Any]]:
    return [node for node in province() if "children" not in node]


@pytest.mark.parametrize(("level", "criteria", "points"), TOTALS)
def test_the_pillars_are_those_of_the_decision(level: str, criteria: int, points: int) -> None:
    found = [
        (pillar["title"], len(pillar["children"]), sum(criterion["max_points"] for criterion in pillar["children"]))
        for pillar in document(level)["indicators"]
    ]
    assert found == PILLARS[level]
    assert sum(count for _, count, _ in PILLARS[level]) == criteria
    assert [pillar["max_points"] for pillar in document(level)["indicators"]] == [row[2] for row in PILLARS[level]]
    assert framework(level).max_points == sum(maximum for _, _, maximum in PILLARS[level]) == points


def test_the_province_has_9_pillars_98_criteria_113_nodes_and_1000_points() -> None:
    codes = [node["code"] for node in province()]
    assert [code for code in codes if "." not in code] == list("123456789")
    assert (sum(code.count(".") == 1 for code in codes), len(codes), len(set(codes))) == (98, 113, 113)
    assert (len(leaves()), sum(leaf["max_points"] for leaf in leaves())) == (103, 1000)
    assert [node.code for node in framework().indicators] == codes


@pytest.mark.parametrize("parent", POINTS)
def test_every_criterion_stands_in_order_with_its_printed_points(parent: str) -> None:
    found = {node["code"]: node for node in province()}[parent]
    printed = [(f"{parent}.{number}", points) for number, points in enumerate(POINTS[parent], start=1)]
    assert [(child["code"], child["max_points"]) for child in found["children"]] == printed


def test_every_leaf_has_its_method_rule_tags_and_agencies() -> None:
    needed = ("method", "rule", "tags", "lead_agency", "coordinating_agencies")
    assert [(leaf["code"], key) for leaf in leaves() for key in needed if not leaf.get(key)] == []


def test_only_the_cells_printed_empty_are_left_out() -> None:
    assert [leaf["code"] for leaf in leaves() if "solution" not in leaf] == WITHOUT_SOLUTION
    assert [leaf["code"] for leaf in leaves() if "frequency" not in leaf] == WITHOUT_FREQUENCY


def test_every_erratum_is_told() -> None:
    assert [node["code"] for node in province() if "erratum" in node] == ERRATA.split()
    printed_twice = [
        node["code"] for node in province() for name in node.get("coordinating_agencies", []) if "Các Các" in name
    ]
    assert printed_twice == []


def test_agencies_are_listed_one_by_one() -> None:
    by_code = {node["code"]: node for node in province()}
    assert by_code["6.1"]["coordinating_agencies"] == [
        "Các sở, ban, ngành tỉnh",
        "UBND cấp huyện",
        "UBND cấp xã",
    ]
    assert by_code["8.3"]["coordinating_agencies"] == ["Viettel", "VNPT", "FPT", "Mobifone"]
    assert by_code["2.6"]["lead_agency"].count("Sở ") == 2
    assert [each.get("lead_agency") for each in by_code["6.22"]["inputs"]] == [
        "Sở Kế hoạch và Đầu tư",
        "Sở Tài chính",
        None,
    ]


def test_the_tags_of_the_exemptions_stand_where_the_text_reaches() -> None:
    tagged = {
        tag: [leaf["code"] for leaf in leaves() if tag in leaf["tags"]] for leaf in leaves() for tag in leaf["tags"]
    }
    assert tagged["online-public-services"] == ABOUT_ONLINE_PUBLIC_SERVICES.split()
    assert tagged["subordinate-units"] == ["6.17"]


@pytest.mark.parametrize("level", ["province", *LOWER])
def test_every_set_names_its_decision_and_provenance(level: str) -> None:
    decision = {
        "number": "2554/QĐ-UBND",
        "date": "2022-12-06",
        "issuer": "Chủ tịch Ủy ban nhân dân tỉnh Vĩnh Long",
    }
    found = document(level)
    assert (found["code"], found["version"], found["level"]) == (f"vinh-long-{level}", 1, level)
    assert (found["decision"], found["decimals"]) == (decision, 2)
    assert found["provenance"] == ("official" if level == "province" else "reconstructed")


def test_the_set_of_the_province_has_no_exemptions() -> None:
    assert framework().exemptions == ()
