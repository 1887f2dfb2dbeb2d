"""Reorganisations at the same time as others, and as single writes."""

import asyncio
from collections import Counter

from httpx import AsyncClient

from tests.units.bodies import unit
from tests.units.documents import DAY, MERGE, change, department, document, shown

PATH = "/v1/units/reorganisations"


async def test_one_document_sent_many_times_at_once_is_recorded_once(province: AsyncClient) -> None:
    answers = await asyncio.gather(*(province.post(PATH, json=document(MERGE)) for _ in range(5)))
    assert Counter(answer.status_code for answer in answers) == {201: 1, 409: 4}
    refused = [answer.json() for answer in answers if answer.status_code == 409]
    recorded = next(answer.json() for answer in answers if answer.status_code == 201)
    assert {(body["code"], body["reorganisation"]) for body in refused} == {("reorganisation_exists", recorded["id"])}


async def test_of_two_that_want_the_same_unit_one_wins_whole(province: AsyncClient) -> None:
    documents = [
        document(change("merge", ["H61.S01", "H61.S02"], department(code)), day=day)
        for code, day in (("H61.S08", DAY), ("H61.S09", "2025-06-01"), ("H61.S10", DAY))
    ]
    answers = await asyncio.gather(*(province.post(PATH, json=body) for body in documents))
    statuses = [answer.status_code for answer in answers]
    assert statuses.count(201) == 1
    assert all(status in (201, 409, 422) for status in statuses)
    there = [await shown(province, code) is not None for code in ("H61.S08", "H61.S09", "H61.S10")]
    assert there == [status == 201 for status in statuses]


async def test_a_unit_added_or_corrected_meanwhile_is_neither_lost_nor_a_failure(province: AsyncClient) -> None:
    body = unit("H61.S02", "Sở Y tế mới", parent="H61")
    for number in range(3):
        code = f"H61.S2{number}"
        rename = change("rename", ["H61.S01"] if not number else [f"H61.S2{number - 1}"], department(code))
        answers = await asyncio.gather(
            province.post(PATH, json=document(rename, day=f"2025-07-0{number + 1}")),
            province.post("/v1/units", json=unit(code, parent="H61")),
            province.put("/v1/units/H61.S02", json=body),
        )
        made, added, corrected = (answer.status_code for answer in answers)
        assert (made, added, corrected) in ((201, 409, 200), (409, 201, 200))
        if made == 409:
            break
