"""Several workers, and receivers that take their time."""

import asyncio
from collections import Counter

from tests.system.processes import becomes_true
from tests.webhooks.post import Post
from tests.webhooks.receiver import OK, Received, Receiver, receiving


async def is_quiet(post: Post) -> bool:
    """Whether all that was sent is noted, and no transaction is open."""
    held = "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in transaction%'"
    return Counter(await post.statuses())["delivered"] == 10 and await post.sql.fetchval(held) == 0


async def test_two_workers_deliver_each_message_once(post: Post, receiver: Receiver) -> None:
    await post.add(receiver.url)
    other = post.another_courier()
    for _ in range(40):
        await post.opened()
    await asyncio.gather(post.deliver(), post.deliver(other))
    while "waiting" in await post.statuses():
        await asyncio.gather(post.deliver(), post.deliver(other))
    assert Counter(Counter(received.id for received in receiver.received).values()) == {1: 40}
    assert {row["attempts"] for row in await post.deliveries()} == {1}
    await other.stop()


async def test_a_slow_receiver_makes_nobody_else_wait(post: Post, receiver: Receiver) -> None:
    async def never(_received: Received) -> bytes:
        await asyncio.Event().wait()
        return OK

    async with receiving() as slow:
        slow.answer = never
        await post.add(slow.url)
        await post.add(receiver.url)
        for _ in range(10):
            await post.opened()
        assert await post.courier.step()
        await receiver.wait_for(10)
        # Of the slow one's messages some are on their way, and nothing in the database waits for them.
        await slow.wait_for(4)
        assert len(slow.received) == 4
        assert await becomes_true(lambda: is_quiet(post))
        assert not await post.courier.step(), "the slow one is being served already"
        await post.courier.stop()
    assert Counter(await post.statuses()) == {"delivered": 10, "waiting": 10}


async def test_two_workers_send_no_message_at_the_same_time(post: Post, receiver: Receiver) -> None:
    under_way: Counter[str] = Counter()
    most = 0

    async def watched(received: Received) -> bytes:
        nonlocal most
        under_way[received.id] += 1
        most = max(most, *under_way.values())
        await asyncio.sleep(0.01)
        under_way[received.id] -= 1
        return OK

    receiver.answer = watched
    await post.add(receiver.url)
    couriers = [post.courier, post.another_courier(), post.another_courier()]
    for _ in range(30):
        await post.opened()
    while "waiting" in await post.statuses():
        await asyncio.gather(*(post.deliver(courier) for courier in couriers))
    assert most == 1
    assert len(receiver.received) == 30


async def test_what_a_worker_notes_too_late_changes_nothing(post: Post, receiver: Receiver) -> None:
    came, go_on = asyncio.Event(), asyncio.Event()

    async def slow_at_first(_received: Received) -> bytes | None:
        if len(receiver.received) > 1:
            return OK
        came.set()
        await go_on.wait()
        return None

    receiver.answer = slow_at_first
    await post.add(receiver.url)
    await post.opened()
    await post.courier.step()
    await came.wait()
    await post.later()  # the first worker is thought dead
    other = post.another_courier()
    await post.deliver(other)
    go_on.set()
    await post.courier.settle()
    [delivery] = await post.deliveries()
    assert (delivery["status"], delivery["attempts"]) == ("delivered", 2)
    assert [(each["number"], each["error"]) for each in delivery["log"]] == [(2, None)]
    assert len({received.id for received in receiver.received}) == 1
