"""A reviewer's verdict is never overwritten by a reported value; awarded points are one."""

from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, Json, done
from tests.pushes.pushing import FIRST, award, counts, given, push

ADJUSTED = {"verdict": "adjust", "inputs": {"points": 2}, "reason": "Biên bản"}


async def _answer(http: AsyncClient) -> Json:
    [answer] = (await done(http.get(f"{SUBMISSIONS}/{FIRST}")))["answers"]
    return dict(answer)


async def _points(http: AsyncClient) -> dict[str, float]:
    return {
        b: (await done(http.get(f"/v1/scorecards/ky-2025/{FIRST}?basis={b}")))["points"] for b in ("self", "assessed")
    }


async def test_a_pushed_value_leaves_the_verdict_and_marks_it_as_outdated(opened: AsyncClient) -> None:
    await push(opened, given(FIRST, 3, sequence=1))
    await done(opened.put(f"{SUBMISSIONS}/{FIRST}/reviews/1.2", json=ADJUSTED))
    verdict = (await _answer(opened))["review"]
    report = await push(opened, given(FIRST, 8, sequence=2))
    assert (counts(report), report["effects"]) == ({"updated": 1}, [])
    after = await _answer(opened)
    assert after["inputs"] == {"points": 8}
    assert after["review"] == {**verdict, "outdated": True}
    assert await _points(opened) == {"self": 8, "assessed": 2}
    await push(opened, given(FIRST, 8, sequence=3))
    assert (await _answer(opened))["review"]["outdated"] is True


async def test_the_same_value_anew_does_not_outdate_the_verdict(opened: AsyncClient) -> None:
    await push(opened, given(FIRST, 3, sequence=1))
    await done(opened.put(f"{SUBMISSIONS}/{FIRST}/reviews/1.2", json=ADJUSTED))
    assert counts(await push(opened, given(FIRST, 3, sequence=2))) == {"unchanged": 1}
    assert (await _answer(opened))["review"]["outdated"] is False


async def test_awarded_points_are_a_verdict_with_the_source_as_its_reason(opened: AsyncClient) -> None:
    await push(opened, given(FIRST, 3))
    report = await push(opened, award(FIRST, 9.5), source="Bảng công bố của Bộ")
    assert counts(report) == {"created": 1}
    assert [effect["points_after"] for effect in report["effects"] if effect["unit"] == FIRST] == [9.5]
    answer = await _answer(opened)
    assert (answer["inputs"], answer["source"]) == ({"points": 3}, "mot-cua")
    review = answer["review"]
    assert (review["verdict"], review["points"], review["reason"]) == ("adjust", 9.5, "Bảng công bố của Bộ")
    assert (review["reviewed_by"], review["outdated"]) == ("test-admin", False)
    assert await _points(opened) == {"self": 3, "assessed": 9.5}
    assert counts(await push(opened, award(FIRST, 9.5), source="Bảng công bố của Bộ")) == {"unchanged": 1}
    await push(opened, given(FIRST, 4))
    assert counts(await push(opened, award(FIRST, 9.5), source="Bảng công bố của Bộ")) == {"updated": 1}
    assert (await _answer(opened))["review"]["outdated"] is False


async def test_awarded_points_take_the_place_of_an_earlier_verdict(opened: AsyncClient) -> None:
    exempt = {"verdict": "exempt", "exemption": "vii-4", "reason": "Không phát sinh"}
    await done(opened.put(f"{SUBMISSIONS}/{FIRST}/reviews/1.2", json=exempt))
    assert counts(await push(opened, award(FIRST, 1))) == {"updated": 1}
    review = (await _answer(opened))["review"]
    assert (review["verdict"], review["exemption"], review["points"]) == ("adjust", None, 1)
