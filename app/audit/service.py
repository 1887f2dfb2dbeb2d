"""Recording events, and verifying that none was altered."""

import json
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Protocol, TypeAlias

from sqlalchemy.ext.asyncio import AsyncSession

from app.audit import repository
from app.audit.chain import GENESIS, ChainReport, Event, Link, seal
from app.kernel.canonical import canonical
from app.kernel.pending import Pending
from app.kernel.threads import BYTES, aside

EventData: TypeAlias = Mapping[str, Any] | bytes
"""What an event tells, or its canonical JSON where there is too much of it to be made twice."""
_NO_DATA = b'"data":null'


class CohortKey(Protocol):
    """What names a cohort: its keys and its natural name."""

    @property
    def period_id(self) -> int: ...
    @property
    def level_id(self) -> int: ...
    @property
    def period(self) -> str: ...
    @property
    def level(self) -> str: ...


def next_event(link: Link, chain: str, actor: str, type: str, data: EventData) -> Event:  # noqa: A002 - the contract's word
    """Seal the event that follows `link`."""
    sequence = link.version + 1
    body = canonical(
        {
            "chain": chain,
            "sequence": sequence,
            "type": type,
            "actor": actor,
            "recorded_at": link.now.isoformat(),
            "data": None if isinstance(data, bytes) else data,
        }
    )
    if isinstance(data, bytes):
        # Nowhere else: inside a text its quotes are escaped.
        before, _, after = body.partition(_NO_DATA)
        body = b"".join((before, _NO_DATA.removesuffix(b"null"), data, after))
    text = body.decode()
    return Event(sequence, text, link.head, seal(link.head, text), link.now)


async def record_cohort(
    session: AsyncSession,
    cohort: CohortKey,
    link: Link,
    *,
    actor: str,
    type: str,  # noqa: A002 - the contract's word
    data: EventData,
    unit_id: int | None = None,
    pending: Pending | None = None,
) -> int:
    """Append one event to a cohort's chain, whose lock the caller holds, and send what is pending with it.

    Returns the cohort's new version.
    """
    size = len(data) // BYTES if isinstance(data, bytes) else 0
    event = await aside(size, next_event, link, f"{cohort.period}/{cohort.level}", actor, type, data)
    key = (cohort.period_id, cohort.level_id, unit_id)
    await repository.append_to_cohort(session, *key, event, pending or Pending())
    return event.sequence


async def record_global(
    session: AsyncSession,
    *,
    actor: str,
    type: str,  # noqa: A002 - the contract's word
    data: Mapping[str, Any],
) -> int:
    """Append one event to the chain of reference data; return its sequence."""
    link = await repository.lock_global(session)
    event = next_event(link, "global", actor, type, data)
    await repository.append_to_global(session, event)
    return event.sequence


async def record_global_all(session: AsyncSession, actor: str, events: Iterable[tuple[str, Mapping[str, Any]]]) -> None:
    """Append events, each a type and its data, to the chain of reference data, in their order."""
    link = await repository.lock_global(session)
    sealed = []
    for kind, data in events:
        event = next_event(link, "global", actor, kind, data)
        link = Link(event.sequence, event.hash, link.now)
        sealed.append(event)
    await repository.append_all_to_global(session, sealed)


async def verify(session: AsyncSession) -> list[ChainReport]:
    """Recompute every chain from its first event: each hash, each link, each head, all as of one moment.

    Takes a transaction that has not read anything yet.
    """
    await repository.take_snapshot(session)
    head = await repository.global_head(session)
    events = repository.stream_events(session, None, None)
    reports = [await verify_chain("global", events, head.version, head.head)]
    for chain in await repository.list_cohort_chains(session):
        events = repository.stream_events(session, chain.period_id, chain.level_id)
        reports.append(await verify_chain(chain.chain, events, chain.version, chain.head))
    return reports


async def verify_chain(name: str, events: AsyncIterator[Event], version: int, head: str) -> ChainReport:
    """Recompute one chain and compare its end with the version and head that are stored beside it."""
    count, previous, first_invalid = 0, GENESIS, None
    async for event in events:
        count += 1
        sound = event.sequence == count and event.previous_hash == previous and is_sound(event)
        if not sound and first_invalid is None:
            first_invalid = event.sequence
        previous = event.hash
    if first_invalid is None and (count, previous) != (version, head):
        first_invalid = count + 1
    return ChainReport(name, count, previous, first_invalid is None, first_invalid)


def is_sound(event: Event) -> bool:
    """Whether an event's hash is that of its body, and the columns beside it say what the body says."""
    if seal(event.previous_hash, event.body) != event.hash:
        return False
    told = json.loads(event.body)
    if told["sequence"] != event.sequence or told["recorded_at"] != event.recorded_at.isoformat():
        return False
    return event.unit is None or told["data"].get("unit") == event.unit
