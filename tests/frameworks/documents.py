"""Small framework documents, made for these tests."""

from typing import Any

Json = dict[str, Any]

A_OVER_B = [
    {"name": "a", "label": "Số văn bản đã ký", "type": "integer", "min": 0},
    {"name": "b", "label": "Tổng số văn bản", "type": "integer", "min": 0},
]
DIRECT = {"type": "direct"}


def leaf(code: str, points: float, **fields: Any) -> Json:
    """A leaf with points that somebody enters, unless `fields` say otherwise."""
    return {"code": code, "title": f"Tiêu chí {code}", "max_points": points, "rule": DIRECT, **fields}


def node(code: str, points: float, *children: Json, **fields: Any) -> Json:
    return {
        "code": code,
        "title": f"Chỉ số {code}",
        "max_points": points,
        "children": list(children),
        **fields,
    }


def ratio_leaf(code: str, points: float, **fields: Any) -> Json:
    rule = {"type": "proportional", "value": "a / b", "full_at": 0.8, "below": "rescaled"}
    checks = [{"expression": "a <= b", "message": "a không lớn hơn b"}]
    return leaf(code, points, **{"inputs": A_OVER_B, "rule": rule, "validations": checks, **fields})


def framework(**fields: Any) -> Json:
    """Two pillars, four nodes, 30 points, right in every respect."""
    return {
        "code": "trial-commune",
        "version": 1,
        "title": "Bộ chỉ số thử",
        "level": "commune",
        "max_points": 30,
        "decimals": 2,
        "decision": {"number": "1/QĐ-UBND", "date": "2025-07-01", "issuer": "UBND tỉnh"},
        "provenance": "official",
        "grades": [{"code": "tot", "label": "Tốt", "from_share": 0.8}],
        "exemptions": [],
        "indicators": [node("1", 20, ratio_leaf("1.1", 10), leaf("1.2", 10)), leaf("2", 10)],
        **fields,
    }


EVERY_RULE: list[Json] = [
    {
        "type": "choice",
        "options": [{"code": "yes", "label": "Có", "share": 1}, {"code": "no", "label": "Không", "share": 0}],
    },
    {"type": "checklist", "items": [{"code": "x", "label": "Một", "share": 0.5}]},
    {"type": "proportional", "value": "a / b"},
    {"type": "proportional", "value": "a / b", "full_at": 0.2, "below": "unscaled", "floor": 0.1},
    {
        "type": "bands",
        "gate": "open",
        "value": "a",
        "bands": [{"from": 20, "share": 1}, {"from": 0.5, "share": 0.25}],
    },
    {"type": "per_item", "value": "a", "points_each": 0.5},
    {"type": "min_max", "value": "a", "direction": "lower"},
    {"type": "min_max", "value": "a", "direction": "higher", "bounds": {"min": 0.1, "max": 7.5}},
    {"type": "relative_to_best", "value": "a", "best": 9, "on_zero_denominator": "full"},
    {
        "type": "parts",
        "parts": [
            {"code": "p", "share": 0.25, "rule": DIRECT},
            {
                "code": "q",
                "share": 0.75,
                "rule": {"type": "per_item", "value": "c", "points_each": 1},
                "inputs": [{"name": "c", "label": "Số", "type": "number", "unit": "tỷ đồng", "max": 99}],
            },
        ],
    },
    DIRECT,
]


def with_every_rule() -> Json:
    gate = {"name": "open", "label": "Đã mở", "type": "boolean", "lead_agency": "Văn phòng UBND"}
    leaves = [
        leaf(f"1.{number}", 10, inputs=[*A_OVER_B, gate], rule=rule, tags=["online"], lead_agency="Sở TT&TT")
        for number, rule in enumerate(EVERY_RULE, 1)
    ]
    unscored = leaf("2", 0, rule={"type": "unscored"}, method="Chưa chấm điểm", erratum="9 → 0", notes="as is")
    return framework(
        max_points=10 * len(leaves),
        indicators=[node("1", 10 * len(leaves), *leaves), unscored],
        exemptions=[{"code": "vii-2", "tag": "online", "policy": "cohort_best", "citation": "QĐ 2554, VII.2"}],
    )
