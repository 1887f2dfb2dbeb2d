"""The province set and the 2022 points of Gia Lai against figures typed from Kế hoạch 3015/KH-UBND."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.scoring import Answer, Awarded, Framework, read_framework, score_cohort

SEED = Path(__file__).parents[2] / "seed"

# pillar, title, maximum, 2022 points as printed, sum of its leaves (4.2 counted as 10, 4.12 as nothing)
PILLARS = [
    ("1", "Nhận thức số", 100, "63.33", "63.33"),
    ("2", "Thể chế số", 100, "30", "30"),
    ("3", "Hạ tầng số", 100, "61.99", "62.00"),
    ("4", "Nhân lực số", 100, "35.74", "35.74"),
    ("5", "An toàn thông tin mạng", 100, "50.15", "50.15"),
    ("6", "Hoạt động Chính quyền số", 200, "82.01", "82.01"),
    ("7", "Hoạt động kinh tế số", 150, "64.74", "64.97"),
    ("8", "Hoạt động xã hội số", 150, "18.91", "18.92"),
]
# the inner nodes below the pillars, and what is printed for them
INNER = {"5.12": "7.6", "8.8": "7.95", "8.8.1": "4", "8.8.2": "3.95", "8.8.3": "0"}
WITHOUT_LEAD = {"5.12.1", "6.22"} | {f"8.8.{group}.{channel}" for group in "123" for channel in "1234"}


@cache
def document() -> dict[str, Any]:
    return load("frameworks/gia-lai-province-1.yaml")


@cache
def results() -> dict[str, Any]:
    return load("results/gia-lai-2022.yaml")


@cache
def framework() -> Framework:
    return read_framework(document())


def load(path: str) -> dict[str, Any]:
    loaded = yaml.safe_load((SEED / path).read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def nodes(siblings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in siblings:
        yield node
        yield from nodes(node.get("children", []))


def leaves() -> list[dict[str, Any]]:
    return [node for node in nodes(document()["indicators"]) if "children" not in node]


def test_the_annex_has_9_pillars_98_criteria_128_nodes_and_1000_points() -> None:
    codes = [node["code"] for node in nodes(document()["indicators"])]
    assert [code for code in codes if "." not in code] == list("123456789")
    assert (sum(code.count(".") == 1 for code in codes), len(codes), len(set(codes))) == (98, 128, 128)
    assert (len(leaves()), sum(leaf["rule"]["type"] == "unscored" for leaf in leaves())) == (114, 3)
    assert sum(leaf["max_points"] for leaf in leaves()) == document()["max_points"] == 1000
    assert [node.code for node in framework().indicators] == codes


@pytest.mark.parametrize(("pillar", "criteria"), list(enumerate([10, 11, 7, 13, 12, 22, 12, 8, 3], start=1)))
def test_every_pillar_has_the_criteria_it_prints_in_order(pillar: int, criteria: int) -> None:
    children = [child["code"] for child in document()["indicators"][pillar - 1]["children"]]
    assert children == [f"{pillar}.{number}" for number in range(1, criteria + 1)]


def test_the_points_of_the_children_are_those_of_the_parent() -> None:
    parents = [node for node in nodes(document()["indicators"]) if "children" in node]
    assert {node["code"] for node in parents} == {*"123456789", *INNER}
    assert [(node["code"], sum(child["max_points"] for child in node["children"])) for node in parents] == [
        (node["code"], node["max_points"]) for node in parents
    ]


def test_every_leaf_has_its_method_its_rule_and_the_lead_agency_that_is_printed() -> None:
    assert all(leaf["method"] and leaf["rule"] and leaf["tags"] for leaf in leaves())
    assert {leaf["code"] for leaf in leaves() if "lead_agency" not in leaf} == WITHOUT_LEAD


def test_5_12_1_and_6_22_name_an_agency_for_each_figure() -> None:
    lead = {leaf["code"]: [each.get("lead_agency") for each in leaf.get("inputs", [])] for leaf in leaves()}
    assert {code: lead[code] for code in lead if any(lead[code])} == {
        "5.12.1": ["Sở Thông tin và Truyền thông", "Sở TT&TT", None],
        "6.22": ["Sở Kế hoạch và Đầu tư", "Sở Tài chính", "Sở Tài chính"],
    }


def test_no_markup_of_the_scan_is_left_and_every_correction_is_told() -> None:
    every = list(nodes(document()["indicators"]))
    texts = [node["title"] for node in every] + [node.get("method", "") for node in every]
    remains = ("<p>", "<i>", "<ul", "<li", "$", "\\", "Thẻ chế", "Công thông tin", "chuyên đổi", "Số TT")
    assert [(text, mark) for text in texts for mark in remains if mark in text] == []
    told = " ".join(node["code"] for node in every if "erratum" in node)
    assert told == "1.2 1.5 1.10 2 2.1 4.2 5.2 6.1 6.4 6.5 7.4 7.9 9.3"


@pytest.mark.parametrize(("code", "title", "maximum", "printed", "total"), PILLARS)
def test_the_engine_sums_the_2022_points_of_each_pillar(
    code: str, title: str, maximum: int, printed: str, total: str
) -> None:
    pillar = framework().by_code[code]
    assert (pillar.title, int(pillar.max_points)) == (title, maximum)
    assert results()["printed_totals"][code] == printed
    assert points_of_2022()[pillar.ordinal] == Decimal(total)


@cache
def points_of_2022() -> tuple[Decimal, ...]:
    rows, source = results()["awarded"], results()["source"]
    answers: dict[str, Answer] = {row["indicator"]: Awarded(Decimal(str(row["points"])), source) for row in rows}
    return score_cohort(framework(), {"H21": answers}).units["H21"].points


def test_only_pillars_3_7_and_8_differ_from_what_is_printed() -> None:
    errata = results()["errata"]
    told = {row["indicator"]: (row["printed"], row.get("sum") or row["meant"]) for row in errata}
    differing = {code: (printed, total) for code, _, _, printed, total in PILLARS if printed != total}
    assert told == differing | {"4.2": ("100", "10")}
    assert differing == {"3": ("61.99", "62.00"), "7": ("64.74", "64.97"), "8": ("18.91", "18.92")}


@pytest.mark.parametrize(("code", "printed"), list(INNER.items()))
def test_inner_nodes_sum_to_what_is_printed(code: str, printed: str) -> None:
    assert results()["printed_totals"][code] == printed
    assert points_of_2022()[framework().by_code[code].ordinal] == Decimal(printed)


def test_every_answerable_leaf_but_4_12_has_its_2022_points_as_printed() -> None:
    answerable = [leaf["code"] for leaf in leaves() if leaf["rule"]["type"] != "unscored"]
    awarded = {row["indicator"]: row for row in results()["awarded"]}
    assert [code for code in answerable if code != "4.12"] == list(awarded)
    assert [row["indicator"] for row in results()["not_printed"]] == ["4.12"]
    differing = [row for row in awarded.values() if Decimal(str(row["points"])) != Decimal(row["printed"])]
    assert [(row["indicator"], row["points"], row["printed"]) for row in differing] == [("4.2", 10, "100")]
    assert [row["indicator"] for row in awarded.values() if "erratum" in row] == ["4.2"]


def test_the_unit_is_h21_with_the_administrative_code_64() -> None:
    (unit,) = load("units/gia-lai.yaml")["units"]
    assert (unit["code"], unit["name"], unit["level"]) == ("H21", "Ủy ban nhân dân tỉnh Gia Lai", "province")
    assert (unit["parent"], unit["identifiers"]) == (None, [{"scheme": "mdvhc", "value": "64"}])
    assert {row["unit"] for row in results()["awarded"]} == {results()["period"]["authority"]} == {"H21"}
