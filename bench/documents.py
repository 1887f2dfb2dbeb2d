"""Made-up data: an index set of 63 leaves and 800 points, shaped like Vĩnh Long's for communes, and its answers."""

import random
from collections.abc import Iterable, Sequence
from typing import Any

LEAVES = 63
_PILLARS = 8
_RATIO = [
    {"name": "a", "label": "Số đã thực hiện", "type": "integer", "min": 0},
    {"name": "b", "label": "Tổng số", "type": "integer", "min": 1},
]
_COUNT = [{"name": "a", "label": "Số lượng", "type": "integer", "min": 0}]
_CHECKS = [{"expression": "a <= b", "message": "a không lớn hơn b"}]
_CODES = ("one", "two", "three", "four")

# Each pillar goes through these in turn; what looks at the cohort comes twice in some pillars, as in the sources.
_KINDS: Sequence[tuple[str, dict[str, Any]]] = (
    ("ratio", {"type": "proportional", "value": "a / b", "full_at": 0.8, "below": "rescaled"}),
    (
        "choice",
        {
            "type": "choice",
            "options": [{"code": c, "label": c, "share": s} for c, s in zip(_CODES, (1, 0.5, 0.25, 0), strict=True)],
        },
    ),
    ("cohort", {"type": "min_max", "value": "a / b", "direction": "higher"}),
    ("checked", {"type": "checklist", "items": [{"code": c, "label": c, "share": 0.25} for c in _CODES]}),
    ("count", {"type": "bands", "value": "a", "bands": [{"from": 20, "share": 1}, {"from": 10, "share": 0.5}]}),
    ("count", {"type": "per_item", "value": "a", "points_each": 0.5}),
    (
        "parts",
        {
            "type": "parts",
            "parts": [
                {"code": "p", "share": 0.5, "rule": {"type": "proportional", "value": "a / b"}, "inputs": _RATIO},
                {"code": "q", "share": 0.5, "rule": {"type": "per_item", "value": "a", "points_each": 1}}
                | {"inputs": _COUNT},
            ],
        },
    ),
    ("cohort", {"type": "min_max", "value": "a / b", "direction": "lower"}),
)
_INPUTS = {"ratio": _RATIO, "cohort": _RATIO, "count": _COUNT}


def kind_of(leaf: int) -> str:
    """What kind of answer the leaf takes."""
    return _KINDS[leaf % len(_KINDS)][0]


def code_of(leaf: int) -> str:
    """The leaf's code: pillar and place in it."""
    return f"{leaf // _PILLARS + 1}.{leaf % _PILLARS + 1}"


def framework() -> dict[str, Any]:
    """The index set as it is posted: 8 pillars of 100 points, 63 leaves, 15 of them compared within the cohort."""
    pillars: list[dict[str, Any]] = []
    for first in range(0, LEAVES, _PILLARS):
        leaves = range(first, min(first + _PILLARS, LEAVES))
        points = [12.5] * 8 if len(leaves) == 8 else [14] * 6 + [16]
        children = [_leaf(leaf, share) for leaf, share in zip(leaves, points, strict=True)]
        code = str(first // _PILLARS + 1)
        pillars.append({"code": code, "title": f"Chỉ số chính {code}", "max_points": 100, "children": children})
    return {
        "code": "bench-commune",
        "version": 1,
        "title": "Made up, to measure with",
        "level": "commune",
        "max_points": 800,
        "decimals": 2,
        "decision": {"number": "0", "date": "2025-07-01", "issuer": "nobody"},
        "provenance": "example",
        "grades": [{"code": "tot", "label": "Tốt", "from_share": 0.8}],
        "exemptions": [],
        "indicators": pillars,
    }


def answer(leaf: int, chance: random.Random, extreme: float | None = None) -> dict[str, Any]:
    """Inputs for one leaf, by chance; values compared within the cohort stay between 0.2 and 0.8.

    `extreme` puts such a value there instead: whoever holds 0.05 and 0.95 keeps the cohort's bounds.
    """
    kind = kind_of(leaf)
    if kind == "choice":
        return {"choice": chance.choice(_CODES)}
    if kind == "checked":
        return {"checked": sorted(chance.sample(_CODES, chance.randint(1, 4)))}
    if kind == "count":
        return {"a": chance.randint(0, 40)}
    if kind == "parts":
        return {"p": _ratio(chance, 0.1, 0.9), "q": {"a": chance.randint(0, 20)}}
    if kind == "cohort" and extreme is not None:
        return {"a": round(10_000 * extreme), "b": 10_000}
    return _ratio(chance, 0.2, 0.8)


def answers(chance: random.Random, extreme: float | None = None) -> list[dict[str, Any]]:
    """Inputs for every leaf, in document order."""
    return [answer(leaf, chance, extreme) for leaf in range(LEAVES)]


def change(inputs: list[dict[str, Any]], leaves: Iterable[int], chance: random.Random) -> None:
    """Put other inputs in place of those of some leaves; they always differ."""
    for leaf in leaves:
        before = inputs[leaf]
        while inputs[leaf] == before:
            inputs[leaf] = answer(leaf, chance)


def submission(inputs: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """All answers of a unit as the body of a PUT."""
    return {"answers": [{"indicator": code_of(leaf), "inputs": given} for leaf, given in enumerate(inputs)]}


def _leaf(leaf: int, points: float) -> dict[str, Any]:
    kind, rule = _KINDS[leaf % len(_KINDS)]
    inputs = _INPUTS.get(kind, [])
    checks = _CHECKS if inputs is _RATIO else []
    code = code_of(leaf)
    return {
        "code": code,
        "title": f"Tiêu chí {code}",
        "max_points": points,
        "inputs": inputs,
        "rule": rule,
        "validations": checks,
    }


def _ratio(chance: random.Random, least: float, most: float) -> dict[str, int]:
    whole = chance.randint(300, 9_999)
    return {"a": round(whole * chance.uniform(least + 0.01, most - 0.01)), "b": whole}
