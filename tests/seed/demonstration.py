"""The made-up period as its file has it, and its points as the oracle works them out."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.oracle.cohort import Entry, Scores, nodes, score
from tests.oracle.cohort import total as total_of
from tests.oracle.numbers import Json, half_up

SEED = Path(__file__).parents[2] / "seed"
LEVELS = ("department", "district", "commune")


def _load(path: str) -> Json:
    loaded = yaml.safe_load((SEED / path).read_text(encoding="utf-8"))
    assert isinstance(loaded, dict)
    return loaded


UNITS_FILE = _load("units/vinh-long.yaml")
DEMO = _load("results/vinh-long-demo.yaml")
UNITS: dict[str, Json] = {unit["code"]: unit for unit in UNITS_FILE["units"]}
UNRANKED = {entry["unit"] for entry in DEMO["period"]["roster"] if entry.get("ranked") is False}


def of_level(level: str) -> list[str]:
    """The units of a level, in the file's order."""
    return [code for code, unit in UNITS.items() if unit["level"] == level]


@cache
def document(level: str) -> Json:
    """The index set that the period names for the level."""
    return _load(f"frameworks/vinh-long-{level}-1.yaml")


@cache
def leaves(level: str) -> dict[str, Json]:
    """The set's criteria by code."""
    return {node["code"]: node for node in nodes(document(level)["indicators"]) if not node.get("children")}


@cache
def reported(unit: str) -> dict[str, Json]:
    """What a unit answers, leaf by leaf, with every input by its name."""
    own = {
        f"{pillar}.{number}": given
        for pillar, criteria in DEMO["submissions"].get(unit, {}).items()
        for number, given in criteria.items()
    }
    return {code: _by_name(leaves(UNITS[unit]["level"])[code], given) for code, given in own.items()}


def _by_name(leaf: Json, given: Any) -> Json:
    if isinstance(given, dict):
        return given
    entered = {"choice": "choice", "checklist": "checked", "direct": "points"}.get(leaf["rule"]["type"])
    if entered is not None:
        return {entered: given}
    names = [declared["name"] for declared in leaf["inputs"]]
    figures = given if isinstance(given, list) else [given]
    assert len(figures) == len(names), leaf["code"]
    return dict(zip(names, figures, strict=True))


@cache
def scores(level: str) -> dict[str, Scores]:
    """Everybody's points and states, node by node, of a level."""
    traits = {code: UNITS[code]["traits"] for code in of_level(level)}
    entries = {code: {leaf: Entry(given) for leaf, given in reported(code).items()} for code in traits}
    return score(document(level), traits, entries, "assessed")


def total(unit: str) -> float:
    """The points that a ranking shows."""
    level = UNITS[unit]["level"]
    return float(half_up(total_of(document(level), scores(level)[unit]), document(level)["decimals"]))
