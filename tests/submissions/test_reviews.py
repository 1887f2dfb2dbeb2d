"""A reviewer's verdicts: what each takes, what it does to the points, and what it refuses."""

from typing import Any

import pytest
from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, answers, done, lasting, points, refusals, refused

UNIT = f"{SUBMISSIONS}/H61.101"
WHY = {"reason": "Biên bản 12/BB"}
REPORT = answers(_1_1={"a": 1, "b": 4}, _1_2={"points": 3}, _1_3={"a": 5}, _2_1={"choice": "no"}, _2_2={"points": 2.5})


@pytest.fixture(scope="module")
async def reported(still: AsyncClient) -> AsyncClient:
    """An admin where H61.101 has reported, for tests in which every review is refused."""
    await done(still.put(UNIT, json=REPORT))
    return still


async def score(admin: AsyncClient, leaf: str, basis: str = "assessed", unit: str = "H61.101") -> tuple[str, float]:
    """State and points of one leaf."""
    card = await done(admin.get(f"/v1/scorecards/ky-2025/{unit}?basis={basis}"))
    [node] = [node for node in card["indicators"] if node["code"] == leaf]
    return node["state"], node["points"]


async def review(admin: AsyncClient, leaf: str, **body: Any) -> dict[str, Any]:
    return await done(admin.put(f"{UNIT}/reviews/{leaf}", json=WHY | body))


async def test_a_verdict_is_shown_as_given_and_beside_the_answer(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=REPORT))
    answer = await opened.put(f"{UNIT}/reviews/1.2", json={"verdict": "agree", **WHY})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    body = await done(opened.get(UNIT))
    assert answer.json() == {
        "verdict": "agree",
        "inputs": None,
        "points": None,
        "exemption": None,
        "reason": "Biên bản 12/BB",
        "reviewed_by": "test-admin",
        "reviewed_at": body["updated_at"],
        "outdated": False,
    }
    [answered] = [a for a in body["answers"] if a["indicator"] == "1.2"]
    assert (answered["review"], answered["inputs"]) == (answer.json(), {"points": 3})


@pytest.mark.parametrize(
    ("leaf", "verdict", "state", "points_", "own"),
    [
        ("1.1", {"verdict": "agree"}, "reported", 3.125, 3.125),
        ("1.1", {"verdict": "disagree"}, "rejected", 0, 3.125),
        ("1.1", {"verdict": "adjust", "inputs": {"a": 2, "b": 5}}, "reported", 5, 3.125),
        ("1.1", {"verdict": "adjust", "points": 9.876543}, "awarded", 9.876543, 3.125),
        ("1.2", {"verdict": "adjust", "points": 0}, "awarded", 0, 3),
        ("1.2", {"verdict": "adjust", "inputs": {"points": 10}}, "reported", 10, 3),
        ("1.3", {"verdict": "adjust", "points": 7}, "awarded", 7, 0),
        ("1.3", {"verdict": "exempt", "exemption": "vii-3"}, "exempt", 10, 0),
        ("2.1", {"verdict": "adjust", "inputs": {"choice": "yes"}}, "reported", 10, 0),
        ("2.1", {"verdict": "adjust", "points": 10}, "awarded", 10, 0),
        ("2.2", {"verdict": "exempt", "exemption": "vii-4"}, "exempt", 8, 2.5),
    ],
)
async def test_a_verdict_decides_the_assessed_points_and_leaves_the_reported_ones(
    opened: AsyncClient, leaf: str, verdict: dict[str, Any], state: str, points_: float, own: float
) -> None:
    await done(opened.put(UNIT, json=REPORT))
    await done(opened.put(f"{SUBMISSIONS}/H61.102", json=answers(_2_2={"points": 8})))
    before = await score(opened, leaf, "self")
    await review(opened, leaf, **verdict)
    assert await score(opened, leaf) == (state, points_)
    if leaf != "1.3":
        assert before == ("reported", own)
    assert await score(opened, leaf, "self") == before


@pytest.mark.parametrize("leaf", ["1.1", "1.2", "1.3", "2.1", "2.2"])
async def test_points_are_awarded_to_any_leaf_without_a_report(opened: AsyncClient, leaf: str) -> None:
    await review(opened, leaf, verdict="adjust", points=4.5)
    assert await score(opened, leaf) == ("awarded", 4.5)
    assert await score(opened, leaf, "self") == ("not_reported", 0)
    receipt = await done(opened.get(f"/v1/scorecards/ky-2025/H61.101/{leaf}/receipt"))
    assert "Biên bản 12/BB" in str(receipt["award"])


@pytest.mark.parametrize(
    ("leaf", "body", "errors"),
    [
        ("1.2", {"verdict": "agree", "points": 3}, [("/points", "not_with_this_verdict")]),
        ("1.2", {"verdict": "agree", "inputs": {"points": 3}}, [("/inputs", "not_with_this_verdict")]),
        ("1.2", {"verdict": "agree", "exemption": "vii-4"}, [("/exemption", "not_with_this_verdict")]),
        ("1.2", {"verdict": "disagree", "points": 0}, [("/points", "not_with_this_verdict")]),
        ("1.2", {"verdict": "adjust"}, [("/inputs", "inputs_or_points")]),
        ("1.2", {"verdict": "adjust", "inputs": {"points": 3}, "points": 3}, [("/inputs", "inputs_or_points")]),
        ("1.2", {"verdict": "adjust", "inputs": {"points": 11}}, [("/inputs/points", "points_above_maximum")]),
        ("1.1", {"verdict": "adjust", "inputs": {"a": 5, "b": 4}}, [("/inputs", "validation_failed")]),
        ("1.1", {"verdict": "adjust", "inputs": {"a": 5}}, [("/inputs/b", "missing_input")]),
        ("1.2", {"verdict": "adjust", "points": 10.000001}, [("/points", "points_above_maximum")]),
        ("3", {"verdict": "adjust", "points": 0}, [("/points", "not_answerable")]),
        ("3", {"verdict": "exempt", "exemption": "vii-4"}, [("/verdict", "not_answerable")]),
        ("1.2", {"verdict": "exempt"}, [("/exemption", "missing_exemption")]),
        ("1.2", {"verdict": "exempt", "exemption": "vii-9"}, [("/exemption", "unknown_exemption")]),
        ("1.3", {"verdict": "exempt", "exemption": "vii-2"}, [("/exemption", "unknown_exemption")]),
        ("1.2", {"verdict": "exempt", "exemption": "vii-3"}, [("/exemption", "exemption_does_not_apply")]),
        (
            "1.2",
            {"verdict": "exempt", "exemption": "vii-9", "points": 11},
            [
                ("/points", "not_with_this_verdict"),
                ("/exemption", "unknown_exemption"),
                ("/points", "points_above_maximum"),
            ],
        ),
    ],
)
async def test_what_does_not_belong_to_a_verdict_is_refused(
    reported: AsyncClient, leaf: str, body: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    answer = await reported.put(f"{UNIT}/reviews/{leaf}", json=WHY | body)
    assert refused(answer, 422) == "invalid_review"
    assert refusals(answer) == errors
    assert (await done(reported.get(UNIT)))["revision"] == 1


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"verdict": "agree"}, "/reason", "missing"),
        ({"verdict": "agree", "reason": None}, "/reason", "string_type"),
        ({"verdict": "agree", "reason": " \n"}, "/reason", "blank"),
        ({"verdict": "accept", **WHY}, "/verdict", "literal_error"),
        ({**WHY}, "/verdict", "missing"),
        ({"verdict": "agree", **WHY, "force": True}, "/force", "unknown_field"),
        ({"verdict": "adjust", **WHY, "points": -1}, "/points", "negative_points"),
        ({"verdict": "adjust", **WHY, "points": 1.1234567}, "/points", "too_many_decimals"),
        ({"verdict": "adjust", **WHY, "points": "3"}, "/points", "number_type"),
        ({"verdict": "adjust", **WHY, "points": True}, "/points", "number_type"),
        ({"verdict": "adjust", **WHY, "points": 1e15}, "/points", "number_too_large"),
    ],
)
async def test_a_review_has_its_form_and_a_reason(
    reported: AsyncClient, body: dict[str, Any], pointer: str, code: str
) -> None:
    answer = await reported.put(f"{UNIT}/reviews/1.2", json=body)
    assert refused(answer, 422) == "validation_failed"
    assert refusals(answer) == [(pointer, code)]


@pytest.mark.parametrize("verdict", ["agree", "disagree"])
async def test_there_is_nothing_to_judge_before_a_report(opened: AsyncClient, verdict: str) -> None:
    body = {"verdict": verdict, **WHY}
    assert refused(await opened.put(f"{UNIT}/reviews/1.2", json=body), 409) == "nothing_reported"
    await done(opened.put(UNIT, json=points(3)))
    await review(opened, "1.2", verdict="adjust", points=2)
    await done(opened.patch(UNIT, json=answers(_1_2=None)))
    assert refused(await opened.put(f"{UNIT}/reviews/1.2", json=body), 409) == "nothing_reported"


async def test_only_leaves_are_reviewed(reported: AsyncClient) -> None:
    for code in ("1", "9.9", "1.1.1"):
        answer = await reported.put(f"{UNIT}/reviews/{code}", json={"verdict": "adjust", "points": 1, **WHY})
        assert refused(answer, 404) == "indicator_not_found"


@pytest.mark.parametrize("change", [{"points": 4}, None])
async def test_a_verdict_is_outdated_once_the_unit_says_something_else(opened: AsyncClient, change: Any) -> None:
    await done(opened.put(UNIT, json=REPORT))
    await review(opened, "1.2", verdict="adjust", points=6)
    body = await done(opened.patch(UNIT, json=answers(_1_2=change)))
    assert (await opened.get(UNIT)).json() == lasting(body)
    [answered] = [a for a in body["answers"] if a["indicator"] == "1.2"]
    assert (answered["inputs"], answered["review"]["outdated"]) == (change, True)
    assert await score(opened, "1.2") == ("awarded", 6)
    assert not (await review(opened, "1.2", verdict="adjust", points=6))["outdated"]


async def test_other_answers_leave_a_verdict_as_it_is(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=REPORT))
    await review(opened, "1.2", verdict="agree")
    body = await done(opened.patch(UNIT, json=answers(_2_2={"points": 9})))
    [answered] = [a for a in body["answers"] if a["indicator"] == "1.2"]
    assert not answered["review"]["outdated"]


async def test_a_reviewed_answer_survives_a_put_that_leaves_it_out(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=REPORT))
    await review(opened, "1.2", verdict="disagree")
    body = await done(opened.put(UNIT, json={"answers": []}))
    assert (await opened.get(UNIT)).json() == lasting(body)
    [kept] = body["answers"]
    assert (kept["indicator"], kept["inputs"], kept["review"]["outdated"]) == ("1.2", None, True)
    assert await score(opened, "1.2") == ("not_reported", 0)


async def test_the_same_verdict_again_changes_nothing(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=REPORT))
    first = await review(opened, "1.2", verdict="adjust", points=6)
    before = await done(opened.get(UNIT))
    assert await review(opened, "1.2", verdict="adjust", points=6.0) == first
    assert await done(opened.get(UNIT)) == before
    other = await done(opened.put(f"{UNIT}/reviews/1.2", json={"verdict": "adjust", "points": 6, "reason": "Khác"}))
    assert other["reason"] == "Khác"
    assert (await done(opened.get(UNIT)))["revision"] == before["revision"] + 1


async def test_a_verdict_replaces_the_one_before_whole(opened: AsyncClient) -> None:
    await done(opened.put(UNIT, json=REPORT))
    await review(opened, "2.2", verdict="exempt", exemption="vii-3")
    await review(opened, "2.2", verdict="adjust", inputs={"points": 9})
    last = await review(opened, "2.2", verdict="agree")
    assert (last["inputs"], last["points"], last["exemption"]) == (None, None, None)
    assert await score(opened, "2.2") == ("reported", 2.5)
