"""The units of Vĩnh Long and the made-up period over them, checked against facts and figures typed here."""

import re
import unicodedata
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SEED = ROOT / "seed"
LEVELS = ("department", "district", "commune")
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
# Section V of the Vĩnh Long document: the pillars' totals of the three lower sets.
MAX_POINTS = {
    "department": (40, 120, 60, 70, 100, 210),
    "district": (80, 160, 100, 180, 100, 200, 100, 80),
    "commune": (70, 110, 100, 120, 100, 120, 100, 80),
}
MERGED_IN_2024 = {
    "29551": "Phường 2",
    "29602": "xã Phú Đức",
    "29758": "xã Tường Lộc",
    "29773": "xã Tân Hưng",
    "29854": "xã Thiện Mỹ",
}

UNITS_FILE: dict[str, Any] = yaml.safe_load((SEED / "units/vinh-long.yaml").read_text(encoding="utf-8"))
DEMO: dict[str, Any] = yaml.safe_load((SEED / "results/vinh-long-demo.yaml").read_text(encoding="utf-8"))
UNITS: dict[str, dict[str, Any]] = {unit["code"]: unit for unit in UNITS_FILE["units"]}
UNRANKED = {entry["unit"] for entry in DEMO["period"]["roster"] if entry.get("ranked") is False}


def of_level(level: str) -> list[str]:
    return [code for code, unit in UNITS.items() if unit["level"] == level]


def identifiers(unit: dict[str, Any]) -> dict[str, str]:
    return {entry["scheme"]: entry["value"] for entry in unit["identifiers"]}


def reported(code: str) -> dict[str, Decimal]:
    return {pillar: Decimal(str(points)) for pillar, points in DEMO["submissions"].get(code, {}).items()}


def total(code: str) -> Decimal:
    return sum(reported(code).values(), Decimal(0))


def standing(level: str) -> Counter[Decimal]:
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


def test_two_departments_bear_each_of_the_two_traits() -> None:
    traits = Counter(trait for unit in UNITS.values() for trait in unit["traits"])
    assert traits == {"no-online-public-services": 2, "no-subordinate-units": 2}
    assert "made up" in UNITS_FILE["note"]


def test_the_period_says_in_both_languages_that_its_figures_are_made_up() -> None:
    assert "SỐ LIỆU MINH HỌA, KHÔNG PHẢI KẾT QUẢ THẬT" in DEMO["note"]
    assert "made-up" in DEMO["note"]
    assert "minh họa (số liệu không có thật)" in DEMO["period"]["title"]
    assert DEMO["period"]["authority"] == "H61"
    assert tuple(entry["level"] for entry in DEMO["period"]["levels"]) == LEVELS


def test_points_name_pillars_of_the_level_and_lie_between_zero_and_the_maximum() -> None:
    for code in DEMO["submissions"]:
        limits = {str(n): points for n, points in enumerate(MAX_POINTS[UNITS[code]["level"]], start=1)}
        for pillar, points in reported(code).items():
            assert 0 <= points <= limits[pillar], (code, pillar)
            assert points == round(points, 2), (code, pillar)


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_shows_a_tie_in_its_upper_third_and_a_near_tie(level: str) -> None:
    totals = standing(level)
    tied = [points for points, units in totals.items() if units > 1]
    assert any(sum(n for p, n in totals.items() if p > best) < totals.total() / 3 for best in tied)
    assert any(points - Decimal("0.01") in totals for points in totals)


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
    assert set(reported("H61.29773").values()) == {Decimal(0)}
    assert len(reported("H61.29773")) == 8
    assert (len(reported("H61.S08")), len(reported("H61.862")), len(reported("H61.29857"))) == (4, 5, 4)
    assert reported("H61.29548")["5"] == 100


FIRST_PLACES = {
    "department": [("H61.S02", 1), ("H61.S03", 2), ("H61.S04", 2), ("H61.S06", 4), ("H61.S05", 5)],
    "district": [("H61.857", 1), ("H61.858", 1), ("H61.859", 1), ("H61.860", 4), ("H61.861", 5)],
    "commune": [("H61.29548", 1), ("H61.29563", 2), ("H61.29602", 2), ("H61.29770", 4), ("H61.29641", 5)],
}


@pytest.mark.skipif(not (ROOT / "app/scoring/__init__.py").exists(), reason="the engine is not there yet")
@pytest.mark.parametrize("level", LEVELS)
def test_the_engine_ranks_ties_alike_and_the_unranked_unit_last(level: str) -> None:
    from app.scoring import Entry, rank

    entries = [Entry(key=c, points=total(c), ranked=c not in UNRANKED, order=(c,)) for c in of_level(level)]
    table = [(entry.key, place) for place, _, entry in rank(entries, 2)]
    assert table[: len(FIRST_PLACES[level])] == FIRST_PLACES[level]
    assert table[-1] == ((UNRANKED & set(of_level(level))).pop(), None)
