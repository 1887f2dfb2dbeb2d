"""A ranking that changes all night is told as fast as the receiver takes it: newer versions take the place of older."""

import asyncio

from httpx import AsyncClient

from tests.periods.building import SUBMISSIONS, done, points
from tests.webhooks.post import Post
from tests.webhooks.receiver import OK, Received, Receiver, answered


def versions(receiver: Receiver) -> list[int]:
    return [message["data"]["version"] for message in receiver.messages]


async def test_of_what_nobody_has_seen_only_the_newest_version_is_sent(post: Post, receiver: Receiver) -> None:
    await post.add(receiver.url)
    for number in range(2, 302):
        await post.version(number)
    assert len(await post.deliveries()) == 1
    await post.deliver()
    assert versions(receiver) == [301]
    await post.version(302)
    await post.deliver()
    assert versions(receiver) == [301, 302]
    assert len({received.id for received in receiver.received}) == 2


async def test_a_version_that_failed_is_not_sent_again_once_there_is_a_newer(post: Post, receiver: Receiver) -> None:
    await post.add(receiver.url)
    receiver.answer = answered(500)
    await post.version(2)
    await post.deliver()
    await post.version(3)
    receiver.answer = OK
    await post.later()
    await post.deliver()
    await post.later()
    await post.deliver()
    assert versions(receiver) == [2, 3]
    assert await post.statuses() == ["overtaken", "delivered"]
    assert len({received.id for received in receiver.received}) == 2, (
        "a receiver that has seen an id takes no other body"
    )


async def test_a_version_that_fails_while_a_newer_one_waits_is_overtaken(post: Post, receiver: Receiver) -> None:
    await post.add(receiver.url)
    came, go_on = asyncio.Event(), asyncio.Event()

    async def slow(received: Received) -> bytes:
        came.set()
        await go_on.wait()
        return answered(500) if received.message["data"]["version"] == 2 else OK

    receiver.answer = slow
    await post.version(2)
    await post.courier.step()
    await came.wait()
    await post.version(3)
    other = post.another_courier()
    await other.step()
    await other.settle()
    assert versions(receiver) == [2], "of one ranking one message at a time is on its way"
    go_on.set()
    await post.courier.settle()
    await post.later()
    await post.deliver()
    assert versions(receiver) == [2, 3]
    assert await post.statuses() == ["overtaken", "delivered"]


async def test_a_night_of_writes_to_a_receiver_that_is_down_is_a_handful_of_attempts(
    post: Post, receiver: Receiver
) -> None:
    await post.add(receiver.url)
    receiver.answer = answered(503)
    for number in (2, 3):
        await post.version(number)
        await post.deliver()
        await post.later()
    await post.version(4)
    await post.deliver()
    for number in range(5, 100):
        await post.version(number)
        await post.deliver()
    assert len(receiver.received) == 3, "it rests for five minutes"
    receiver.answer = OK
    await post.later()
    await post.deliver()
    assert versions(receiver) == [2, 3, 4, 99]


async def test_versions_of_two_webhooks_and_other_messages_do_not_overtake_each_other(
    post: Post, receiver: Receiver
) -> None:
    await post.add(receiver.url)
    await post.add(receiver.url)
    for number in (2, 3):
        await post.version(number)
        await post.moved("H61.101", "submitted" if number == 2 else "returned", number)
    await post.deliver()
    told = sorted((message["type"], message["data"]["version"]) for message in receiver.messages)
    assert told == [
        *[("ranking.changed", 3)] * 2,
        *[("submission.status_changed", 2)] * 2,
        *[("submission.status_changed", 3)] * 2,
    ]


async def test_writers_at_once_leave_the_newest_version_to_be_told(
    opened: AsyncClient, post: Post, receiver: Receiver
) -> None:
    go_on = asyncio.Event()

    async def slow(_received: Received) -> bytes:
        await go_on.wait()
        return OK

    receiver.answer = slow
    await done(opened.post("/v1/webhooks", json={"url": receiver.url, "types": ["ranking.changed"]}), 201)

    async def write(unit: str) -> int:
        written = [await done(opened.put(f"{SUBMISSIONS}/{unit}", json=points(number))) for number in range(1, 7)]
        return int(written[-1]["version"])

    newest = max(await asyncio.gather(*(write(f"H61.10{number}") for number in range(1, 5))))
    go_on.set()
    async with asyncio.timeout(20):
        while newest not in versions(receiver):
            await receiver.wait_for(len(receiver.received) + 1)
    assert versions(receiver) == sorted(versions(receiver))
    assert len(versions(receiver)) <= 3
    assert len(await post.deliveries()) <= 3
