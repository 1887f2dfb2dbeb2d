"""The receipt: everything that the points of one leaf rest on."""

import json
from typing import Any

import pytest

from app.scoring import (
    Answer,
    Awarded,
    Benchmark,
    Exempt,
    ExemptionPolicy,
    Indicator,
    Rejected,
    Reported,
    check_inputs,
    gather_figures,
    receipt,
    score_leaf,
)
from tests.scoring.documents import A_OF_B, GATE, D, figures, leaf, number

FACTS = {
    "framework": {"code": "example", "version": 1, "content_hash": "ab12"},
    "unit": "H21",
    "period": "2025",
    "level": "province",
    "basis": "assessed",
}
MIN_MAX = {"type": "min_max", "value": "n", "direction": "higher"}
KEYS = {
    *FACTS, "cohort_version", "indicator", "scope", "rule", "declared_inputs", "state", "inputs",
    "evaluation", "benchmark", "exemption", "award", "rejection", "share", "points",
}  # fmt: skip


def receipt_of(of: Indicator, answer: Answer, seen: Any = None, **given: Any) -> dict[str, Any]:
    score = score_leaf(of, answer, seen or {}, given.get("benchmark"), given.get("best_points"))
    return receipt(FACTS, of, answer, score, cohort_version=412, **given)


def reported(of: Indicator, inputs: dict[str, Any]) -> Reported:
    return Reported(check_inputs(of, inputs))


def test_a_receipt_names_the_framework_the_indicator_and_the_rule() -> None:
    rule = {"type": "proportional", "value": "a / b", "full_at": 0.8, "below": "rescaled"}
    of = leaf(rule, inputs=A_OF_B, code="6.12", method="Tỷ lệ = a/b")
    found = receipt_of(of, reported(of, {"a": 2, "b": 5}))
    assert found.keys() == KEYS
    assert {key: found[key] for key in FACTS} == FACTS
    assert found["indicator"] == {
        "code": "6.12",
        "title": "Criterion 6.12",
        "max_points": 10,
        "method": "Tỷ lệ = a/b",
    }
    assert (found["rule"], found["scope"], found["cohort_version"]) == (rule, "unit", 412)
    assert found["declared_inputs"][0] == {
        "name": "a", "type": "number", "label": "a", "unit": None, "min": None, "max": None,
    }  # fmt: skip
    assert (found["state"], found["inputs"], found["points"]) == ("reported", {"a": 2, "b": 5}, 5)
    assert found["evaluation"] == {
        "type": "proportional",
        "gate": None,
        "max_points": 10,
        "gated": False,
        "expression": "a / b",
        "value": D("0.4"),
        "on_zero_denominator": None,
        "slot": None,
        "figures": None,
        "goalposts": {},
        "raw_share": D("0.5"),
        "share": D("0.5"),
        "parts": {},
    }


def test_a_receipt_shows_the_cohorts_figures_and_where_each_goalpost_came_from() -> None:
    of = leaf({**MIN_MAX, "bounds": {"min": 0}}, inputs=[number("n")])
    evaluation = receipt_of(of, reported(of, {"n": 6}), figures(2, 6, 8))["evaluation"]
    assert evaluation["slot"] == ""
    assert evaluation["figures"] == {"n": 3, "min": 2, "max": 8}
    assert evaluation["goalposts"] == {
        "min": {"value": 0, "source": "fixed"},
        "max": {"value": 8, "source": "cohort"},
    }
    assert (evaluation["raw_share"], evaluation["share"]) == (D("0.75"), D("0.75"))


def test_a_receipt_shows_the_share_before_it_was_clamped() -> None:
    of = leaf({**MIN_MAX, "bounds": {"min": 0, "max": 4}}, inputs=[number("n")])
    evaluation = receipt_of(of, reported(of, {"n": 6}))["evaluation"]
    assert (evaluation["raw_share"], evaluation["share"], evaluation["figures"]) == (D("1.5"), 1, None)


def test_a_receipt_names_the_benchmark_and_its_source() -> None:
    of = leaf({"type": "relative_to_best", "value": "n"}, inputs=[number("n")])
    given = Benchmark(None, None, D(8), "QĐ 1, 2023")
    found = receipt_of(of, reported(of, {"n": 6}), figures(6), benchmark=given)
    assert found["benchmark"] == {"min": None, "max": None, "best": 8, "source": "QĐ 1, 2023"}
    assert found["evaluation"]["goalposts"] == {"best": {"value": 8, "source": "benchmark"}}
    assert found["points"] == D("7.5")


def test_a_receipt_of_a_rule_with_fixed_goalposts_names_no_benchmark() -> None:
    of = leaf({"type": "relative_to_best", "value": "n", "best": 12}, inputs=[number("n")])
    given = Benchmark(None, None, D(8), "QĐ 1, 2023")
    assert receipt_of(of, reported(of, {"n": 6}), benchmark=given)["benchmark"] is None


@pytest.mark.parametrize(
    ("policy", "share", "state", "points"),
    [("undetermined", None, "undetermined", 0), ("zero", 0, "reported", 0), ("full", 1, "reported", 10)],
)
def test_a_receipt_says_what_became_of_a_zero_denominator(
    policy: str, share: int | None, state: str, points: int
) -> None:
    rule = {"type": "proportional", "value": "a / b", "on_zero_denominator": policy}
    of = leaf(rule, inputs=A_OF_B)
    found = receipt_of(of, reported(of, {"a": 0, "b": 0}))
    evaluation = found["evaluation"]
    assert (evaluation["on_zero_denominator"], evaluation["value"], evaluation["share"]) == (
        policy,
        None,
        share,
    )
    assert (found["state"], found["points"]) == (state, points)


def test_a_receipt_tells_a_closed_gate() -> None:
    of = leaf({"type": "direct", "gate": "has_section"}, inputs=[GATE])
    evaluation = receipt_of(of, reported(of, {"has_section": False}))["evaluation"]
    assert (evaluation["gate"], evaluation["gated"], evaluation["share"]) == ("has_section", True, 0)


def test_a_receipt_goes_into_every_part() -> None:
    inner = [
        {
            "code": "p",
            "share": 1,
            "rule": {"type": "per_item", "value": "n", "points_each": 1},
            "inputs": [number("n")],
        }
    ]
    parts = [
        {"code": "x", "share": 0.25, "rule": MIN_MAX, "inputs": [number("n")]},
        {"code": "y", "share": 0.75, "rule": {"type": "parts", "parts": inner}, "inputs": []},
    ]
    of = leaf({"type": "parts", "parts": parts})
    seen = {"x": gather_figures([D(0), D(4), D(2)])}
    found = receipt_of(of, reported(of, {"x": {"n": 2}, "y": {"p": {"n": 3}}}), seen)
    first, second = found["evaluation"]["parts"]["x"], found["evaluation"]["parts"]["y"]
    assert (first["share"], first["evaluation"]["slot"], first["evaluation"]["share"]) == (
        D("0.25"),
        "x",
        D("0.5"),
    )
    assert first["evaluation"]["max_points"] == D("2.5")
    deepest = second["evaluation"]["parts"]["p"]["evaluation"]
    assert (deepest["max_points"], deepest["value"], deepest["share"]) == (D("7.5"), 3, D("0.4"))
    assert found["points"] == D("1.25") + 3


def test_a_receipt_of_an_award_names_its_source_and_has_no_value() -> None:
    of = leaf(MIN_MAX, inputs=[number("n")])
    found = receipt_of(of, Awarded(D("9.13"), "QĐ 922/QĐ-BTTTT"))
    assert found["award"] == {"points": D("9.13"), "source": "QĐ 922/QĐ-BTTTT"}
    assert (found["state"], found["inputs"], found["evaluation"]) == ("awarded", None, None)
    assert (found["points"], found["share"]) == (D("9.13"), D("0.913"))


def test_a_receipt_of_a_rejection_keeps_what_was_reported_and_the_reason() -> None:
    of = leaf(MIN_MAX, inputs=[number("n")])
    found = receipt_of(of, Rejected({"n": D(4)}, "no evidence"))
    assert (found["rejection"], found["inputs"]) == ({"reason": "no evidence"}, {"n": 4})
    assert (found["state"], found["evaluation"], found["points"]) == ("rejected", None, 0)


@pytest.mark.parametrize(
    ("policy", "best", "points", "told"),
    [("full", D(6), 10, None), ("cohort_best", D(6), 6, D(6)), ("cohort_best", None, 0, None)],
)
def test_a_receipt_of_an_exemption_cites_its_clause(policy: Any, best: Any, points: int, told: Any) -> None:
    of = leaf({"type": "direct"}, tags=["units"])
    exempt = Exempt(ExemptionPolicy("none", "no_units", "units", policy, "QĐ 2554, VII.2"))
    found = receipt_of(of, exempt, best_points=best)
    assert found["exemption"] == {
        "code": "none",
        "policy": policy,
        "trait": "no_units",
        "tag": "units",
        "citation": "QĐ 2554, VII.2",
        "best_points": told,
    }
    assert (found["state"], found["points"]) == ("exempt", points)


@pytest.mark.parametrize(("rule", "maximum", "state"), [("direct", 10, "not_reported"), ("unscored", 0, "unscored")])
def test_there_is_a_receipt_where_nothing_was_reported(rule: str, maximum: int, state: str) -> None:
    found = receipt_of(leaf({"type": rule}, max_points=maximum), None)
    assert (found["state"], found["inputs"], found["evaluation"], found["points"]) == (state, None, None, 0)


def test_a_receipt_is_json_and_belongs_to_whoever_has_it() -> None:
    of = leaf({"type": "checklist", "items": [{"code": "x", "label": "x", "share": 0.5}]})
    found = receipt_of(of, reported(of, {"checked": ["x"]}))
    assert json.loads(json.dumps(found, default=float))["evaluation"]["share"] == 0.5
    found["rule"]["items"].clear()
    found["inputs"]["checked"].clear()
    assert receipt_of(of, reported(of, {"checked": ["x"]}))["rule"]["items"]
