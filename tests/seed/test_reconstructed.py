"""The three lower sets of Vĩnh Long: where each criterion comes from, how it is scored, who is exempt (VII.2-4).

Their pillars' counts and points stand in test_vinh_long.py, with those of the province.
"""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.scoring import RULE_TYPES, ExemptionPolicy, Framework, exempted_by, read_framework

SEED = Path(__file__).parents[2] / "seed" / "frameworks"
LOWER = ("department", "district", "commune")
ORIGIN = re.compile(r"Dựng lại từ tiêu chí (\d+\.\d+(?:\.\d+)?), Phụ lục I\.")
# The criteria with tag: what section VII.2 and VII.3 reach, level by level.
SUBORDINATE_UNITS = {"department": "4.3 4.7 6.15", "district": "3.5 6.15", "commune": "3.7"}
ONLINE_PUBLIC_SERVICES = {
    "department": "2.8 6.3 6.7 6.8 6.9 6.10 6.11 6.12",
    "district": "2.10 6.2 6.3 6.6 6.7 6.8 6.9 6.10 6.11 6.12",
    "commune": "2.7 6.2 6.3 6.6 6.7 6.8 6.9 6.10 6.11 6.12",
}
POLICIES = (
    ExemptionPolicy(
        "no-subordinate-units", "no-subordinate-units", "subordinate-units", "cohort_best", "QĐ 2554/QĐ-UBND, VII.2"
    ),
    ExemptionPolicy(
        "no-online-public-services",
        "no-online-public-services",
        "online-public-services",
        "cohort_best",
        "QĐ 2554/QĐ-UBND, VII.3",
    ),
    ExemptionPolicy("not-its-function", None, None, "full", "QĐ 2554/QĐ-UBND, VII.4"),
)
# The words of Phụ lục I that say whom a criterion concerns, as its agencies' cells print them.
CONCERNED = {"department": "ban, ngành", "district": "UBND cấp huyện", "commune": "UBND cấp xã"}


@cache
def document(level: str) -> dict[str, Any]:
    loaded = yaml.safe_load((SEED / f"vinh-long-{level}-1.yaml").read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


@cache
def framework(level: str) -> Framework:
    return read_framework(document(level))


def nodes(siblings: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for node in siblings:
        yield node
        yield from nodes(node.get("children", []))


def criteria(level: str) -> list[dict[str, Any]]:
    return [criterion for pillar in document(level)["indicators"] for criterion in pillar["children"]]


def province() -> dict[str, dict[str, Any]]:
    return {node["code"]: node for node in nodes(document("province")["indicators"])}


def origin(criterion: dict[str, Any]) -> str:
    found = ORIGIN.match(criterion["notes"])
    assert found, criterion["code"]
    return found[1]


def types(rule: dict[str, Any]) -> Iterator[str]:
    yield rule["type"]
    for part in rule.get("parts", []):
        yield from types(part["rule"])


@pytest.mark.parametrize("level", LOWER)
def test_every_criterion_names_the_one_of_the_first_annex_it_derives_from(level: str) -> None:
    assert {origin(criterion) for criterion in criteria(level)} <= set(province())
    assert all(origin(each).split(".")[0] == each["code"].split(".")[0] for each in criteria(level))


def assigned(level: str) -> set[str]:
    """The criteria of the annex that the level leads or helps with."""
    return {
        code
        for code, node in province().items()
        if CONCERNED[level] in f"{node.get('lead_agency')} {node.get('coordinating_agencies')}"
    }


@pytest.mark.parametrize("level", LOWER)
def test_most_criteria_derive_from_one_that_the_annex_assigns_to_the_level(level: str) -> None:
    of_the_level = [each["code"] for each in criteria(level) if origin(each) in assigned(level)]
    assert len(of_the_level) > len(criteria(level)) * 0.6


@pytest.mark.parametrize(
    ("level", "pillar"), [("department", "2"), ("department", "3"), ("district", "5"), ("commune", "5")]
)
def test_where_the_annex_assigns_as_many_as_the_section_counts_it_is_those(level: str, pillar: str) -> None:
    found = [origin(each) for each in criteria(level) if each["code"].split(".")[0] == pillar]
    expected = [code for code in province() if code in assigned(level) and re.fullmatch(rf"{pillar}\.\d+", code)]
    assert found == expected


@pytest.mark.parametrize("level", LOWER)
def test_frequencies_and_coordinating_agencies_are_given_where_the_annex_gives_them(level: str) -> None:
    for criterion in criteria(level):
        found = province()[origin(criterion)]
        assert ("frequency" in criterion) == ("frequency" in found), criterion["code"]
        assert len(criterion["coordinating_agencies"]) == len(found["coordinating_agencies"]), criterion["code"]
        assert criterion["lead_agency"].split()[0] == found["lead_agency"].split()[0], criterion["code"]


@pytest.mark.parametrize("level", LOWER)
def test_a_criterion_has_a_title_a_method_and_tags_of_its_own(level: str) -> None:
    assert [each["code"] for each in criteria(level) if not (each["method"] and each["tags"])] == []
    titles = [each["title"] for each in criteria(level)]
    assert len(set(titles)) == len(titles)
    assert all(node.get("solution") is None for node in criteria(level))


@pytest.mark.parametrize("level", LOWER)
def test_no_text_of_a_lower_set_speaks_of_the_province_as_the_one_assessed(level: str) -> None:
    text = "\n".join(f"{each['title']}\n{each['method']}" for each in criteria(level))
    assert "Tỉnh, thành phố" not in text
    assert "Chủ tịch UBND tỉnh" not in text


@pytest.mark.parametrize("level", LOWER)
def test_the_provenance_note_says_plainly_that_the_set_is_reconstructed(level: str) -> None:
    note = document(level)["provenance_note"]
    for said in ("DỰNG LẠI, KHÔNG PHẢI BẢN CHÍNH THỨC", "RECONSTRUCTED, NOT THE OFFICIAL SET", "Phụ lục II–V"):
        assert said in note
    section = {"department": "V.1", "district": "V.2", "commune": "V.3"}[level]
    assert note.count(section) == 2
    assert note.count(f"{len(criteria(level))} ") == 2


def test_every_rule_that_scores_is_used() -> None:
    used = {kind for level in LOWER for criterion in criteria(level) for kind in types(criterion["rule"])}
    assert used == set(RULE_TYPES) - {"unscored"}
    rules = [criterion["rule"] for level in LOWER for criterion in criteria(level)]
    assert {rule.get("below") for rule in rules if rule["type"] == "proportional"} == {"rescaled", "unscaled"}
    assert {rule["direction"] for rule in rules if rule["type"] == "min_max"} == {"higher", "lower"}
    assert any("gate" in rule for rule in rules)
    assert any("bounds" in rule for rule in rules)


@pytest.mark.parametrize("level", LOWER)
def test_each_set_uses_most_rules(level: str) -> None:
    assert len({kind for criterion in criteria(level) for kind in types(criterion["rule"])}) >= 8


@pytest.mark.parametrize("level", LOWER)
def test_the_exemptions_are_those_of_the_seventh_section(level: str) -> None:
    assert framework(level).exemptions == POLICIES


@pytest.mark.parametrize("level", LOWER)
@pytest.mark.parametrize(
    ("trait", "reached"),
    [("no-subordinate-units", SUBORDINATE_UNITS), ("no-online-public-services", ONLINE_PUBLIC_SERVICES)],
)
def test_a_trait_exempts_from_exactly_the_criteria_that_the_section_reaches(
    level: str, trait: str, reached: dict[str, str]
) -> None:
    exempt = [leaf.code for leaf in framework(level).leaves if exempted_by(framework(level), leaf, {trait})]
    assert exempt == reached[level].split()


@pytest.mark.parametrize("level", LOWER)
def test_every_criterion_about_online_services_or_subordinate_units_bears_the_tag(level: str) -> None:
    words = {
        "online-public-services": r"DVCTT|dịch vụ công|hồ sơ trực tuyến|hồ sơ xử lý",
        "subordinate-units": "trực thuộc",
    }
    for criterion in criteria(level):
        for tag, word in words.items():
            if re.search(word, criterion["title"]):
                assert tag in criterion["tags"], (criterion["code"], tag)
