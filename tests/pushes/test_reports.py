"""What a push answers: counts that add up, versions, what is stored of it, and one event."""

from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, done, version
from tests.pushes.pushing import FIRST, SECOND, counts, given, push, value


async def test_values_are_created_updated_and_left_as_they_are(opened: AsyncClient) -> None:
    first = await push(opened, given(FIRST, 3), given(SECOND, 4), value(FIRST, "1.1", {"a": 1, "b": 4}))
    assert counts(first) == {"created": 3}
    assert (first["status"], first["atomic"], first["dry_run"], first["errors"]) == ("success", True, False, [])
    assert first["versions"] == {"commune": await version(opened)}
    second = await push(opened, given(FIRST, 3), given(SECOND, 5), given(SECOND, 1, "2.2"))
    assert counts(second) == {"created": 1, "updated": 1, "unchanged": 1}
    assert second["versions"]["commune"] == first["versions"]["commune"] + 1


async def test_what_is_so_already_moves_neither_revision_nor_version(opened: AsyncClient) -> None:
    values = [given(FIRST, 3, sequence=4, observed_at="2025-06-01T00:00:00Z"), given(SECOND, 4)]
    first = await push(opened, *values)
    before = await done(opened.get(f"{SUBMISSIONS}/{FIRST}"))
    again = await push(opened, *values)
    assert counts(again) == {"unchanged": 2}
    assert (again["versions"], again["effects"]) == (first["versions"], [])
    assert await done(opened.get(f"{SUBMISSIONS}/{FIRST}")) == before


async def test_a_pushed_value_is_stored_with_where_it_came_from(opened: AsyncClient) -> None:
    await done(
        opened.put(
            f"{SUBMISSIONS}/{FIRST}", json={"answers": [{"indicator": "1.2", "inputs": {"points": 1}, "note": "tay"}]}
        )
    )
    await push(opened, given(FIRST, 3.25, sequence=7, observed_at="2025-06-01T07:00:00+07:00"))
    found = await done(opened.get(f"{SUBMISSIONS}/{FIRST}"))
    [answer] = found["answers"]
    assert answer["inputs"] == {"points": 3.25}
    assert (answer["source"], answer["sequence"], answer["note"]) == ("mot-cua", 7, None)
    assert answer["observed_at"] == "2025-06-01T00:00:00Z"
    assert answer["reported_by"] == "test-admin"
    assert (found["revision"], found["status"]) == (2, "draft")


async def test_an_empty_push_does_nothing(opened: AsyncClient) -> None:
    report = await push(opened)
    assert (report["status"], report["versions"], counts(report)) == ("success", {}, {})
