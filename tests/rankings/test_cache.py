"""Cached answers are those of the very question, and never of yesterday."""

import random
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import AsyncClient

from app.clients.client import Scope
from app.settings import Settings
from tests.conftest import Bearer
from tests.frameworks.documents import framework
from tests.periods.building import REFERENCE, SUBMISSIONS, done, open_period, points, publish
from tests.periods.staging import calling, served

RANKING = "/v1/rankings?period=ky-2025&level=commune"


async def answered(http: AsyncClient, path: str, headers: dict[str, str]) -> tuple[int, Any]:
    answer = await http.get(path, headers=headers)
    return answer.status_code, answer.json()


async def test_no_dimension_of_a_question_bleeds_into_another(
    opened: AsyncClient, client: AsyncClient, bearer: Bearer, settings: Settings
) -> None:
    await publish(opened, framework(code="trial-district", level="district"))
    levels = [{"level": "commune", "framework": REFERENCE}, {"level": "district", "framework": "trial-district/1"}]
    roster = [{"unit": "H61.101", "group": "a"}, {"unit": "H61.102", "group": "b"}]
    await open_period(opened, code="ky-2026", levels=levels, roster=roster)
    for number, code in enumerate(("H61.101", "H61.102", "H61.103", "H61.104", "H61.D1"), 1):
        for period in ("ky-2025", "ky-2026"):
            if (period, code) != ("ky-2025", "H61.D1"):
                value = number if period == "ky-2025" else 9 - number
                await done(opened.put(f"/v1/submissions/{period}/{code}", json=points(value)))
    verdict = {"verdict": "adjust", "points": 10, "reason": "Biên bản"}
    await done(opened.put("/v1/submissions/ky-2026/H61.103/reviews/2.2", json=verdict))

    base = "/v1/rankings?period=ky-2026"
    commune = f"{base}&level=commune"
    cursor = (await done(opened.get(f"{commune}&limit=1")))["next"]
    everybody, bounded, other = (bearer(Scope.READ, **bound) for bound in ({}, {"unit": "H61.D1"}, {"unit": "H61.D2"}))
    paths = [
        RANKING,
        commune,
        f"{base}&level=district",
        *(f"{commune}&{query}" for query in ("basis=self", "within=H61.D1", "within=H61.D2", "group=a", "group=b")),
        *(f"{commune}&{query}" for query in ("pillar=1", "pillar=2", "limit=1", "limit=2", f"limit=1&cursor={cursor}")),
        *(
            f"{commune}&{query}"
            for query in (f"limit=2&cursor={cursor}", "basis=self&pillar=2", "basis=self&within=H61.D1")
        ),
    ]
    questions = [(path, headers) for path in paths for headers in (everybody, bounded, other)]
    alone: dict[int, tuple[int, Any]] = {}
    for number, (path, headers) in enumerate(questions):
        async with served(settings) as fresh, calling(fresh) as http:  # nothing cached yet
            alone[number] = await answered(http, path, headers)
    assert len({str(alone[number]) for number in range(0, len(questions), 3)}) == len(paths), "two cannot be told apart"
    order = [number for number in range(len(questions)) for _ in range(3)]
    random.Random(2554).shuffle(order)
    for number in order:
        path, headers = questions[number]
        assert await answered(client, path, headers) == alone[number], path


@pytest.mark.parametrize("held", ["{}", "W/{}", '"0", {}', 'W/"0",W/{}', "*"])
async def test_a_ranking_that_is_still_so_is_not_sent_again(opened: AsyncClient, held: str) -> None:
    first = await opened.get(RANKING)
    tag = first.headers["ETag"]
    answer = await opened.get(RANKING, headers={"If-None-Match": held.format(tag)})
    assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", tag)
    await done(opened.put(f"{SUBMISSIONS}/H61.101", json=points(1)))
    moved = await opened.get(RANKING, headers={"If-None-Match": f'{tag}, W/"0"'})
    assert (moved.status_code, moved.json()["version"]) == (200, first.json()["version"] + 1)
    assert moved.headers["ETag"] != tag


async def test_several_header_lines_are_one_list(opened: AsyncClient) -> None:
    tag = (await opened.get(RANKING)).headers["ETag"]
    answer = await opened.get(RANKING, headers=[("If-None-Match", '"0"'), ("If-None-Match", tag)])
    assert answer.status_code == 304


@pytest.mark.parametrize("query", ["pillar=9", "group=z", "within=H99", "cursor=x"])
async def test_a_wrong_question_is_refused_whatever_the_caller_holds(opened: AsyncClient, query: str) -> None:
    tag = (await opened.get(RANKING)).headers["ETag"]
    answer = await opened.get(f"{RANKING}&{query}", headers={"If-None-Match": tag})
    assert answer.status_code in (400, 404, 422)


async def test_a_private_cache_is_told_that_the_answer_depends_on_the_caller(opened: AsyncClient) -> None:
    answer = await opened.get(RANKING)
    assert "authorization" in answer.headers.get("Vary", "").lower()


async def test_an_acknowledged_write_is_in_the_next_poll_of_another_worker(
    opened: AsyncClient, settings: Settings
) -> None:
    async with served(settings) as second, calling(second) as there:
        tag = (await there.get(RANKING)).headers["ETag"]
        for number in range(1, 11):
            writer, reader = (opened, there) if number % 2 else (there, opened)
            written = await done(writer.put(f"{SUBMISSIONS}/H61.101", json=points(number)))
            for http in (reader, writer):
                poll = await http.get(RANKING, headers={"If-None-Match": tag})
                assert poll.status_code == 200
                assert poll.json()["version"] == written["version"]
                assert poll.json()["items"][0]["points"] == number
            tag = poll.headers["ETag"]
            assert (await reader.get(RANKING, headers={"If-None-Match": tag})).status_code == 304
        verdict = {"verdict": "adjust", "points": 0.5, "reason": "Biên bản"}
        await done(opened.put(f"{SUBMISSIONS}/H61.101/reviews/1.2", json=verdict))
        assert (await done(there.get(RANKING)))["items"][0]["points"] == 0.5
        assert (await done(there.get(f"{RANKING}&basis=self")))["items"][0]["points"] == 10


async def test_what_was_refused_leaves_no_trace_in_the_ranking(app: FastAPI, opened: AsyncClient) -> None:
    tag = (await opened.get(RANKING)).headers["ETag"]
    assert (await opened.put(f"{SUBMISSIONS}/H61.101", json=points(11))).status_code == 422
    assert (await opened.put(f"{SUBMISSIONS}/H61.101", json=points(1), headers={"If-Match": '"7"'})).status_code == 412
    assert (await opened.put(f"{SUBMISSIONS}/H61.101", json={"answers": []})).status_code == 200
    assert (await opened.get(RANKING, headers={"If-None-Match": tag})).status_code == 304
