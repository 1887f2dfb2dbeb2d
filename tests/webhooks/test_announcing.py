"""What happens is told once it is committed, to those whose bounds it concerns, and never otherwise."""

import asyncio
from collections.abc import Sequence
from typing import Any

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.clients.access import Scope
from app.kernel.canonical import loads
from app.webhooks.owner import Owner
from tests.conftest import Bearer
from tests.periods.building import PERIOD, SUBMISSIONS, answers, done, points, refused
from tests.rankings.test_statements import counted
from tests.system.processes import becomes_true
from tests.webhooks.post import ALL_TYPES, Post
from tests.webhooks.receiver import Receiver

NOBODY = "https://nobody.invalid/"
REASON = {"reason": "Theo biên bản kiểm tra"}


async def told(post: Post) -> list[dict[str, Any]]:
    """The data of all that waits in the outbox, with its type, the oldest first."""
    rows = await post.sql.fetch(
        "SELECT type, payload::jsonb -> 'data' AS data FROM webhook_deliveries ORDER BY created_at, type"
    )
    return [{"type": row["type"], **loads(row["data"])} for row in rows]


async def forget(post: Post) -> None:
    await post.sql.execute("DELETE FROM webhook_deliveries")


@pytest.fixture
async def listened(opened: AsyncClient) -> AsyncClient:
    """An admin who has a webhook for everything, whose receiver is not there yet."""
    await done(opened.post("/v1/webhooks", json={"url": NOBODY, "types": ALL_TYPES}), 201)
    return opened


async def test_a_write_tells_the_cohorts_new_version(listened: AsyncClient, post: Post) -> None:
    written = await done(listened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    path = "/v1/rankings?period=ky-2025&level=commune"
    assert await told(post) == [
        {"type": "ranking.changed", "period": PERIOD, "level": "commune", "version": written["version"], "path": path}
    ]
    ranking = await done(listened.get(path))
    assert ranking["version"] == written["version"], "the path leads to what has changed"


async def test_each_step_of_a_submission_is_told_with_its_version(listened: AsyncClient, post: Post) -> None:
    await done(listened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    await forget(post)
    await done(listened.post(f"{SUBMISSIONS}/H61.101/submit"))
    await done(listened.post(f"{SUBMISSIONS}/H61.101/return", json=REASON))
    moves = [each for each in await told(post) if each["type"] == "submission.status_changed"]
    assert [(each["status"], each["version"]) for each in moves] == [("submitted", 3), ("returned", 4)]
    assert {(each["unit"], each["level"], each["path"]) for each in moves} == {
        ("H61.101", "commune", f"{SUBMISSIONS}/H61.101")
    }
    shown = await done(listened.get(moves[0]["path"]))
    assert shown["status"] == "returned"


async def test_each_step_of_a_period_is_told(listened: AsyncClient, post: Post) -> None:
    await done(listened.post(f"/v1/periods/{PERIOD}/close"))
    await done(listened.post(f"/v1/periods/{PERIOD}/reopen", json=REASON))
    moves = [each for each in await told(post) if each["type"] == "period.status_changed"]
    assert [(each["period"], each["status"], each["path"]) for each in moves] == [
        (PERIOD, "closed", f"/v1/periods/{PERIOD}"),
        (PERIOD, "open", f"/v1/periods/{PERIOD}"),
    ]


async def test_whatever_moves_a_cohorts_version_is_told(listened: AsyncClient, post: Post) -> None:
    await done(listened.put(f"{SUBMISSIONS}/H61.101", json=answers(_1_3={"a": 4})))
    period = f"/v1/periods/{PERIOD}"
    values = {
        "period": PERIOD,
        "source": "motcua",
        "values": [{"unit": "H61.102", "indicator": "1.3", "inputs": {"a": 9}}],
    }
    steps: Sequence[Any] = (
        lambda: listened.put(f"{SUBMISSIONS}/H61.101/reviews/1.3", json={"verdict": "agree", **REASON}),
        lambda: listened.post("/v1/data-values", json=values),
        lambda: listened.put(f"{period}/benchmarks/1.3", json={"min": 0, "max": 50, "source": "QĐ 1"}),
        lambda: listened.put(f"{period}/participants/H61.103", json={"group": "a", **REASON}),
        lambda: listened.put(f"{period}/extensions/H61.104", json={"until": "2100-01-01T00:00:00Z", **REASON}),
        lambda: listened.request("DELETE", f"{period}/participants/H61.104", json=REASON),
    )
    for step in steps:
        await forget(post)
        answer = await step()
        assert answer.is_success, answer.text
        stands = (await done(listened.get(f"/v1/rankings?period={PERIOD}&level=commune")))["version"]
        assert [each["version"] for each in await told(post)] == [stands], answer.request.url


async def test_what_is_refused_or_tried_is_not_told(listened: AsyncClient, post: Post) -> None:
    await done(listened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    await forget(post)
    assert refused(await listened.put(f"{SUBMISSIONS}/H61.101", json=points(99)), 422)
    assert refused(await listened.post(f"{SUBMISSIONS}/H61.101/return", json=REASON), 409)
    values = {
        "period": PERIOD,
        "source": "motcua",
        "values": [{"unit": "H61.102", "indicator": "1.3", "inputs": {"a": 9}}],
    }
    report = await done(listened.post("/v1/data-values?dry_run=true", json=values))
    assert report["versions"]["commune"] > 2, "the trial had a version"
    values["values"].append({"unit": "H61.999", "indicator": "1.3", "inputs": {"a": 9}})  # type: ignore[attr-defined]
    assert refused(await listened.post("/v1/data-values", json=values), 422)
    await done(listened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    assert await told(post) == []


async def test_a_replayed_write_is_told_once(listened: AsyncClient, post: Post) -> None:
    await done(listened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    await forget(post)
    for _ in range(3):
        await done(listened.post(f"{SUBMISSIONS}/H61.101/submit", headers={"Idempotency-Key": "once"}))
    moves = [each for each in await told(post) if each["type"] == "submission.status_changed"]
    assert len(moves) == 1


async def test_without_a_webhook_a_write_leaves_no_row_and_sends_no_more_statements(
    opened: AsyncClient, app: FastAPI, post: Post
) -> None:
    await done(opened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    with counted(app) as without:
        await done(opened.put(f"{SUBMISSIONS}/H61.101", json=points(4)))
    assert await told(post) == []
    await done(opened.post("/v1/webhooks", json={"url": NOBODY, "types": ["period.status_changed"]}), 201)
    with counted(app) as with_one:
        await done(opened.put(f"{SUBMISSIONS}/H61.101", json=points(5)))
    assert [statement for statement in with_one if "webhooks w\n" not in statement] == [
        statement for statement in without if "webhooks w\n" not in statement
    ]
    assert await told(post) == [], "nor for another type"


async def test_a_disabled_webhook_is_not_told(listened: AsyncClient, post: Post) -> None:
    [webhook] = (await done(listened.get("/v1/webhooks")))["items"]
    body = {"url": NOBODY, "types": ALL_TYPES, "status": "disabled"}
    await done(listened.put(f"/v1/webhooks/{webhook['id']}", json=body))
    await done(listened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    assert await told(post) == []


async def test_a_webhook_that_is_deleted_at_this_moment_fails_nobodys_write(listened: AsyncClient, post: Post) -> None:
    async with post.sql.transaction():
        await post.sql.execute("DELETE FROM webhooks")
        write = asyncio.create_task(listened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))

        async def is_waiting() -> bool:
            waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
            return bool(await post.sql.fetchval(waiting))

        assert await becomes_true(is_waiting)
    await done(write)
    assert await told(post) == []


BOUNDS = {
    "everybody": {},
    "district-1": {"unit": "H61.D1"},
    "commune-101": {"unit": "H61.101"},
    "commune-102": {"unit": "H61.102"},
    "communes": {"levels": ["commune"]},
    "districts": {"levels": ["district"]},
    "district-1-districts": {"unit": "H61.D1", "levels": ["district"]},
    "elsewhere": {"unit": "H21"},
}


async def heard(post: Post, type: str) -> set[str]:  # noqa: A002 - the standard's word
    query = "SELECT w.description FROM webhook_deliveries d JOIN webhooks w ON w.id = d.webhook_id WHERE d.type = $1"
    return {row["description"] for row in await post.sql.fetch(query, type)}


async def test_bounds_decide_what_a_webhook_is_told(
    opened: AsyncClient, app: FastAPI, bearer: Bearer, post: Post
) -> None:
    for name, bounds in BOUNDS.items():
        headers = bearer(Scope.READ, **bounds)  # type: ignore[arg-type]
        async with AsyncClient(transport=ASGITransport(app), base_url="http://dti", headers=headers) as http:
            body = {"url": NOBODY, "types": ALL_TYPES, "description": name}
            await done(http.post("/v1/webhooks", json=body), 201)
    await done(opened.put(f"{SUBMISSIONS}/H61.101", json=points(3)))
    await done(opened.post(f"{SUBMISSIONS}/H61.101/submit"))
    assert await heard(post, "submission.status_changed") == {"everybody", "district-1", "commune-101", "communes"}
    # Who sees anybody of a ranking is told of it.
    seeing = {"everybody", "district-1", "commune-101", "commune-102", "communes"}
    assert await heard(post, "ranking.changed") == seeing
    await done(opened.post(f"/v1/periods/{PERIOD}/close"))
    assert await heard(post, "period.status_changed") == seeing
    await forget(post)
    await done(opened.request("DELETE", f"/v1/periods/{PERIOD}/participants/H61.101", json=REASON), 204)
    assert await heard(post, "ranking.changed") == seeing, "who has just left is told so"
    await forget(post)
    await done(opened.put(f"/v1/periods/{PERIOD}/participants/H61.103", json={"ranked": False, **REASON}))
    assert await heard(post, "ranking.changed") == seeing - {"commune-101"}


async def test_a_registered_clients_bounds_count_as_they_stand(opened: AsyncClient, post: Post) -> None:
    register = """
        INSERT INTO clients (id, name, secret_hash, scopes, unit_id)
        VALUES ('reader', 'Reader', '', '{read}', (SELECT id FROM units WHERE code = 'H61.D1'))
    """
    await post.sql.execute(register)
    await post.add(NOBODY, owner=Owner("reader", "H61.D1", None, sees_all=False))
    numbers = iter(range(2, 20))

    async def is_told(unit: str) -> bool:
        await forget(post)
        await post.moved(unit, version=next(numbers))
        return bool(await told(post))

    assert [await is_told(unit) for unit in ("H61.101", "H61.102")] == [True, False]
    await post.sql.execute("UPDATE clients SET unit_id = (SELECT id FROM units WHERE code = 'H61.D2')")
    assert [await is_told(unit) for unit in ("H61.101", "H61.102")] == [False, True]
    await post.sql.execute("UPDATE clients SET unit_id = NULL, levels = '{district}'")
    assert [await is_told(unit) for unit in ("H61.101", "H61.102")] == [False, False]
    await post.sql.execute("UPDATE clients SET levels = NULL")
    assert [await is_told(unit) for unit in ("H61.101", "H61.102")] == [True, True]
    await post.sql.execute("UPDATE clients SET scopes = '{push}'")
    assert not await is_told("H61.101")
    await post.sql.execute("UPDATE clients SET scopes = '{admin}'")
    assert await is_told("H61.101")
    await post.sql.execute("UPDATE clients SET disabled_at = now()")
    assert not await is_told("H61.101")
    await post.sql.execute("DELETE FROM clients WHERE id = 'reader'")
    assert await post.sql.fetchval("SELECT count(*) FROM webhooks") == 0, "they go with their client"


async def test_what_waits_for_a_client_that_is_disabled_is_not_sent(
    opened: AsyncClient, post: Post, receiver: Receiver
) -> None:
    await post.sql.execute("INSERT INTO clients (id, name, secret_hash, scopes) VALUES ('reader', 'R', '', '{read}')")
    await post.add(receiver.url, owner=Owner("reader", None, None, sees_all=False))
    await post.sql.execute("UPDATE clients SET disabled_at = now()")
    await post.sql.execute(
        "INSERT INTO webhook_deliveries (webhook_id, type, payload) SELECT id, 'x', '{}' FROM webhooks"
    )
    await post.deliver()
    assert receiver.connections == 0
