"""Drafts are replaced and deleted; whatever has been opened is not."""

import asyncio

import pytest
from fastapi import FastAPI
from httpx import AsyncClient
from sqlalchemy import event

from tests.periods.building import REFERENCE, done, period, refusals, refused

PATH = "/v1/periods/ky-2025"


async def test_put_makes_a_period_where_there_is_none(ready: AsyncClient) -> None:
    answer = await ready.put(PATH, json=period(), headers={"If-None-Match": "*"})
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    again = await ready.put(PATH, json=period(), headers={"If-None-Match": "*"})
    assert refused(again, 412) == "already_exists"
    assert again.json()["current_revision"] == 1


async def test_put_replaces_a_draft_whole(drafted: AsyncClient) -> None:
    await done(drafted.put(PATH, json=period(roster=[{"unit": "H61.101", "group": "a"}])))
    answer = await drafted.put(PATH, json=period(title="Kỳ hai", roster=[{"unit": "H61.101", "ranked": False}]))
    assert (answer.status_code, answer.headers["ETag"], answer.json()["revision"]) == (200, '"3"', 3)
    assert answer.json()["title"] == "Kỳ hai"
    assert answer.json()["roster"] == [{"unit": "H61.101", "group": None, "ranked": False, "excluded": False}]
    assert (await drafted.get(PATH)).json() == answer.json()


async def test_a_wrong_replacement_leaves_the_draft_as_it_was(drafted: AsyncClient) -> None:
    before = (await drafted.get(PATH)).json()
    answer = await drafted.put(PATH, json=period(title="Kỳ hai", authority="H99"))
    assert refusals(answer) == [("/authority", "unknown_unit")]
    assert (await drafted.get(PATH)).json() == before


async def test_the_body_names_the_period_of_the_path(drafted: AsyncClient) -> None:
    answer = await drafted.put(PATH, json=period(code="ky-2026"))
    assert refused(answer, 422) == "code_differs"
    assert refusals(answer) == [("/code", "code_differs")]


@pytest.mark.parametrize("method", ["PUT", "DELETE", "open", "close"])
async def test_a_stale_if_match_changes_nothing(drafted: AsyncClient, method: str) -> None:
    await done(drafted.put(PATH, json=period(title="Kỳ hai")))
    verb, path = (method, PATH) if method.isupper() else ("POST", f"{PATH}/{method}")
    body = period() if verb == "PUT" else None
    answer = await drafted.request(verb, path, json=body, headers={"If-Match": '"1"'})
    assert refused(answer, 412) == "stale_revision"
    assert (answer.json()["current_revision"], answer.headers["ETag"]) == (2, '"2"')
    assert (await drafted.get(PATH)).json()["title"] == "Kỳ hai"
    assert (await drafted.get(PATH)).json()["status"] == "draft"


async def test_of_two_editors_with_the_same_etag_one_wins(drafted: AsyncClient) -> None:
    sent = [drafted.put(PATH, json=period(title=title), headers={"If-Match": '"1"'}) for title in ("Kỳ hai", "Kỳ ba")]
    assert sorted(answer.status_code for answer in await asyncio.gather(*sent)) == [200, 412]


async def test_a_draft_is_deleted_and_its_code_is_free_again(drafted: AsyncClient) -> None:
    await done(drafted.put(PATH, json=period(roster=[{"unit": "H61.101"}])))
    answer = await drafted.delete(PATH, headers={"If-Match": '"2"'})
    assert (answer.status_code, answer.content) == (204, b"")
    assert refused(await drafted.get(PATH), 404) == "period_not_found"
    assert refused(await drafted.delete(PATH), 404) == "period_not_found"
    assert (await drafted.post("/v1/periods", json=period())).status_code == 201


@pytest.mark.parametrize("closed", [False, True])
async def test_an_opened_period_is_neither_replaced_nor_deleted_nor_opened_again(
    opened: AsyncClient, *, closed: bool
) -> None:
    if closed:
        await done(opened.post(f"{PATH}/close"))
    before = (await opened.get(PATH)).json()
    for answer in (
        await opened.put(PATH, json=period(kind="half")),
        await opened.delete(PATH),
        await opened.post(f"{PATH}/open"),
    ):
        assert refused(answer, 409) == "period_not_draft"
    assert (await opened.get(PATH)).json() == before


async def test_a_read_period_is_not_sent_twice(drafted: AsyncClient) -> None:
    for held in ('"1"', 'W/"1"', '"0", "1"', "*"):
        answer = await drafted.get(PATH, headers={"If-None-Match": held})
        assert (answer.status_code, answer.content, answer.headers["ETag"]) == (304, b"", '"1"')
    assert (await drafted.get(PATH, headers={"If-None-Match": '"2"'})).status_code == 200


async def test_periods_are_listed_the_latest_first_page_by_page(ready: AsyncClient) -> None:
    for year in (2023, 2025, 2024):
        body = period(code=f"ky-{year}", starts_on=f"{year}-01-01", ends_on=f"{year}-12-31")
        await done(ready.post("/v1/periods", json=body), 201)
    await done(ready.post("/v1/periods", json=period(code="ky-2025b")), 201)
    whole = (await ready.get("/v1/periods")).json()
    assert [item["code"] for item in whole["items"]] == ["ky-2025b", "ky-2025", "ky-2024", "ky-2023"]
    assert whole["next"] is None
    pages, path = [], "/v1/periods?limit=3"
    while path:
        answer = await ready.get(path)
        pages += answer.json()["items"]
        path = answer.links["next"]["url"] if "next" in answer.links else ""
        assert bool(path) == (answer.json()["next"] is not None)
    assert pages == whole["items"]


async def test_a_framework_and_a_unit_that_a_draft_names_stay(drafted: AsyncClient) -> None:
    assert (await drafted.delete("/v1/units/H61")).status_code == 409
    assert (await drafted.delete(f"/v1/frameworks/{REFERENCE}")).status_code == 409


async def test_a_list_of_periods_takes_as_many_statements_whatever_its_length(ready: AsyncClient, app: FastAPI) -> None:
    sent: list[str] = []
    event.listen(app.state.database.reader.sync_engine, "before_cursor_execute", lambda *given: sent.append(given[2]))

    async def statements() -> int:
        sent.clear()
        await done(ready.get("/v1/periods"))
        return len(sent)

    assert await statements() <= 4
    for number in range(1, 7):
        body = period(code=f"ky-{number}", roster=[{"unit": "H61.101", "group": "a"}])
        await done(ready.post("/v1/periods", json=body), 201)
        assert await statements() == 4
