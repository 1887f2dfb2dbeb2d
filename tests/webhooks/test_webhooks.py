"""Webhooks over HTTP: made, shown, changed, given new secrets, and nobody else's."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient

from app.clients.access import Scope
from tests.conftest import Bearer
from tests.periods.building import PERIOD, done, refusals, refused
from tests.webhooks.post import Post
from tests.webhooks.receiver import OK, Receiver, answered

HOOKS = "/v1/webhooks"
BODY = {"url": "https://nobody.invalid/dti", "types": ["ranking.changed"], "description": "Trục LGSP"}


def at(webhook: Any) -> str:
    return f"{HOOKS}/{webhook['id']}"


@pytest.fixture
async def reader(app: FastAPI, bearer: Bearer) -> AsyncIterator[AsyncClient]:
    """A client that may only read."""
    headers = bearer(Scope.READ)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://dti", headers=headers) as http:
        yield http


async def test_a_secret_is_shown_once_and_kept_sealed(reader: AsyncClient, post: Post) -> None:
    answer = await reader.post(HOOKS, json=BODY)
    made = answer.json()
    assert (answer.status_code, answer.headers["ETag"], answer.headers["Location"]) == (201, '"1"', at(made))
    secret = made.pop("secret")
    assert secret.startswith("whsec_")
    assert made == {
        "id": made["id"],
        "client": "test-read",
        **BODY,
        "status": "active",
        "disabled_reason": None,
        "disabled_at": None,
        "previous_secret_expires_at": None,
        "created_at": made["created_at"],
        "revision": 1,
    }
    shown = await reader.get(at(made))
    assert (shown.json(), shown.headers["ETag"]) == (made, '"1"')
    assert (await done(reader.get(HOOKS)))["items"] == [made]
    assert (await reader.get(at(made), headers={"If-None-Match": '"1"'})).status_code == 304
    everything = await post.sql.fetchval("SELECT string_agg(to_jsonb(w)::text, '') FROM webhooks w")
    assert secret.removeprefix("whsec_") not in everything


async def test_a_post_with_a_key_makes_one_webhook_and_shows_its_secret_again(reader: AsyncClient) -> None:
    headers = {"Idempotency-Key": "one"}
    first, second = [await done(reader.post(HOOKS, json=BODY, headers=headers), 201) for _ in range(2)]
    assert first == second
    assert len((await done(reader.get(HOOKS)))["items"]) == 1


async def test_put_changes_a_revision_and_nothing_where_nothing_differs(reader: AsyncClient) -> None:
    made = await done(reader.post(HOOKS, json=BODY), 201)
    body = {"url": "https://nobody.invalid/2", "types": ["period.status_changed", "ranking.published"]}
    answer = await reader.put(at(made), json=body, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.headers["ETag"]) == (200, '"2"')
    assert answer.json() == await done(reader.get(at(made)))
    assert (answer.json()["url"], answer.json()["description"]) == (body["url"], None)
    assert refused(await reader.put(at(made), json=body, headers={"If-Match": '"1"'}), 412) == "stale_revision"
    assert (await done(reader.put(at(made), json=body)))["revision"] == 2
    assert refused(await reader.put(f"{HOOKS}/{uuid4()}", json=body), 404) == "webhook_not_found"


async def test_a_webhook_is_disabled_and_taken_up_again(reader: AsyncClient) -> None:
    made = await done(reader.post(HOOKS, json=BODY), 201)
    off = await done(reader.put(at(made), json={**BODY, "status": "disabled"}))
    assert (off["status"], off["disabled_reason"], off["revision"]) == ("disabled", "requested", 2)
    assert off["disabled_at"]
    on = await done(reader.put(at(made), json=BODY))
    assert (on["status"], on["disabled_reason"], on["disabled_at"], on["revision"]) == ("active", None, None, 3)


async def test_a_rotation_shows_the_new_secret_and_how_long_the_old_one_is_good(reader: AsyncClient) -> None:
    made = await done(reader.post(HOOKS, json=BODY), 201)
    rotated = await done(reader.post(f"{at(made)}/rotate"))
    assert rotated["secret"] not in {made["secret"], None}
    assert rotated["previous_secret_expires_at"]
    shown = await done(reader.get(at(made)))
    assert {**shown, "secret": rotated["secret"]} == rotated
    ended = await done(reader.post(f"{at(made)}/rotate", json={"overlap_seconds": 0}))
    assert (ended["previous_secret_expires_at"], ended["revision"]) == (None, 3)
    for wrong in (-1, 604_801, "60", 1.5, True):
        assert refused(await reader.post(f"{at(made)}/rotate", json={"overlap_seconds": wrong}), 422)
    assert refused(await reader.post(f"{at(made)}/rotate", headers={"If-Match": '"1"'}), 412) == "stale_revision"


async def test_two_rotations_at_once_are_one_after_the_other(reader: AsyncClient) -> None:
    made = await done(reader.post(HOOKS, json=BODY), 201)
    both = await asyncio.gather(*(done(reader.post(f"{at(made)}/rotate")) for _ in range(2)))
    assert {rotated["revision"] for rotated in both} == {2, 3}
    assert len({rotated["secret"] for rotated in both}) == 2
    held = {"If-Match": '"3"'}
    statuses = [
        answer.status_code
        for answer in await asyncio.gather(*(reader.post(f"{at(made)}/rotate", headers=held) for _ in range(2)))
    ]
    assert sorted(statuses) == [200, 412]


async def test_delete_takes_the_log_with_it(reader: AsyncClient, post: Post) -> None:
    made = await done(reader.post(HOOKS, json=BODY), 201)
    await post.version(2)
    assert refused(await reader.delete(at(made), headers={"If-Match": '"9"'}), 412) == "stale_revision"
    assert (await reader.delete(at(made))).status_code == 204
    assert refused(await reader.get(at(made)), 404) == "webhook_not_found"
    assert await post.deliveries() == []


async def test_nobody_elses_webhook_is_there(
    reader: AsyncClient, opened: AsyncClient, app: FastAPI, bearer: Bearer
) -> None:
    made = await done(reader.post(HOOKS, json=BODY), 201)
    for caller in (bearer(Scope.READ, Scope.SUBMIT), bearer(Scope.ADMIN, unit="H61"), bearer(Scope.PUSH)):
        async with AsyncClient(transport=ASGITransport(app), base_url="http://dti", headers=caller) as other:
            answers = [
                await other.get(at(made)),
                await other.put(at(made), json=BODY),
                await other.delete(at(made)),
                await other.post(f"{at(made)}/rotate"),
                await other.get(f"{at(made)}/deliveries"),
                await other.post(f"{at(made)}/deliveries/{uuid4()}/replay"),
            ]
            codes = {(answer.status_code, answer.json()["code"]) for answer in answers}
            assert codes in ({(404, "webhook_not_found")}, {(403, "insufficient_scope")})
            listed = await other.get(HOOKS)
            assert listed.status_code == 403 or listed.json()["items"] == []
    assert [each["id"] for each in (await done(opened.get(HOOKS)))["items"]] == [made["id"]], "an administrator's view"
    changed = await done(opened.put(at(made), json={**BODY, "description": None}))
    assert changed["client"] == "test-read", "it stays its client's"


@pytest.mark.parametrize(
    ("change", "errors"),
    [
        ({"url": "https://10.0.0.1/"}, [("/url", "address_not_allowed")]),
        ({"url": "https://[::ffff:192.168.1.1]/"}, [("/url", "address_not_allowed")]),
        ({"url": "https://169.254.169.254/latest"}, [("/url", "address_not_allowed")]),
        ({"url": "http://8.8.8.8/"}, [("/url", "https_required")]),
        ({"url": "https://a@b.vn/"}, [("/url", "invalid_url")]),
        ({"url": "https://2130706433/"}, [("/url", "invalid_host")]),
        ({"url": "https://b.vn:25/"}, [("/url", "port_not_allowed")]),
        ({"url": "https://b.vn/" + "x" * 2000}, [("/url", "string_too_long")]),
        ({"url": ""}, [("/url", "string_too_short")]),
        ({"url": 1}, [("/url", "string_type")]),
        ({"types": []}, [("/types", "too_short")]),
        ({"types": ["ranking.changed"] * 2}, [("/types", "duplicate_type")]),
        ({"types": ["ranking"]}, [("/types/0", "literal_error")]),
        ({"description": " "}, [("/description", "blank")]),
        ({"secret": "whsec_x"}, [("/secret", "unknown_field")]),
        ({"status": "disabled"}, [("/status", "unknown_field")]),
    ],
)
async def test_a_webhook_that_cannot_be_is_refused_with_its_place(
    reader: AsyncClient, change: dict[str, Any], errors: list[tuple[str, str]]
) -> None:
    answer = await reader.post(HOOKS, json={**BODY, **change})
    assert (answer.status_code, refusals(answer)) == (422, errors)
    assert (await done(reader.get(HOOKS)))["items"] == []


async def test_put_refuses_the_same_urls(reader: AsyncClient) -> None:
    made = await done(reader.post(HOOKS, json=BODY), 201)
    answer = await reader.put(at(made), json={**BODY, "url": "https://10.0.0.1/"})
    assert (answer.status_code, refusals(answer)) == (422, [("/url", "address_not_allowed")])
    assert (await done(reader.get(at(made))))["revision"] == 1


async def test_a_client_has_at_most_twenty_even_if_it_makes_them_at_once(reader: AsyncClient, post: Post) -> None:
    for _ in range(18):
        await post.add("https://nobody.invalid/")
    await post.sql.execute("UPDATE webhooks SET client_id = 'test-read'")
    answers = await asyncio.gather(*(reader.post(HOOKS, json=BODY) for _ in range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert {answer.json().get("code") for answer in answers} == {None, "too_many_webhooks"}


async def test_lists_are_paged(reader: AsyncClient, post: Post) -> None:
    made = [(await done(reader.post(HOOKS, json=BODY), 201))["id"] for _ in range(3)]
    first = await reader.get(f"{HOOKS}?limit=2")
    assert [each["id"] for each in first.json()["items"]] == made[:2]
    assert 'rel="next"' in first.headers["Link"]
    second = await done(reader.get(f"{HOOKS}?limit=2&cursor={first.json()['next']}"))
    assert ([each["id"] for each in second["items"]], second["next"]) == (made[2:], None)
    for cursor in ("x", "WyJhIiwiYiJd", "WyIyMDI1LTAxLTAxIiwiYiJd", "WzEsMl0"):
        assert refused(await reader.get(f"{HOOKS}?cursor={cursor}"), 400) == "invalid_cursor"
    log = f"{HOOKS}/{made[0]}/deliveries"
    await reader.put(f"{HOOKS}/{made[0]}", json={**BODY, "types": ["period.status_changed"]})
    for _ in range(3):
        await post.opened()
    page = await done(reader.get(f"{log}?limit=2"))
    rest = await done(reader.get(f"{log}?limit=2&cursor={page['next']}"))
    times = [each["created_at"] for each in [*page["items"], *rest["items"]]]
    assert (len(times), times, rest["next"]) == (3, sorted(times, reverse=True), None)


async def eventually(http: AsyncClient, webhook: Any, *statuses: str) -> list[Any]:
    """The log, the latest first, once its statuses are these."""
    async with asyncio.timeout(20):
        while True:
            items = list((await done(http.get(f"{at(webhook)}/deliveries")))["items"])
            if [item["status"] for item in items] == list(statuses):
                return items
            await asyncio.sleep(0.02)


async def test_the_log_tells_each_attempt_and_a_replay_sends_the_same_message(
    reader: AsyncClient, receiver: Receiver, post: Post
) -> None:
    webhook = await done(reader.post(HOOKS, json={"url": receiver.url, "types": ["period.status_changed"]}), 201)
    await post.opened()
    [delivered] = await eventually(reader, webhook, "delivered")
    assert delivered["payload"] == receiver.received[0].message
    assert delivered["message_id"] == receiver.received[0].id
    assert delivered["type"] == "period.status_changed"
    assert delivered["payload"]["data"]["path"] == f"/v1/periods/{PERIOD}"
    [attempt] = delivered["attempts"]
    assert (attempt["number"], attempt["status_code"], attempt["error"]) == (1, 204, None)
    assert delivered["next_attempt_at"] is None
    again = await done(reader.post(f"{at(webhook)}/deliveries/{delivered['id']}/replay"), 202)
    assert again["id"] != delivered["id"]
    assert again["message_id"] == delivered["message_id"]
    await eventually(reader, webhook, "delivered", "delivered")
    assert [received.id for received in receiver.received] == [delivered["message_id"]] * 2
    assert receiver.received[0].body == receiver.received[1].body


async def test_a_replay_of_what_waits_is_an_attempt_at_once(
    reader: AsyncClient, receiver: Receiver, post: Post
) -> None:
    webhook = await done(reader.post(HOOKS, json={"url": receiver.url, "types": ["period.status_changed"]}), 201)
    receiver.answer = answered(503, "Retry-After: 5000")
    await post.opened()
    [waiting] = await eventually(reader, webhook, "waiting")
    async with asyncio.timeout(20):
        while not waiting["attempts"]:
            [waiting] = await eventually(reader, webhook, "waiting")
    assert waiting["next_attempt_at"] > waiting["created_at"]
    receiver.answer = OK
    again = await done(reader.post(f"{at(webhook)}/deliveries/{waiting['id']}/replay"), 202)
    assert again["id"] == waiting["id"]
    [delivered] = await eventually(reader, webhook, "delivered")
    assert [attempt["status_code"] for attempt in delivered["attempts"]] == [503, 204]


async def test_replays_that_cannot_be_are_refused(reader: AsyncClient, receiver: Receiver, post: Post) -> None:
    webhook = await done(reader.post(HOOKS, json={"url": receiver.url, "types": ["period.status_changed"]}), 201)
    other = await done(reader.post(HOOKS, json=BODY), 201)
    await post.opened()
    [delivered] = await eventually(reader, webhook, "delivered")
    path = f"deliveries/{delivered['id']}/replay"
    assert refused(await reader.post(f"{at(other)}/{path}"), 404) == "delivery_not_found"
    assert refused(await reader.post(f"{at(webhook)}/deliveries/{uuid4()}/replay"), 404) == "delivery_not_found"
    assert refused(await reader.post(f"{at(webhook)}/deliveries/1/replay"), 422) == "validation_failed"
    await post.sql.execute(
        "UPDATE webhook_deliveries SET status = 'waiting', lease = gen_random_uuid(), due_at = '2100-1-1'"
    )
    assert refused(await reader.post(f"{at(webhook)}/{path}"), 409) == "delivery_under_way"
    await done(reader.put(at(webhook), json={"url": receiver.url, "types": BODY["types"], "status": "disabled"}))
    assert refused(await reader.post(f"{at(webhook)}/{path}"), 409) == "webhook_disabled"


async def test_what_waited_for_a_disabled_webhook_is_sent_when_it_is_active_again(
    reader: AsyncClient, receiver: Receiver, post: Post
) -> None:
    body = {"url": receiver.url, "types": ["period.status_changed"]}
    webhook = await done(reader.post(HOOKS, json=body), 201)
    receiver.answer = answered(410)
    await post.opened()
    await eventually(reader, webhook, "failed")
    gone = await done(reader.get(at(webhook)))
    assert (gone["status"], gone["disabled_reason"], gone["revision"]) == ("disabled", "gone", 2)
    await post.sql.execute("UPDATE webhook_deliveries SET status = 'waiting'")
    [waiting] = await eventually(reader, webhook, "waiting")
    assert waiting["next_attempt_at"] is None
    receiver.answer = OK
    await done(reader.put(at(webhook), json=body))
    await eventually(reader, webhook, "delivered")
