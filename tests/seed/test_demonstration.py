"""The units of Vĩnh Long and the made-up period over them, checked against facts and figures typed here."""

import re
import unicodedata
from collections import Counter
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest

from app.scoring import Entry, check_inputs, rank, read_framework
from tests.seed.demonstration import (
    DEMO,
    LEVELS,
    SEED,
    UNITS,
    UNITS_FILE,
    UNRANKED,
    document,
    leaves,
    of_level,
    reported,
    scores,
    total,
)

# Wards, towns and rural communes of each district in 2022, by the General Statistics Office: 14 + 6 + 87.
COMMUNES = {
    "thành phố Vĩnh Long": ("855", 11),
    "huyện Long Hồ": ("857", 15),
    "huyện Mang Thít": ("858", 12),
    "huyện Vũng Liêm": ("859", 20),
    "huyện Tam Bình": ("860", 17),
    "thị xã Bình Minh": ("861", 8),
    "huyện Trà Ôn": ("862", 14),
    "huyện Bình Tân": ("863", 10),
}
MERGED_IN_2024 = {
    "29551": "Phường 2",
    "29602": "xã Phú Đức",
    "29758": "xã Tường Lộc",
    "29773": "xã Tân Hưng",
    "29854": "xã Thiện Mỹ",
}


def identifiers(unit: dict[str, Any]) -> dict[str, str]:
    return {entry["scheme"]: entry["value"] for entry in unit["identifiers"]}


def pillars(code: str) -> set[str]:
    return {leaf.split(".")[0] for leaf in reported(code)}


def states(level: str, state: str) -> list[tuple[str, str]]:
    """The units and leaves of a level that are in a state."""
    return [(code, leaf) for code, own in scores(level).items() for leaf, (_, found) in own.items() if found == state]


def standing(level: str) -> Counter[float]:
    """How many ranked units of the level have each total."""
    return Counter(total(code) for code in of_level(level) if code not in UNRANKED)


def test_there_are_one_province_nine_departments_eight_districts_and_107_communes() -> None:
    assert Counter(unit["level"] for unit in UNITS_FILE["units"]) == {
        "province": 1,
        "department": 9,
        "district": 8,
        "commune": 107,
    }


def test_every_district_has_its_official_code_and_number_of_communes() -> None:
    found = {
        unit["name"].removeprefix("Ủy ban nhân dân "): (
            identifiers(unit)["mdvhc"],
            sum(other["parent"] == code for other in UNITS.values()),
        )
        for code, unit in UNITS.items()
        if unit["level"] == "district"
    }
    assert found == COMMUNES


def test_the_communes_are_14_wards_6_towns_and_87_rural_communes() -> None:
    names = [UNITS[code]["name"].removeprefix("Ủy ban nhân dân ") for code in of_level("commune")]
    kinds = Counter(re.match(r"[Pp]hường|thị trấn|xã", name)[0].lower() for name in names)  # type: ignore[index]
    assert kinds == {"phường": 14, "thị trấn": 6, "xã": 87}


def test_no_code_and_no_identifier_is_given_twice_and_no_two_siblings_share_a_name() -> None:
    assert len(UNITS) == len(UNITS_FILE["units"])
    given = [(i["scheme"], i["value"]) for unit in UNITS_FILE["units"] for i in unit["identifiers"]]
    assert len(set(given)) == len(given)
    assert len({(unit["parent"], unit["name"]) for unit in UNITS.values()}) == len(UNITS)


def test_every_unit_but_the_province_stands_below_a_unit_of_the_level_above() -> None:
    above = {"department": "province", "district": "province", "commune": "district"}
    assert UNITS["H61"]["parent"] is None
    assert all(UNITS[u["parent"]]["level"] == above[u["level"]] for u in UNITS.values() if u["code"] != "H61")


def test_every_code_below_the_province_is_marked_as_a_placeholder() -> None:
    marked = {code for code, unit in UNITS.items() if identifiers(unit).get("placeholder") == code}
    assert marked == set(UNITS) - {"H61"}
    assert "inferred" in UNITS["H61"]["note"]


def test_districts_and_communes_bear_the_administrative_code_that_their_own_code_ends_in() -> None:
    digits = {"district": r"\d{3}", "commune": r"\d{5}"}
    for code, unit in UNITS.items():
        if unit["level"] in digits:
            assert re.fullmatch(digits[unit["level"]], identifiers(unit)["mdvhc"])
            assert code == f"H61.{identifiers(unit)['mdvhc']}"
    assert identifiers(UNITS["H61"])["mdvhc"] == "86"
    assert not any("mdvhc" in identifiers(UNITS[code]) for code in of_level("department"))


def test_all_text_is_in_composed_unicode() -> None:
    for name in ("units/vinh-long.yaml", "results/vinh-long-demo.yaml"):
        assert unicodedata.is_normalized("NFC", (SEED / name).read_text(encoding="utf-8"))


def test_dates_are_iso_strings() -> None:
    dates = [unit[end] for unit in UNITS.values() for end in ("valid_from", "valid_to") if unit[end] is not None]
    dates += [DEMO["period"]["starts_on"], DEMO["period"]["ends_on"]]
    assert all(date.fromisoformat(text).isoformat() == text for text in dates)


def test_every_unit_is_valid_on_the_first_and_the_last_day_of_the_period() -> None:
    for unit in UNITS.values():
        assert unit["valid_from"] <= DEMO["period"]["starts_on"]
        assert unit["valid_to"] is None or unit["valid_to"] > DEMO["period"]["ends_on"]


def test_the_old_tree_ends_with_the_reorganisations_of_2024_and_2025() -> None:
    ends = {code: UNITS[code]["valid_to"] for code in of_level("district") + of_level("commune")}
    merged = {f"H61.{digits}" for digits in MERGED_IN_2024}
    assert {code for code, end in ends.items() if end == "2024-11-01"} == merged
    assert {end for code, end in ends.items() if code not in merged} == {"2025-07-01"}
    assert all(UNITS[f"H61.{d}"]["name"].endswith(f" {name}") for d, name in MERGED_IN_2024.items())


def test_units_of_every_level_bear_made_up_traits() -> None:
    traits = Counter((unit["level"], trait) for unit in UNITS.values() for trait in unit["traits"])
    assert traits == {
        ("department", "no-online-public-services"): 2,
        ("department", "no-subordinate-units"): 2,
        ("district", "no-subordinate-units"): 1,
        ("commune", "no-online-public-services"): 1,
        ("commune", "no-subordinate-units"): 2,
    }
    assert "made up" in UNITS_FILE["note"]


def test_the_period_says_in_both_languages_that_its_figures_are_made_up() -> None:
    assert "SỐ LIỆU MINH HỌA, KHÔNG PHẢI KẾT QUẢ THẬT" in DEMO["note"]
    assert "made-up" in DEMO["note"]
    assert "minh họa (số liệu không có thật)" in DEMO["period"]["title"]
    assert DEMO["period"]["authority"] == "H61"
    assert tuple(entry["level"] for entry in DEMO["period"]["levels"]) == LEVELS


@pytest.mark.parametrize("level", LEVELS)
def test_every_answer_is_one_that_its_criterion_takes(level: str) -> None:
    framework = read_framework(document(level))
    answers = [(code, leaf, given) for code in of_level(level) for leaf, given in reported(code).items()]
    for _, leaf, given in answers:
        check_inputs(framework.by_code[leaf], given)
    assert len(answers) > len(of_level(level)) * len(leaves(level)) * 0.8


@pytest.mark.parametrize("level", LEVELS)
def test_nobody_answers_what_a_trait_exempts_from(level: str) -> None:
    exempt = states(level, "exempt")
    assert {code for code, _ in exempt} == {code for code in of_level(level) if UNITS[code]["traits"]}
    assert [(code, leaf) for code, leaf in exempt if leaf in reported(code)] == []


@pytest.mark.parametrize(
    ("level", "undetermined"),
    [
        ("department", ("H61.S05", "5.9")),
        ("district", ("H61.863", "5.10")),
        ("commune", ("H61.29713", "5.10")),
    ],
)
def test_one_unit_of_every_level_had_no_incident_to_deal_with(level: str, undetermined: tuple[str, str]) -> None:
    assert states(level, "undetermined") == [undetermined]


@pytest.mark.parametrize("level", LEVELS)
def test_some_units_of_every_level_leave_single_criteria_out(level: str) -> None:
    missing = Counter(code for code, _ in states(level, "not_reported"))
    assert any(1 <= number <= 3 for number in missing.values())


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_shows_a_tie_in_its_upper_third_and_a_near_tie(level: str) -> None:
    totals = standing(level)
    tied = [points for points, units in totals.items() if units > 1]
    assert any(sum(n for p, n in totals.items() if p > best) < totals.total() / 3 for best in tied)
    assert any(round(points - 0.01, 2) in totals for points in totals)


def test_ties_of_two_and_of_three_occur() -> None:
    sizes = {units for level in LEVELS for units in standing(level).values()}
    assert {1, 2, 3} <= sizes


@pytest.mark.parametrize("level", LEVELS)
def test_one_unit_of_every_level_reports_and_is_not_ranked(level: str) -> None:
    (unit,) = UNRANKED & set(of_level(level))
    assert reported(unit)


def test_the_roster_names_each_unit_once_and_groups_exactly_the_wards_and_towns() -> None:
    named = [entry["unit"] for entry in DEMO["period"]["roster"]]
    assert len(set(named)) == len(named)
    grouped = {entry["unit"] for entry in DEMO["period"]["roster"] if entry.get("group") == "urban"}
    assert grouped == {code for code in of_level("commune") if " xã " not in UNITS[code]["name"]}


def test_silence_zeros_gaps_and_a_full_pillar_all_occur() -> None:
    participants = {code for level in LEVELS for code in of_level(level)}
    assert participants - set(DEMO["submissions"]) == {"H61.S09", "H61.29665"}
    assert set(DEMO["submissions"]) <= participants
    assert set(scores("commune")["H61.29773"].values()) == {(Fraction(0), "reported"), (Fraction(0), None)}
    assert pillars("H61.S08") == {"1", "3", "5", "6"}
    assert pillars("H61.862") == {"1", "2", "3", "6", "7"}
    assert pillars("H61.29857") == {"1", "3", "6", "8"}
    assert scores("commune")["H61.29548"]["5"][0] == 100


FIRST_PLACES = {
    "department": [("H61.S02", 1), ("H61.S03", 2), ("H61.S06", 2), ("H61.S05", 4), ("H61.S04", 5)],
    "district": [("H61.857", 1), ("H61.858", 1), ("H61.859", 1), ("H61.861", 4), ("H61.860", 5)],
    "commune": [("H61.29548", 1), ("H61.29770", 2), ("H61.29641", 3), ("H61.29563", 4), ("H61.29602", 4)],
}


@pytest.mark.parametrize("level", LEVELS)
def test_the_engine_ranks_ties_alike_and_the_unranked_unit_last(level: str) -> None:
    entries = [
        Entry(key=code, points=Decimal(str(total(code))), ranked=code not in UNRANKED, order=(code,))
        for code in of_level(level)
    ]
    table = [(entry.key, place) for place, _, entry in rank(entries, 2)]
    assert table[: len(FIRST_PLACES[level])] == FIRST_PLACES[level]
    assert table[-1] == ((UNRANKED & set(of_level(level))).pop(), None)
