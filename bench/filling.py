"""The data of the benchmark, put in by the shortest way that leaves what the service itself would have left.

Units, submissions and answers go in by COPY; the index set, the periods and their frozen rosters through the services;
the scores by one rebuild. A second rebuild that finds nothing shows that all of it fits together.
"""

import json
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import asyncpg

from app.clients.client import Scope
from app.clients.keys import load_keys
from app.clients.schemas import ClientCreate
from app.clients.service import OPERATOR, register
from app.frameworks import service as frameworks
from app.frameworks.document import FrameworkDocument
from app.kernel.bare import bare
from app.kernel.database import Database, transaction
from app.periods import service as periods
from app.periods.cohorts import Cohort, list_cohorts
from app.periods.schemas import PeriodCreate, PeriodLevel
from app.scores.cohort import ScoredCohort, load
from app.scores.opening import open_period
from app.scores.rebuild import rebuild
from app.scoring import Reported, check_inputs, cohort_values
from app.settings import Settings
from app.units.sort_key import sort_key
from bench import documents

ACTOR = "bench"
LOWEST, HIGHEST = 0.05, 0.95
_EPOCH = datetime(2025, 12, 31, tzinfo=UTC)
_SINCE = date(2025, 7, 1)


@dataclass(frozen=True, slots=True)
class Filled:
    """One cohort: the code of its period, its key, its units by code in order, and what they answered.

    The first unit holds the least of every value compared within the cohort, the second the greatest.
    """

    period: str
    key: tuple[int, int]
    unit_ids: Mapping[str, int]
    answers: dict[str, list[dict[str, Any]]]
    indicator_ids: list[int]
    slots: list[bool]
    rebuild_seconds: float

    @property
    def units(self) -> list[str]:
        """The units' codes; those that hold the bounds first."""
        return list(self.unit_ids)


async def add_framework(database: Database) -> None:
    """Draft and publish the index set."""
    document = documents.framework()
    async with transaction(database) as session:
        await frameworks.create(session, FrameworkDocument(**document), ACTOR)
        await frameworks.publish(session, document["code"], document["version"], ACTOR)


async def make_client(database: Database, settings: Settings) -> tuple[str, str]:
    """A client that may do everything, and its secret."""
    async with transaction(database) as session:
        body = ClientCreate(name=ACTOR, scopes=[Scope.ADMIN])
        return await register(session, load_keys(settings).pepper, OPERATOR, body)


async def fill(database: Database, raw: asyncpg.Connection, size: int) -> Filled:
    """A cohort of `size` communes below an authority of its own, everybody's 63 answers reported and scored."""
    authority = f"B{size}"
    codes = [f"{authority}.{number:05d}" for number in range(1, size + 1)]
    await _copy_units(raw, authority, codes)
    cohort = await _open(database, authority, f"bench-{size}", size)
    rows = await raw.fetch("SELECT code, id FROM units WHERE code = ANY($1::text[]) ORDER BY code", codes)
    unit_ids = {row["code"]: row["id"] for row in rows}
    async with transaction(database) as session:
        scored = await load(session, cohort)
    answers = _answers(codes)
    await _copy_answers(raw, scored, unit_ids, answers)
    await _rebuild(database, cohort)
    differences, seconds = await _rebuild(database, cohort)
    if differences:
        raise RuntimeError(f"What was filled in is not what the service makes of it: {differences[:3]}")
    leaves = scored.framework.leaves
    return Filled(
        cohort.period,
        (cohort.period_id, cohort.level_id),
        unit_ids,
        answers,
        [scored.indicator_id(leaf.code) for leaf in leaves],
        [bool(leaf.slots) for leaf in leaves],
        seconds,
    )


async def verify(database: Database, filled: Filled) -> float:
    """The seconds of a rebuild, which must find nothing: what the measured writes left is what a rebuild makes."""
    async with transaction(database) as session:
        cohort = (await list_cohorts(session, filled.period))[0]
    return await require_sound(database, cohort)


async def _rebuild(database: Database, cohort: Cohort) -> tuple[list[str], float]:
    started = time.perf_counter()
    async with transaction(database) as session:
        report = await rebuild(session, cohort)
    return report.differences, time.perf_counter() - started


async def _copy_units(raw: asyncpg.Connection, authority: str, codes: list[str]) -> None:
    levels = {row["code"]: row["id"] for row in await raw.fetch("SELECT code, id FROM levels")}
    await raw.copy_records_to_table("units", columns=["code"], records=[(code,) for code in (authority, *codes)])
    rows = await raw.fetch("SELECT id, code FROM units WHERE code = ANY($1::text[])", [authority, *codes])
    ids = {row["code"]: row["id"] for row in rows}
    versions = [
        _version(ids[code], f"Xã {code}", levels["commune"], ids[authority])
        if code != authority
        else _version(ids[code], f"Tỉnh {code}", levels["province"], None)
        for code in (authority, *codes)
    ]
    columns = ["unit_id", "valid_from", "name", "sort_key", "search_text", "level_id", "parent_id", "traits"]
    await raw.copy_records_to_table("unit_versions", columns=columns, records=versions)


def _version(unit_id: int, name: str, level_id: int, parent_id: int | None) -> tuple[Any, ...]:
    return (unit_id, _SINCE, name, sort_key(name), bare(name), level_id, parent_id, [])


async def open_again(database: Database, size: int, period: str) -> Cohort:
    """The cohort of that size in another period, in which nobody has answered anything."""
    cohort = await _open(database, f"B{size}", period, size)
    await _rebuild(database, cohort)
    return cohort


async def require_sound(database: Database, cohort: Cohort) -> float:
    """The seconds of a rebuild. RuntimeError where it finds something to correct."""
    differences, seconds = await _rebuild(database, cohort)
    if differences:
        raise RuntimeError(f"A rebuild of {cohort.period} differs from what was stored: {differences[:3]}")
    return seconds


async def _open(database: Database, authority: str, code: str, size: int) -> Cohort:
    period = PeriodCreate(
        code=code,
        title=f"{size} units",
        kind="year",
        authority=authority,
        starts_on=_SINCE,
        ends_on=date(2025, 12, 31),
        levels=[PeriodLevel(level="commune", framework="bench-commune/1")],
    )
    async with transaction(database) as session:
        row = await periods.create(session, period, ACTOR)
        await open_period(session, row, ACTOR)
        return (await list_cohorts(session, period.code))[0]


def _answers(codes: list[str]) -> dict[str, list[dict[str, Any]]]:
    chance = random.Random(len(codes))  # noqa: S311 - the same made-up data in every run
    extremes = dict(zip(codes, (LOWEST, HIGHEST), strict=False))
    return {code: documents.answers(chance, extremes.get(code)) for code in codes}


async def _copy_answers(
    raw: asyncpg.Connection,
    scored: ScoredCohort,
    unit_ids: Mapping[str, int],
    answers: Mapping[str, list[dict[str, Any]]],
) -> None:
    period_id, level_id = scored.cohort.period_id, scored.cohort.level_id
    submissions = [(period_id, unit_id, level_id, "draft", 1, 1) for unit_id in unit_ids.values()]
    columns = ["period_id", "unit_id", "level_id", "status", "revision", "version"]
    await raw.copy_records_to_table("submissions", columns=columns, records=submissions)
    rows = []
    for code, given in answers.items():
        for leaf, inputs in zip(scored.framework.leaves, given, strict=True):
            values = list(cohort_values(leaf, Reported(check_inputs(leaf, inputs)))) if leaf.slots else None
            key = (period_id, unit_ids[code], scored.indicator_id(leaf.code), level_id)
            rows.append((*key, json.dumps(inputs), ACTOR, _EPOCH, values, values))
    columns = ["period_id", "unit_id", "indicator_id", "level_id", "reported", "reported_by", "reported_at"]
    columns += ["self_values", "assessed_values"]
    await raw.copy_records_to_table("answers", columns=columns, records=rows)
