"""What the courier does with what is due: signed, tried again by the schedule, given up, sent once more."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from app.kernel.database import transaction
from app.webhooks import service
from app.webhooks.repository import webhooks
from app.webhooks.signing import secret_seal
from tests.webhooks.post import SEAL, SOMEBODY, Post
from tests.webhooks.receiver import OK, Received, Receiver, answered


def verified(received: Received, secret: str) -> object:
    return Webhook(secret).verify(received.body, received.headers)


def computed(received: Received, secret: str) -> str:
    """The signature by hand, from the text of the standard."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    head = f"{received.headers['webhook-id']}.{received.headers['webhook-timestamp']}."
    return "v1," + base64.b64encode(hmac.new(key, head.encode() + received.body, hashlib.sha256).digest()).decode()


async def test_a_message_is_signed_as_the_standard_says(post: Post, receiver: Receiver) -> None:
    _, secret = await post.add(receiver.url)
    await post.version(7)
    await post.deliver()
    [received] = receiver.received
    assert received.headers["webhook-signature"] == computed(received, secret)
    message = verified(received, secret)
    assert message == received.message
    assert received.message["type"] == "ranking.changed"
    assert received.message["data"] == {
        "period": "ky-2025",
        "level": "commune",
        "version": 7,
        "path": "/v1/rankings?period=ky-2025&level=commune",
    }
    assert abs((datetime.fromisoformat(received.message["timestamp"]) - datetime.now(UTC)).total_seconds()) < 60
    with pytest.raises(WebhookVerificationError):
        verified(received, "whsec_" + base64.b64encode(b"x" * 32).decode())
    [delivery] = await post.deliveries()
    assert (delivery["status"], delivery["lease"], delivery["attempts"]) == ("delivered", None, 1)


async def test_retries_keep_the_id_and_the_body_and_are_signed_anew(post: Post, receiver: Receiver) -> None:
    _, secret = await post.add(receiver.url)
    receiver.answer = answered(500)
    await post.opened()
    await post.deliver()
    # As if the first attempt had been made an hour ago: its signature is too old by now.
    await post.later()
    receiver.answer = OK
    await post.deliver()
    first, second = receiver.received
    assert (first.id, first.body) == (second.id, second.body)
    [delivery] = await post.deliveries()
    at = [datetime.fromisoformat(attempt["at"]) for attempt in delivery["log"]]
    assert [received.headers["webhook-timestamp"] for received in (first, second)] == [
        str(int(moment.timestamp())) for moment in at
    ]
    assert second.headers["webhook-signature"] == computed(second, secret)
    assert verified(second, secret)
    assert [(each["number"], each["status_code"], each["error"]) for each in delivery["log"]] == [
        (1, 500, "refused"),
        (2, 204, None),
    ]


async def test_the_schedule_of_the_standard_ends_after_ten_attempts_and_disables(
    post: Post, receiver: Receiver
) -> None:
    webhook_id, _ = await post.add(receiver.url)
    receiver.answer = answered(500)
    await post.opened()
    waits = []
    for _ in range(9):
        await post.deliver()
        [delivery] = await post.deliveries()
        assert delivery["status"] == "waiting"
        waits.append(float(delivery["due_in"]))
        await post.later()
    hours = 3600
    standard = [5, 300, 1800, 2 * hours, 5 * hours, 10 * hours, 14 * hours, 20 * hours, 24 * hours]
    assert all(delay - 5 <= found <= delay * 1.1 for found, delay in zip(waits, standard, strict=True)), waits
    # What the table shows of the three days that the schedule takes.
    await post.sql.execute("UPDATE webhooks SET failing_since = now() - interval '76 hours'")
    await post.deliver()
    assert await post.statuses() == ["failed"]
    assert len(receiver.received) == 10
    webhook = await post.webhook(webhook_id)
    assert (webhook["status"], webhook["disabled_reason"]) == ("disabled", "failing")
    assert webhook["revision"] == 2
    await post.later()
    await post.opened()
    await post.deliver()
    assert await post.statuses() == ["failed"], "nothing is put into the queue of a disabled webhook"


async def test_a_message_that_ends_does_not_disable_a_webhook_that_took_others(post: Post, receiver: Receiver) -> None:
    webhook_id, _ = await post.add(receiver.url)

    async def picky(received: Received) -> bytes:
        return answered(400) if received.message["type"] == "period.status_changed" else OK

    receiver.answer = picky
    await post.opened()
    for number in range(10):
        await post.deliver()
        await post.later()
        await post.version(number)
        await post.deliver()
    ends = {row["type"]: row["status"] for row in await post.deliveries()}
    assert ends == {"period.status_changed": "failed", "ranking.changed": "delivered"}
    assert (await post.webhook(webhook_id))["status"] == "active"


async def test_410_disables_at_once(post: Post, receiver: Receiver) -> None:
    webhook_id, _ = await post.add(receiver.url)
    receiver.answer = answered(410)
    await post.version(2)
    await post.deliver()
    await post.later()
    await post.deliver()
    assert len(receiver.received) == 1
    assert await post.statuses() == ["failed"]
    webhook = await post.webhook(webhook_id)
    assert (webhook["status"], webhook["disabled_reason"]) == ("disabled", "gone")
    assert webhook["disabled_at"] is not None


async def test_a_receiver_that_asks_for_time_gets_it(post: Post, receiver: Receiver) -> None:
    webhook_id, _ = await post.add(receiver.url)
    receiver.answer = answered(503, "Retry-After: 1000")
    await post.opened()
    await post.deliver()
    [delivery] = await post.deliveries()
    assert 900 < delivery["due_in"] <= 1000
    # Other messages wait too.
    assert 900 < (await post.webhook(webhook_id))["rests"] <= 1000
    await post.moved("H61.101")
    await post.deliver()
    assert len(receiver.received) == 1


async def test_a_failing_receiver_is_tried_with_one_message_and_left_alone_in_between(
    post: Post, receiver: Receiver
) -> None:
    webhook_id, _ = await post.add(receiver.url)
    receiver.answer = answered(500)
    await post.opened()
    await post.deliver()
    for number in range(1, 5):
        await post.moved(f"H61.10{number}")
    await post.deliver()
    assert len(receiver.received) == 1, "it rests"
    assert 0 < (await post.webhook(webhook_id))["rests"] <= 5
    await post.later()
    await post.deliver()
    assert len(receiver.received) == 2, "one message finds out for all"
    assert 290 < (await post.webhook(webhook_id))["rests"] <= 300
    await post.later()
    receiver.answer = OK
    await post.deliver()
    assert set(await post.statuses()) == {"delivered"}
    assert len(receiver.received) == 7
    assert (await post.webhook(webhook_id))["failing_since"] is None


async def test_what_waits_for_hours_is_sent_once_the_receiver_answers_again(post: Post, receiver: Receiver) -> None:
    await post.add(receiver.url)
    receiver.answer = answered(500)
    await post.opened()
    for _ in range(5):
        await post.deliver()
        await post.later()
    await post.deliver()
    [delivery] = await post.deliveries()
    assert delivery["due_in"] > 3600
    receiver.answer = OK
    await post.sql.execute("UPDATE webhooks SET resting_until = NULL")
    await post.version(2)
    await post.deliver()
    assert await post.statuses() == ["delivered", "delivered"]


async def test_while_a_secret_rotates_both_sign(post: Post, receiver: Receiver) -> None:
    webhook_id, first = await post.add(receiver.url)

    async def rotate(overlap: int) -> str:
        async with transaction(post.database) as session:
            row = await webhooks.lock(session, SOMEBODY, webhook_id)
            return await service.rotate(session, SEAL, row, overlap)

    async def signatures() -> set[str]:
        await post.opened()
        await post.deliver()
        received = receiver.received[-1]
        found = received.headers["webhook-signature"].split(" ")
        secrets = {computed(received, secret): name for name, secret in known.items()}
        return {secrets.get(each, "unknown") for each in found}

    known = {"first": first}
    assert await signatures() == {"first"}
    known["second"] = await rotate(3600)
    assert await signatures() == {"first", "second"}
    assert verified(receiver.received[-1], known["first"])
    assert verified(receiver.received[-1], known["second"])
    known["third"] = await rotate(3600)
    assert await signatures() == {"second", "third"}, "never three"
    await post.sql.execute("UPDATE webhooks SET previous_secret_expires_at = now()")
    assert await signatures() == {"third"}
    known["fourth"] = await rotate(0)
    assert await signatures() == {"fourth"}


async def test_secrets_are_sealed_and_one_that_no_longer_opens_is_told(post: Post, receiver: Receiver) -> None:
    webhook_id, secret = await post.add(receiver.url)
    stored = (await post.webhook(webhook_id))["secret"]
    assert secret.encode() not in stored
    assert base64.b64decode(secret.removeprefix("whsec_")) not in stored
    await post.opened()
    await post.deliver(post.another_courier(secret_seal(b"another pepper of the house")))
    [delivery] = await post.deliveries()
    assert (delivery["status"], delivery["log"][0]["error"]) == ("waiting", "secret_unreadable")
    assert receiver.connections == 0


async def test_a_dead_workers_message_is_sent_again_when_its_lease_has_run_out(post: Post, receiver: Receiver) -> None:
    await post.add(receiver.url)
    await post.opened()
    # Taken by a worker that sent it and died before it could note so.
    await post.sql.execute(
        "UPDATE webhook_deliveries SET attempts = 1, lease = gen_random_uuid(), due_at = now() + interval '60 s'"
    )
    await post.deliver()
    assert receiver.received == []
    await post.later()
    await post.deliver()
    [delivery] = await post.deliveries()
    assert (delivery["status"], delivery["attempts"], len(receiver.received)) == ("delivered", 2, 1)


async def test_the_log_goes_by_age(post: Post, receiver: Receiver) -> None:
    await post.add(receiver.url)
    for days in (31, 29):
        await post.opened()
        await post.deliver()
        await post.sql.execute(
            "UPDATE webhook_deliveries SET created_at = created_at - make_interval(days => $1)", days
        )
    await post.deliver(post.another_courier())
    [delivery] = await post.deliveries()
    assert (await post.now() - delivery["created_at"]).days == 29
