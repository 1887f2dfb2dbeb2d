"""Answers refer to submissions and indicators, though no foreign key says so."""

import asyncpg
import pytest
from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, done, points

INSERT = """
    INSERT INTO answers (period_id, level_id, unit_id, indicator_id, reported)
    SELECT period_id, level_id, {unit}, {indicator}, reported FROM answers
"""
BROKEN = [
    (INSERT.format(unit=-1, indicator="indicator_id"), "fk_answers_period_id_unit_id"),
    (INSERT.format(unit="unit_id", indicator=-1), "fk_answers_indicator_id"),
]
REFUSED = ["DELETE FROM submissions", "DELETE FROM indicators"]


@pytest.mark.parametrize(("statement", "constraint"), BROKEN)
async def test_an_answer_without_its_submission_or_indicator_is_refused(
    opened: AsyncClient, database_url: str, statement: str, constraint: str
) -> None:
    await done(opened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.ForeignKeyViolationError) as refused:
            await connection.execute(statement)
    finally:
        await connection.close()
    assert refused.value.constraint_name == constraint


@pytest.mark.parametrize("statement", REFUSED)
async def test_what_answers_refer_to_stays(opened: AsyncClient, database_url: str, statement: str) -> None:
    await done(opened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    connection = await asyncpg.connect(database_url)
    try:
        with pytest.raises(asyncpg.RaiseError, match="is refused"):
            await connection.execute(statement)
    finally:
        await connection.close()
