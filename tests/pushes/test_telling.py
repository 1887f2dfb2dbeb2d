"""The event of a push is canonical JSON to the byte, though it is written piece by piece."""

import json

import asyncpg
from httpx import AsyncClient

from app.audit.chain import seal
from app.kernel.canonical import canonical
from tests.pushes.pushing import FIRST, SECOND, award, given, push, value

SOURCE = 'Cổng "một cửa" \\ "data":null\tế'


async def test_the_event_is_what_the_canonical_form_of_its_content_is(opened: AsyncClient, database_url: str) -> None:
    values = [
        value(FIRST, "1.1", {"b": 4, "a": 1}, sequence=3),
        given(FIRST, 0.1, observed_at="2025-06-01T07:00:00.120+07:00"),
        award(SECOND, 9.5, sequence=7),
    ]
    await push(opened, *values, source=SOURCE)
    connection = await asyncpg.connect(database_url)
    try:
        row = await connection.fetchrow("SELECT * FROM cohort_events WHERE body LIKE '%values.pushed%'")
    finally:
        await connection.close()
    assert row is not None
    document = json.loads(row["body"])
    assert row["body"].encode() == canonical(document)
    assert row["hash"] == seal(row["previous_hash"], row["body"])
    at = "2025-06-01T00:00:00.120000Z"
    assert document["data"] == {
        "source": SOURCE,
        "values": [
            {"unit": FIRST, "indicator": "1.1", "inputs": {"a": 1, "b": 4}, "sequence": 3, "observed_at": None},
            {
                "unit": FIRST,
                "indicator": "1.2",
                "inputs": {"points": 0.1},
                "sequence": None,
                "observed_at": at,
            },
            {"unit": SECOND, "indicator": "1.2", "points": 9.5, "sequence": 7, "observed_at": None},
        ],
    }
