"""Loading seed/: units, index sets and results, through the same services as HTTP, all of it or nothing."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import yaml
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client, Scope
from app.frameworks import repository as frameworks
from app.frameworks import service as framework_service
from app.frameworks.document import FrameworkDocument
from app.kernel.database import Database, transaction
from app.periods import repository as periods
from app.periods import service as period_service
from app.periods.participants import get_participant
from app.periods.schemas import PeriodCreate
from app.scores.cohort import load
from app.scores.opening import open_period
from app.scoring import Indicator
from app.submissions import reporting, service
from app.submissions.schemas import AnswerWrite, ReviewWrite, SubmissionWrite
from app.submissions.writing import Preconditions
from app.units import repository as units
from app.units import service as unit_service
from app.units.schemas import UnitCreate

SEEDER = Client("seed", frozenset({Scope.ADMIN}), None, None, None)
UNCONDITIONAL = Preconditions()
Say = Callable[[str], None]


async def is_empty(database: Database) -> bool:
    """Whether there is neither an index set nor a unit yet."""
    async with transaction(database) as session:
        query = text("SELECT NOT EXISTS (SELECT FROM frameworks) AND NOT EXISTS (SELECT FROM units)")
        return bool((await session.execute(query)).scalar_one())


async def seed(database: Database, folder: Path, say: Say) -> None:
    """Load what is not there yet, in one transaction: a crash in the middle leaves nothing behind."""
    async with transaction(database) as session:
        for path, document in documents(folder / "units"):
            say(f"      {path.name}: {await load_units(session, document)} units")
        for path, document in documents(folder / "frameworks"):
            say(f"      {path.name}: {await load_framework(session, document)}")
        for path, document in documents(folder / "results"):
            say(f"      {path.name}: {await load_results(session, document)}")


def documents(folder: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Every YAML document of a folder, by name."""
    for path in sorted(folder.glob("*.yaml")):
        yield path, yaml.safe_load(path.read_text(encoding="utf-8"))


async def load_units(session: AsyncSession, document: Mapping[str, Any]) -> int:
    """Add the units that are not there yet; notes are for the reader of the file."""
    added = 0
    for unit in document["units"]:
        if await units.find_unit(session, unit["code"]) is None:
            body = UnitCreate(**{key: value for key, value in unit.items() if key != "note"})
            await unit_service.create_unit(session, SEEDER, body)
            added += 1
    return added


async def load_framework(session: AsyncSession, document: Mapping[str, Any]) -> str:
    """Add and publish an index set that is not there yet."""
    code, version = document["code"], document["version"]
    if await frameworks.find(session, code, version) is not None:
        return f"{code}/{version} is there already"
    await framework_service.create(session, FrameworkDocument(**document), SEEDER.id)
    await framework_service.publish(session, code, version, SEEDER.id)
    return f"{code}/{version} published"


async def load_results(session: AsyncSession, document: Mapping[str, Any]) -> str:
    """Add a period that is not there yet, open it, and put in what units reported and what was awarded."""
    period = PeriodCreate(**document["period"])
    if await periods.find(session, period.code) is not None:
        return f"{period.code} is there already"
    row = await period_service.create(session, period, SEEDER.id)
    await open_period(session, row, SEEDER.id)
    reported = document.get("submissions", {})
    for unit, pillars in reported.items():
        await report(session, period.code, unit, pillars)
    awarded = document.get("awarded", [])
    for award in awarded:
        await give(session, period.code, award, document["source"])
    if awarded:  # published results, so nobody reports into the period any more
        await period_service.close_period(session, row, SEEDER.id)
    return f"{period.code} opened, {len(reported)} submissions, {len(awarded)} awarded points"


async def report(session: AsyncSession, period: str, unit: str, pillars: Mapping[int, Mapping[int, Any]]) -> None:
    """One unit's submission: answers by pillar and criterion."""
    participant = await get_participant(session, SEEDER, period, unit)
    framework = (await load(session, participant.cohort)).framework
    answers = [
        AnswerWrite(indicator=code, inputs=spelled_out(framework.by_code[code], given))
        for pillar, criteria in pillars.items()
        for code, given in ((f"{pillar}.{number}", given) for number, given in criteria.items())
    ]
    await reporting.replace_answers(session, SEEDER, participant, SubmissionWrite(answers=answers), UNCONDITIONAL)


def spelled_out(leaf: Indicator, given: object) -> dict[str, Any]:
    """The inputs that an answer in a file of results stands for.

    Inputs by name stand for themselves. Else a leaf that asks for one thing (a figure, an option, the items checked,
    points) is given that, and one that asks for several figures their list, in the order of its declarations.
    """
    if isinstance(given, dict):
        return given
    names = (*leaf.inputs, *(leaf.rule.own_inputs() if leaf.rule else ()))
    if len(names) == 1:
        return {names[0]: given}
    return dict(zip(names, cast("list[Any]", given), strict=True))


async def give(session: AsyncSession, period: str, award: Mapping[str, Any], source: str) -> None:
    """Points awarded to one leaf, with their source."""
    participant = await get_participant(session, SEEDER, period, award["unit"])
    review = ReviewWrite(verdict="adjust", points=Decimal(str(award["points"])), reason=source)
    await service.review(session, SEEDER, participant, award["indicator"], review, UNCONDITIONAL)
