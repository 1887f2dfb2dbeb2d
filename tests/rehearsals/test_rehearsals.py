"""Points and ranks before and after, by hand."""

import pytest
from httpx import AsyncClient

from tests.frameworks.documents import leaf, ratio_leaf
from tests.periods.building import COMPARED, INPUT_A, PERIOD, SUBMISSIONS, answers, done, version
from tests.rehearsals.trying import (
    CHOICE,
    DRAFT,
    OWN,
    after,
    draft,
    first_pillar,
    lacking,
    rehearsed,
    report,
    second_pillar,
    tried,
)

RANKING = f"/v1/rankings?period={PERIOD}&level=commune"
UNSCORED = leaf("3", 0, rule={"type": "unscored"})
HALF = {"type": "proportional", "value": "a / b", "full_at": 0.5, "below": "rescaled"}


@pytest.mark.parametrize("basis", ["self", "assessed"])
async def test_the_periods_own_framework_changes_nothing(opened: AsyncClient, basis: str) -> None:
    await report(opened)
    ranking = await done(opened.get(f"{RANKING}&basis={basis}"))
    found = await rehearsed(opened, OWN, basis=basis)
    assert found["version"] == ranking["version"]
    assert [
        (each["unit"], each["rank_before"], each["points_before"], each["share_before"]) for each in found["units"]
    ] == [(item["unit"], item["rank"], item["points"], item["share"]) for item in ranking["items"]]
    for each in found["units"]:
        assert each["points_after"] == each["points_before"], each
        assert each["rank_after"] == each["rank_before"], each
    assert {each["reason"] for each in found["without_data"]} == {"not_reported"}


async def test_a_rehearsal_says_what_was_tried_on_what(opened: AsyncClient) -> None:
    found = await tried(opened, draft(first_pillar(), second_pillar(), decimals=1))
    assert {name: found[name] for name in ("period", "level", "basis", "version", "before", "after")} == {
        "period": PERIOD,
        "level": "commune",
        "basis": "assessed",
        "version": await version(opened),
        "before": {"code": "trial-commune", "version": 1, "status": "published", "max_points": 50, "decimals": 2},
        "after": {"code": "trial-commune", "version": 2, "status": "draft", "max_points": 50, "decimals": 1},
    }


async def test_a_lower_mark_gives_more_points_and_other_ranks(opened: AsyncClient) -> None:
    for unit, a in (("H61.101", 4), ("H61.102", 6), ("H61.103", 5)):
        await done(opened.put(f"{SUBMISSIONS}/{unit}", json=answers(_1_1={"a": a, "b": 10})))
    found = await tried(opened, draft(first_pillar(ratio=ratio_leaf("1.1", 10, rule=HALF)), second_pillar()))
    assert found["units"][0] == {
        "unit": {"code": "H61.102", "name": "Đơn vị H61.102", "parent": "H61.D2"},
        "points_before": 7.5,
        "points_after": 10,
        "share_before": 0.15,
        "share_after": 0.2,
        "rank_before": 1,
        "rank_after": 1,
    }
    assert [(each["unit"]["code"], each["rank_before"], each["rank_after"]) for each in found["units"]] == [
        ("H61.102", 1, 1),
        ("H61.103", 2, 1),
        ("H61.101", 3, 3),
        ("H61.104", 4, 4),
    ]
    assert after(found)["H61.101"] == (8, 3)


async def test_the_cohorts_figures_are_those_of_the_rehearsed_rule(opened: AsyncClient) -> None:
    for unit, a in (("H61.101", 2), ("H61.102", 6), ("H61.103", 3)):
        await done(opened.put(f"{SUBMISSIONS}/{unit}", json=answers(_1_3={"a": a})))
    mirrored = leaf(
        "1.3",
        10,
        rule={"type": "min_max", "value": "a", "direction": "lower"},
        inputs=[{"name": "a", "label": "a", "type": "number"}],
        tags=["online"],
    )
    found = await tried(opened, draft(first_pillar(compared=mirrored), second_pillar()))
    assert after(found) == {"H61.101": (10, 1), "H61.103": (7.5, 2), "H61.102": (0, 3), "H61.104": (0, 3)}
    assert [each["points_before"] for each in found["units"]] == [0, 2.5, 10, 0]


async def test_the_periods_benchmarks_hold_for_the_rehearsed_rule_too(opened: AsyncClient) -> None:
    body = {"min": 0, "max": 20, "source": "Báo cáo DTI 2024"}
    await done(opened.put(f"/v1/periods/{PERIOD}/benchmarks/1.3", json=body), 201)
    await done(opened.put(f"{SUBMISSIONS}/H61.101", json=answers(_1_3={"a": 8})))
    same = await rehearsed(opened, OWN)
    assert (same["units"][0]["points_before"], same["units"][0]["points_after"]) == (4, 4)
    doubled = leaf("1.3", 20, rule=COMPARED, inputs=INPUT_A, tags=["online"])
    found = await tried(opened, draft(first_pillar(compared=doubled), second_pillar()))
    assert after(found)["H61.101"] == (8, 1)


async def test_criteria_without_data_are_told_with_the_reason(opened: AsyncClient) -> None:
    await report(opened)
    document = draft(
        first_pillar(direct=leaf("1.2", 5)),
        second_pillar(leaf("2.3", 5)),
        UNSCORED,
    )
    document["indicators"][1]["children"][0]["rule"] = CHOICE | {"options": [CHOICE["options"][1]]}
    found = await tried(opened, document)
    assert lacking(found) == [
        ("1.1", "not_reported", 1),
        ("1.2", "award_not_carried", 1),  # 9 of 10 says nothing about 5
        ("1.2", "inputs_refused", 1),  # 8 of 5
        ("1.2", "not_reported", 1),
        ("1.3", "not_reported", 1),
        ("2.1", "inputs_refused", 1),  # the case it chose is gone; the rejected answer stays rejected
        ("2.1", "not_reported", 2),
        ("2.2", "not_reported", 2),
        ("2.3", "new", 4),
    ]
    assert found["without_data"][-1]["title"] == "Tiêu chí 2.3"
    # 101: 1.1 as assessed 7.5, 1.3 lowest 0; 102: 10 + 4.5 + highest 10 + awarded 5; 103: 1.25 + 5 + exempt 10
    assert after(found) == {"H61.102": (29.5, 1), "H61.103": (16.25, 2), "H61.101": (7.5, 3), "H61.104": (0, 4)}


async def test_on_the_basis_self_nothing_of_a_reviewer_counts(opened: AsyncClient) -> None:
    await report(opened)
    found = await tried(opened, draft(first_pillar(), second_pillar()), basis="self")
    # 101: 5 + 8 + 0 + 10; 102: 10 + 4.5 + 10 + 7; 103: 1.25 + 5
    assert after(found) == {"H61.102": (31.5, 1), "H61.101": (23, 2), "H61.103": (6.25, 3), "H61.104": (0, 4)}


async def test_an_exemption_that_is_no_longer_granted_lets_what_was_reported_count(opened: AsyncClient) -> None:
    for unit, given in (("H61.101", 3), ("H61.102", 4)):
        await done(opened.put(f"{SUBMISSIONS}/{unit}", json=answers(_2_2={"points": given})))
        await done(opened.post(f"{SUBMISSIONS}/{unit}/submit"))
    verdict = {"verdict": "exempt", "exemption": "vii-3", "reason": "VII.3"}
    await done(opened.put(f"{SUBMISSIONS}/H61.101/reviews/2.2", json=verdict))
    kept = await tried(opened, draft(first_pillar(), second_pillar()))
    assert after(kept)["H61.101"] == (10, 1)
    gone = await tried(opened, draft(first_pillar(), second_pillar(), version=3, exemptions=[]))
    assert after(gone)["H61.101"] == (3, 2)


async def test_a_leaf_that_was_split_up_has_no_data(opened: AsyncClient) -> None:
    await report(opened)
    split = {"code": "1.2", "title": "Tiêu chí 1.2", "max_points": 10, "children": [leaf("1.2.1", 4), leaf("1.2.2", 6)]}
    found = await tried(opened, draft(first_pillar(direct=split), second_pillar()))
    assert [each for each in lacking(found) if each[0].startswith("1.2")] == [("1.2.1", "new", 4), ("1.2.2", "new", 4)]


async def test_a_retired_framework_can_be_rehearsed_too(opened: AsyncClient) -> None:
    await done(opened.post(f"/v1/frameworks/{OWN}/retire"))
    found = await rehearsed(opened, OWN)
    assert (found["before"]["status"], found["after"]["status"]) == ("retired", "retired")


async def test_units_that_are_not_ranked_stay_without_a_rank(opened: AsyncClient) -> None:
    body = {
        "code": "ky-2026",
        "title": "Kỳ 2026",
        "kind": "year",
        "authority": "H61",
        "starts_on": "2026-01-01",
        "ends_on": "2026-12-31",
        "levels": [{"level": "commune", "framework": OWN}],
        "roster": [{"unit": "H61.101", "ranked": False}],
    }
    await done(opened.post("/v1/periods", json=body), 201)
    await done(opened.post("/v1/periods/ky-2026/open"))
    found = await tried(opened, draft(first_pillar(), second_pillar()), period="ky-2026")
    last = found["units"][-1]
    assert (last["unit"]["code"], last["rank_before"], last["rank_after"]) == ("H61.101", None, None)


async def test_a_draft_with_open_sums_cannot_be_rehearsed(opened: AsyncClient) -> None:
    await done(opened.post("/v1/frameworks", json=draft(first_pillar(), second_pillar())), 201)
    await done(opened.post(f"/v1/frameworks/{DRAFT}/indicators", json=leaf("2.9", 1) | {"parent": "2"}), 201)
    answer = await opened.post(f"/v1/frameworks/{DRAFT}/rehearsals", json={"period": PERIOD})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_framework")
    assert {each["code"] for each in answer.json()["errors"]} == {"points_do_not_add_up"}


async def test_a_benchmark_of_the_period_holds_for_a_leaf_that_takes_it(opened: AsyncClient) -> None:
    await report(opened)
    bounds = {"min": 0, "max": 12, "source": "Bộ chỉ số quốc gia"}
    await done(opened.put(f"/v1/periods/{PERIOD}/benchmarks/1.3", json=bounds), 201)
    own = {each["unit"]["code"]: each for each in (await rehearsed(opened, OWN))["units"]}
    assert all(each["points_before"] == each["points_after"] for each in own.values())
    fixed = leaf("1.3", 10, rule=COMPARED | {"bounds": {"min": 0, "max": 8}}, inputs=INPUT_A, tags=["online"])
    changed = await tried(opened, draft(first_pillar(compared=fixed), second_pillar()))
    moved = {each["unit"]["code"]: each["points_after"] - each["points_before"] for each in changed["units"]}
    # 2, 6 and 4 of 12 before, of the 8 that the draft prints after.
    expected = {"H61.101": 10 / 12, "H61.102": 30 / 12, "H61.103": 20 / 12, "H61.104": 0}
    assert moved == pytest.approx(expected, abs=0.011)
