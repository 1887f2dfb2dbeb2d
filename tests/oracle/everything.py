"""A framework with every rule, every direction of a bound and every exemption, and eight units that answer it."""

from collections.abc import Iterable
from typing import Any

from tests.oracle.numbers import Json
from tests.oracle.service import unit


def leaf(code: str, points: float, rule: Json, *inputs: str, tags: Iterable[str] = ()) -> Json:
    """A leaf; its inputs are named `a`, or `a:integer`."""
    declared = [{"name": name, "type": kind or "number"} for name, _, kind in (i.partition(":") for i in inputs)]
    return {
        "code": code,
        "title": f"Tiêu chí {code}",
        "max_points": points,
        "rule": rule,
        "inputs": declared,
        "tags": list(tags),
    }


def node(code: str, *children: Json) -> Json:
    """An inner node with the sum of its children's points."""
    points = round(sum(child["max_points"] for child in children), 6)
    return {"code": code, "title": f"Chỉ số {code}", "max_points": points, "children": list(children)}


def framework(code: str, *pillars: Json, exemptions: Iterable[Json] = (), **fields: Any) -> Json:
    """An example framework of the level `commune`."""
    return {
        "code": code,
        "version": 1,
        "title": "Bộ chỉ số thử",
        "level": "commune",
        "max_points": round(sum(pillar["max_points"] for pillar in pillars), 6),
        "decimals": 2,
        "provenance": "example",
        "exemptions": list(exemptions),
        "indicators": list(pillars),
        **fields,
    }


def options(**shares: float) -> list[Json]:
    return [{"code": code, "label": code, "share": share} for code, share in shares.items()]


def ratio(**fields: Any) -> Json:
    return {"type": "proportional", "value": "a / b", **fields}


def min_max(value: str = "a", direction: str = "higher", **fields: Any) -> Json:
    return {"type": "min_max", "value": value, "direction": direction, **fields}


def best(value: str = "a", **fields: Any) -> Json:
    return {"type": "relative_to_best", "value": value, **fields}


def part(code: str, share: float, rule: Json, *inputs: str) -> Json:
    return {"code": code, "share": share, "rule": rule, "inputs": leaf(code, 1, rule, *inputs)["inputs"]}


AB = ("a", "b")
BANDS = [{"from": 20, "share": 1}, {"from": 10.5, "share": 0.5}, {"from": -3, "share": 0.25}]
DIRECT: Json = {"type": "direct"}
_MEASURED = node(
    "1",
    leaf("1.1", 10, {"type": "choice", "options": options(all=1, half=0.5, third=0.333, none=0)}),
    leaf("1.2", 7.5, {"type": "checklist", "items": options(x=0.4, y=0.35, z=0.5)}, tags=["online"]),
    node(
        "1.3",
        leaf("1.3.1", 10, ratio(), *AB, tags=["online"]),
        leaf("1.3.2", 10, ratio(full_at=0.8, below="rescaled", floor=0.1), *AB),
        leaf("1.3.3", 10, ratio(full_at=0.8, below="unscaled", on_zero_denominator="zero"), *AB),
        leaf("1.3.4", 10, ratio(full_at=0.3, below="rescaled", on_zero_denominator="full"), *AB),
    ),
    leaf(
        "1.4", 5, {"type": "bands", "value": "-(a - b) * 2 / -2", "bands": BANDS, "gate": "open"}, *AB, "open:boolean"
    ),
    leaf("1.5", 6, {"type": "per_item", "value": "a", "points_each": 0.7}, "a:integer"),
    leaf("1.6", 12, DIRECT, tags=["below"]),
    leaf("1.7", 9, ratio(value="max(a, b) / (min(a, b, 4) + 0.125)"), *AB),
)
_COMPARED = node(
    "2",
    leaf("2.1", 10, min_max(), "a", tags=["online"]),
    leaf("2.2", 10, min_max(direction="lower"), "a", tags=["below"]),
    leaf("2.3", 10, min_max(bounds={"min": 2}), "a"),
    leaf("2.4", 10, min_max(direction="lower", bounds={"max": 6}), "a"),
    leaf("2.5", 10, min_max(bounds={"min": 1.5, "max": 8}), "a"),
    leaf("2.6", 10, min_max("a / b", on_zero_denominator="full"), *AB),
    leaf("2.7", 10, best(), "a", tags=["online"]),
    leaf("2.8", 10, best(best=9), "a"),
    leaf("2.9", 10, best("a / b", gate="open", on_zero_denominator="zero"), *AB, "open:boolean"),
)
_NESTED: Json = {
    "type": "parts",
    "parts": [
        part("in", 0.3, min_max("c / d", "lower"), "c", "d"),
        part("in2", 0.2, best("c"), "c"),
        part("each", 0.1, {"type": "per_item", "value": "c", "points_each": 0.31}, "c:integer"),
        part("said", 0.15, DIRECT),
        part("chosen", 0.25, {"type": "choice", "options": options(yes=1, no=0)}),
    ],
}
_PARTED = node(
    "3",
    leaf(
        "3.1",
        20,
        {
            "type": "parts",
            "gate": "open",
            "parts": [
                part("p", 0.5, {**_NESTED, "gate": "inner"}, "inner:boolean"),
                part("q", 0.25, ratio(on_zero_denominator="full"), *AB),
                part("r", 0.25, {"type": "checklist", "items": options(k=0.5, m=0.75)}),
            ],
        },
        "open:boolean",
        tags=["online"],
    ),
    leaf("3.2", 8, {"type": "parts", "parts": [part("u", 0.5, best(), "a"), part("v", 0.5, ratio(), *AB)]}),
)
_UNSCORED = node("4", leaf("4.1", 0, {"type": "unscored"}), leaf("4.2", 3, DIRECT))
EXEMPTIONS = [
    {"code": "vii-2", "trait": "no-online", "tag": "online", "policy": "cohort_best", "citation": "VII.2"},
    {"code": "vii-3", "trait": "no-below", "tag": "below", "policy": "full", "citation": "VII.3"},
    {"code": "granted-best", "policy": "cohort_best", "citation": "VII.4"},
    {"code": "granted-full", "policy": "full", "citation": "VII.4"},
]
DOCUMENT = framework("moi-quy-tac", _MEASURED, _COMPARED, _PARTED, _UNSCORED, exemptions=EXEMPTIONS)
TRAITS = {"E1": ["no-online"], "E2": ["no-below"], "E3": ["no-online", "no-below"]}
COMMUNES = ("B1", "B2", "B3", "B4", "B5", "E1", "E2", "E3")
UNITS = [unit("P", "province"), *(unit(code, parent="P", traits=TRAITS.get(code, [])) for code in COMMUNES)]
_CHOICES = ("all", "half", "third", "none")


def answers(seat: int) -> Json:
    """What the unit at `seat` reports for every leaf; others at other seats, zero denominators among them."""
    a, b = seat * 1.37, (seat * 5) % 4
    ab, one = {"a": a, "b": b}, {"a": a}
    nested = {
        "inner": seat != 6,
        "in": {"c": seat + 0.5, "d": b if seat == 4 else b + 3},
        "in2": {"c": 7 - seat},
        "each": {"c": seat},
        "said": {"points": round(seat / 7, 3)},
        "chosen": {"choice": "yes" if seat % 2 else "no"},
    }
    return {
        "1.1": {"choice": _CHOICES[seat % 4]},
        "1.2": {"checked": ["x", "y", "z"][: seat % 4]},
        "1.3.1": ab,
        "1.3.2": {"a": seat, "b": 9},
        "1.3.3": {"a": seat, "b": 7 if seat else 0},
        "1.3.4": {"a": seat, "b": 17 if seat != 3 else 0},
        "1.4": {"a": 23 - seat * 7, "b": 2.25, "open": seat != 5},
        "1.5": {"a": seat * 2},
        "1.6": {"points": round(12 / (seat + 1), 6)},
        "1.7": {"a": a / 8, "b": b},
        **{f"2.{number}": {"a": round((seat * number) % 8 + 0.1 * seat, 3)} for number in (1, 2, 3, 4, 5, 7, 8)},
        "2.6": {"a": seat + 1, "b": b},
        "2.9": {"a": seat + 1, "b": b, "open": seat != 2},
        "3.1": {"open": seat != 7, "p": nested, "q": ab, "r": {"checked": ["k", "m"][: seat % 3]}},
        "3.2": {"u": one, "v": {"a": 3, "b": b}},
        "4.2": {"points": 0},
    }


# What reviewers say: each verdict, and each against a unit that a trait exempts as well.
REVIEWS: list[tuple[str, str, Json]] = [
    ("B1", "1.1", {"verdict": "agree"}),
    ("B2", "2.1", {"verdict": "disagree"}),
    ("B3", "2.7", {"verdict": "adjust", "inputs": {"a": 50.123456789}}),
    ("B4", "3.1", {"verdict": "adjust", "points": 13.333333}),
    ("B5", "2.2", {"verdict": "exempt", "exemption": "granted-best"}),
    ("B1", "3.2", {"verdict": "exempt", "exemption": "granted-full"}),
    ("B2", "4.2", {"verdict": "exempt", "exemption": "granted-best"}),
    ("E1", "2.1", {"verdict": "adjust", "inputs": {"a": 4}}),
    ("E2", "1.6", {"verdict": "adjust", "points": 1}),
    ("E3", "2.2", {"verdict": "agree"}),
]
