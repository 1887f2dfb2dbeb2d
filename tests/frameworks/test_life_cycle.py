import json
from hashlib import sha256

import asyncpg
import pytest
import rfc8785
from httpx import AsyncClient

from tests.frameworks.documents import Json, framework, leaf, with_every_rule

STATUS_FIELDS = {"status", "content_hash", "published_at", "retired_at", "revision"}


def document_of(answer: Json) -> Json:
    return {name: value for name, value in answer.items() if name not in STATUS_FIELDS}


def holds(sent: object, got: object) -> bool:
    """Whether everything sent is in what came back; what was left out may have its default there."""
    if isinstance(sent, dict) and isinstance(got, dict):
        return all(name in got and holds(value, got[name]) for name, value in sent.items())
    if isinstance(sent, list) and isinstance(got, list):
        return len(sent) == len(got) and all(holds(*pair) for pair in zip(sent, got, strict=True))
    return sent == got


async def test_a_framework_is_drafted_published_and_retired(admin: AsyncClient) -> None:
    created = await admin.post("/v1/frameworks", json=framework())
    assert created.status_code == 201
    assert created.headers["Location"] == "/v1/frameworks/trial-commune/1"
    assert created.headers["ETag"] == '"1"'
    body = created.json()
    assert (body["status"], body["content_hash"], body["published_at"]) == ("draft", None, None)

    published = await admin.post("/v1/frameworks/trial-commune/1/publish")
    assert published.status_code == 200
    assert published.json()["status"] == "published"
    assert published.json()["published_at"].endswith("Z")
    assert published.headers["ETag"] == '"2"'

    retired = await admin.post("/v1/frameworks/trial-commune/1/retire")
    assert retired.json()["status"] == "retired"
    assert retired.json()["content_hash"] == published.json()["content_hash"]
    assert retired.json()["published_at"] == published.json()["published_at"]
    assert retired.json()["retired_at"] is not None
    read = await admin.get("/v1/frameworks/trial-commune/1")
    assert read.json() == retired.json()
    assert read.headers["ETag"] == '"3"'


@pytest.mark.parametrize("sent", [framework(), with_every_rule()], ids=["small", "every rule"])
async def test_a_document_comes_back_as_it_was_sent_and_can_be_sent_again(admin: AsyncClient, sent: Json) -> None:
    path = (await admin.post("/v1/frameworks", json=sent)).headers["Location"]
    got = (await admin.get(path)).json()
    assert holds(sent, got)
    again = await admin.put(path, json=got)
    assert again.status_code == 200, again.text
    assert again.json() == got | {"revision": 2}
    copy = document_of(got) | {"version": 2}
    assert document_of((await admin.post("/v1/frameworks", json=copy)).json()) == copy


async def test_anyone_can_check_the_hash_of_a_published_framework(admin: AsyncClient, client: AsyncClient) -> None:
    path = (await admin.post("/v1/frameworks", json=with_every_rule())).headers["Location"]
    await admin.post(f"{path}/publish")
    got = (await client.get(path)).json()
    assert got["content_hash"] == sha256(rfc8785.dumps(document_of(got))).hexdigest()


async def test_two_frameworks_that_differ_have_different_hashes(admin: AsyncClient) -> None:
    hashes = set()
    for version, title in ((1, "Một"), (2, "Hai")):
        path = (await admin.post("/v1/frameworks", json=framework(version=version, title=title))).headers["Location"]
        hashes.add((await admin.post(f"{path}/publish")).json()["content_hash"])
    assert len(hashes) == 2


async def test_the_same_code_and_version_twice_is_a_conflict(admin: AsyncClient, draft: str) -> None:
    answer = await admin.post("/v1/frameworks", json=framework())
    assert (answer.status_code, answer.json()["code"]) == (409, "framework_exists")
    assert (await admin.post("/v1/frameworks", json=framework(version=2))).status_code == 201


async def test_what_is_published_never_changes(admin: AsyncClient, published: str) -> None:
    before = (await admin.get(published)).json()
    attempts = [
        await admin.put(published, json=framework(title="Khác")),
        await admin.delete(published),
        await admin.post(f"{published}/publish"),
        await admin.post(f"{published}/indicators", json=leaf("3", 0)),
        await admin.put(f"{published}/indicators/2", json=leaf("2", 10, title="Khác")),
        await admin.delete(f"{published}/indicators/2"),
    ]
    assert {(each.status_code, each.json()["code"]) for each in attempts} == {(409, "framework_not_draft")}
    assert (await admin.get(published)).json() == before


async def test_only_what_is_published_can_be_retired(admin: AsyncClient, draft: str) -> None:
    answer = await admin.post(f"{draft}/retire")
    assert (answer.status_code, answer.json()["code"]) == (409, "framework_not_published")


async def test_a_draft_is_replaced_and_deleted(admin: AsyncClient, draft: str) -> None:
    smaller = framework(max_points=10, indicators=[leaf("7", 10)], level="province")
    replaced = await admin.put(draft, json=smaller)
    assert (replaced.status_code, replaced.headers["ETag"]) == (200, '"2"')
    assert [each["code"] for each in (await admin.get(f"{draft}/indicators")).json()["items"]] == ["7"]
    assert (await admin.get("/v1/frameworks", params={"level": "province"})).json()["items"] != []
    assert (await admin.delete(draft)).status_code == 204
    assert (await admin.get(draft)).json()["code"] == "framework_not_found"
    assert (await admin.post("/v1/frameworks", json=framework())).status_code == 201


async def test_a_draft_keeps_its_code_and_version(admin: AsyncClient, draft: str) -> None:
    answer = await admin.put(draft, json=framework(code="other", version=3))
    assert (answer.status_code, answer.json()["code"]) == (422, "code_mismatch")
    assert [each["pointer"] for each in answer.json()["errors"]] == ["/code", "/version"]


async def test_what_is_not_there_is_not_found(admin: AsyncClient) -> None:
    for method, path in (
        ("GET", ""),
        ("DELETE", ""),
        ("POST", "/publish"),
        ("POST", "/retire"),
        ("GET", "/indicators"),
        ("GET", "/indicators/1"),
        ("DELETE", "/indicators/1"),
    ):
        answer = await admin.request(method, f"/v1/frameworks/nowhere/1{path}")
        assert (answer.status_code, answer.json()["code"]) == (404, "framework_not_found"), (method, path)


async def test_a_draft_that_a_period_names_cannot_be_deleted(admin: AsyncClient, draft: str, database_url: str) -> None:
    connection = await asyncpg.connect(database_url)
    await connection.execute("""
        WITH unit AS (INSERT INTO units (code) VALUES ('H61') RETURNING id),
             period AS (INSERT INTO periods (code, title, kind, authority_id, starts_on, ends_on)
                        SELECT 'p', 'p', 'year', id, '2025-01-01', '2025-12-31' FROM unit RETURNING id)
        INSERT INTO period_levels (period_id, level_id, framework_id)
        SELECT period.id, f.level_id, f.id FROM period, frameworks f
    """)
    await connection.close()
    answer = await admin.delete(draft)
    assert (answer.status_code, answer.json()["code"]) == (409, "still_referenced")


async def test_every_write_appends_one_event_with_the_hash_of_the_document(
    admin: AsyncClient, draft: str, database_url: str
) -> None:
    await admin.put(draft, json=framework(title="Khác"))
    await admin.put(f"{draft}/indicators/2", json=leaf("2", 10, title="Khác nữa"))
    await admin.post(f"{draft}/publish")
    sealed = (await admin.post(f"{draft}/retire")).json()
    await admin.post("/v1/frameworks", json=framework(version=2))
    await admin.delete("/v1/frameworks/trial-commune/2")
    await admin.put("/v1/frameworks/trial-commune/1", json=framework())  # refused: no event
    connection = await asyncpg.connect(database_url)
    rows = await connection.fetch("SELECT body FROM global_events ORDER BY sequence")
    await connection.close()
    events = [json.loads(row["body"]) for row in rows]
    assert [(event["type"], event["data"]["version"], event["data"]["revision"]) for event in events] == [
        ("framework.created", 1, 1),
        ("framework.changed", 1, 2),
        ("framework.changed", 1, 3),
        ("framework.published", 1, 4),
        ("framework.retired", 1, 5),
        ("framework.created", 2, 1),
        ("framework.deleted", 2, 1),
    ]
    assert {event["actor"] for event in events} == {"test-admin"}
    assert events[2]["data"]["content_hash"] == sealed["content_hash"]  # the draft that was published
    assert len({event["data"]["content_hash"] for event in events[:3]}) == 3
