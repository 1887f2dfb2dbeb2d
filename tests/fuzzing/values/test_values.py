"""A push of anything is answered value by value, and its dry run says the same before."""

from typing import Any

from httpx import AsyncClient
from hypothesis import given as drawn
from hypothesis import seed
from hypothesis import strategies as st

from tests.fuzzing.answering import send
from tests.fuzzing.effort import SEED, tried
from tests.fuzzing.mangling import mangled, odd
from tests.pushes.pushing import FIRST, SECOND, award, body, given, value

_VALUES = (
    value(FIRST, "1.1", {"a": 1, "b": 2}, sequence=3, observed_at="2025-07-01T00:00:00Z"),
    value(SECOND, "2.1", {"choice": "yes"}, sequence=1),
    given(SECOND, 2.5, "2.2"),
    award(FIRST, 7.25, sequence=2),
)


@seed(SEED)
@tried(60)
@drawn(st.lists(mangled(*_VALUES) | odd | st.sampled_from(_VALUES), max_size=6), st.booleans())
async def test_each_value_of_a_push_is_taken_or_told(opened: AsyncClient, values: list[Any], atomic: bool) -> None:  # noqa: FBT001
    trial = await send(opened, "/v1/data-values", body(*values), atomic=atomic, dry_run=True)
    answer = await send(opened, "/v1/data-values", body(*values), atomic=atomic)
    assert answer.status_code in (200, 207, 400, 422)
    if answer.status_code == 400 or "counts" not in answer.json():
        return
    report = answer.json()
    assert {**trial.json(), "dry_run": False} == report
    counts = report["counts"]
    assert sum(counts.values()) == 2 * len(values)  # what was received, and what became of it
    wrong = {error["index"] for error in report["errors"]}
    assert counts["rejected"] == (len(values) if wrong and atomic else len(wrong))
