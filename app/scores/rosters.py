"""A roster that changes after opening: each change is an event with a reason, and the cohort is rescored at once."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.errors import ConflictError, FieldError, InvalidError
from app.periods import repository as periods
from app.periods.cohorts import Cohort, get_cohort, list_cohorts, lock_cohort
from app.periods.models import ParticipantRow, PeriodRow
from app.periods.participants import Participant
from app.periods.recording import record_cohort
from app.periods.roster import frozen, members_of
from app.periods.schemas import ParticipantWrite
from app.periods.service import require_correctable
from app.scores import repository
from app.scores.cohort import load
from app.scores.rebuild import rebuild
from app.units.repository import SubtreeMember, find_unit, no_unit

CHANGEABLE = ("group", "ranked", "traits")


async def put_participant(
    session: AsyncSession, client: Client, period: PeriodRow, unit: str, scheme: str | None, body: ParticipantWrite
) -> tuple[ParticipantRow, str, bool]:
    """Add a unit to the roster, or change its group, `ranked` or traits: its row, its level, whether it is new.

    The caller holds the period's row lock. ConflictError `period_not_open`, `period_published`,
    `submission_at_other_level`; NotFoundError `unit_not_found`, also outside the client's bounds; InvalidError
    `unit_not_eligible` for a unit that stood outside the authority's subtree or levels on the first day.
    """
    require_correctable(period)
    found = await find_unit(session, unit, scheme, period.starts_on)
    if found is None:
        raise no_unit(unit, scheme)
    known = await periods.find_participant(session, period.id, found.id)
    if known is None:
        return await add(session, client, period, found.id, found.code, body)
    cohort = next(each for each in await list_cohorts(session, period.code) if each.level_id == known.level_id)
    require_within(client, known.code, known.ancestors, cohort.level)
    await change(session, client, period, cohort, known, body)
    return known, cohort.level, False


async def add(
    session: AsyncSession, client: Client, period: PeriodRow, unit_id: int, code: str, body: ParticipantWrite
) -> tuple[ParticipantRow, str, bool]:
    """Put a unit on the roster as it stood on the period's first day; what it reported before counts again."""
    member = next((each for each in await members_of(session, period) if each.unit_id == unit_id), None)
    levels = {level.level_id: level.level for level in (await periods.levels_of(session, [period.id]))[period.id]}
    if member is None or member.level_id not in levels:
        if client.unit is not None and client.unit != code:
            raise no_unit(code, None)
        detail = f"Unit '{code}' did not stand below the authority, at an assessed level, on {period.starts_on}."
        raise InvalidError("unit_not_eligible", detail, [FieldError("/path/unit", "unit_not_eligible", detail)])
    level = levels[member.level_id]
    require_within(client, code, member.ancestors, level)
    cohort = await get_cohort(session, period.code, level)
    link = await lock_cohort(session, cohort)
    if await repository.reported_elsewhere(session, cohort, unit_id):
        raise ConflictError("submission_at_other_level", f"Unit '{code}' has reported at another level of the period.")
    values = wanted(body, {"group": None, "ranked": True, "traits": list(member.traits)})
    await periods.delete_departure(session, period.id, unit_id)
    await periods.insert_participants(session, [frozen(period.id, member) | values], link.version + 1)
    await settle(session, period, cohort, unit_id, values, excluded=False)
    await rescore(session, cohort, unit_id, frozenset(values["traits"]))
    data = {"unit": code, "name": member.name, "parent": member.parent, **values, "reason": body.reason}
    await record_cohort(session, cohort, link, actor=client.id, type="roster.added", data=data, unit_id=unit_id)
    return await get_row(session, period, member), level, True


async def change(
    session: AsyncSession,
    client: Client,
    period: PeriodRow,
    cohort: Cohort,
    row: ParticipantRow,
    body: ParticipantWrite,
) -> None:
    """Change what may change of a participant; nothing happens where nothing differs.

    Only other traits move points: groups and ranks are made when a ranking is read.
    """
    link = await lock_cohort(session, cohort)
    before = {field: getattr(row, field) for field in CHANGEABLE}
    after = wanted(body, before)
    if after == before:
        return
    for field, value in after.items():
        setattr(row, field, value)
    row.version = link.version + 1
    await session.flush()
    await settle(session, period, cohort, row.unit_id, after, excluded=False)
    if after["traits"] != before["traits"]:
        await rescore(session, cohort, row.unit_id, frozenset(after["traits"]))
    data = {"unit": row.code, "before": before, "after": after, "reason": body.reason}
    await record_cohort(session, cohort, link, actor=client.id, type="roster.changed", data=data, unit_id=row.unit_id)


async def remove_participant(
    session: AsyncSession, client: Client, period: PeriodRow, participant: Participant, reason: str
) -> None:
    """Take a unit off the roster: out of figures, bests, aggregates and ranking, and no longer to be found.

    What it reported stays stored, and counts again should the unit come back. ConflictError `period_published`.
    """
    require_correctable(period)
    cohort, unit_id = participant.cohort, participant.unit_id
    link = await lock_cohort(session, cohort)
    row = await periods.find_participant(session, period.id, unit_id)
    assert row is not None  # noqa: S101  rosters change under the period's lock only
    values = {field: getattr(row, field) for field in CHANGEABLE}
    await repository.forget_scores(session, cohort, unit_id)
    await periods.delete_participant(session, period.id, unit_id, link.version + 1)
    await settle(session, period, cohort, unit_id, values, excluded=True)
    await rebuild(session, cohort)
    data = {"unit": participant.code, **values, "reason": reason}
    await record_cohort(
        session,
        cohort,
        link,
        actor=client.id,
        type="roster.removed",
        data=data,
        unit_id=unit_id,
        gone=(participant.code, *participant.ancestors),
    )


def wanted(body: ParticipantWrite, stands: Mapping[str, Any]) -> dict[str, Any]:
    """The values that shall hold: those that the body names, and the others as they stand. Traits are a set."""
    given = {field: getattr(body, field) for field in CHANGEABLE if field in body.model_fields_set}
    if set(given.get("traits", stands["traits"])) == set(stands["traits"]):
        given["traits"] = stands["traits"]
    return {**stands, **given, "traits": list(dict.fromkeys(given["traits"]))}


async def settle(
    session: AsyncSession,
    period: PeriodRow,
    cohort: Cohort,
    unit_id: int,
    values: Mapping[str, Any],
    *,
    excluded: bool,
) -> None:
    """Let the period's document say what its roster now says."""
    entry = {"group": values["group"], "ranked": values["ranked"], "excluded": excluded}
    await periods.upsert_roster_entry(session, cohort.period_id, unit_id, **entry)
    period.revision += 1


async def rescore(session: AsyncSession, cohort: Cohort, unit_id: int, traits: frozenset[str]) -> None:
    """Score the cohort anew, now that one unit has these traits: what its answers give to the figures comes first."""
    await repository.revalue(session, await load(session, cohort), unit_id, traits)
    await rebuild(session, cohort)


async def get_row(session: AsyncSession, period: PeriodRow, member: SubtreeMember) -> ParticipantRow:
    """The row of a participant that is there."""
    row = await periods.find_participant(session, period.id, member.unit_id)
    assert row is not None  # noqa: S101  it has just been written
    return row


def require_within(client: Client, code: str, ancestors: Sequence[str], level: str) -> None:
    """NotFoundError `unit_not_found` outside the client's bounds."""
    below = client.unit is None or client.unit == code or client.unit in ancestors
    if not below or (client.levels is not None and level not in client.levels):
        raise no_unit(code, None)
