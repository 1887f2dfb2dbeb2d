"""The units that are there before an import, and how they would stand after it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.kernel.bare import bare
from app.units import repository
from app.units.repository import DatedVersion, bulk
from app.units.repository.bulk import Days
from app.units.schemas import Identifier, Unit

Pair = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Span:
    """Below whom a unit stands from `valid_from` up to, not including, `valid_to`: one of its versions."""

    parent: str | None
    valid_from: date
    valid_to: date | None

    def meets(self, valid_from: date, valid_to: date | None) -> bool:
        """Whether some day is in both."""
        starts = valid_to is None or self.valid_from < valid_to
        return starts and (self.valid_to is None or valid_from < self.valid_to)


@dataclass(frozen=True)
class Stored:
    """All units by code, as GET shows them; on which days they stand where; who bears an identifier; the levels.

    `begun`, `ended`: the days on which reorganisations let versions of a unit begin and end. `levels`: ids by code;
    `titles`: codes by plain title.
    """

    units: dict[str, Unit]
    spans: dict[str, list[Span]]
    begun: Days
    ended: Days
    bearers: dict[Pair, set[str]]
    levels: dict[str, int]
    titles: dict[str, str]
    today: date

    def bearer(self, scheme: str, value: str, day: date) -> str | None:
        """The code of the unit that bears the identifier and has not ended by that day; of several, the first."""
        found = [
            (span.valid_from, code)
            for code in self.bearers.get((scheme, value), ())
            for span in self.spans[code]
            if span.valid_to is None or span.valid_to > day
        ]
        return min(found)[1] if found else None

    def put(self, unit: Unit) -> None:
        """Let a unit stand as it would after the import."""
        before = self.units.get(unit.code)
        spans = self.spans.setdefault(unit.code, [])
        if before is not None:
            spans[:] = [span for span in spans if span.valid_from != before.valid_from]
            for item in before.identifiers:
                self.bearers[item.scheme, item.value].discard(unit.code)
        spans.append(Span(unit.parent, unit.valid_from, unit.valid_to))
        for item in unit.identifiers:
            self.bearers[item.scheme, item.value].add(unit.code)
        self.units[unit.code] = unit

    def stands_below_itself(self, unit: Unit) -> bool:
        """Whether on any of its days the line of its parents leads back to the unit."""
        open_ends = [(unit.parent, unit.valid_from, unit.valid_to)]
        seen = set()
        while open_ends:
            code, begin, end = at = open_ends.pop()
            if code == unit.code:
                return True
            if code is None or at in seen:
                continue
            seen.add(at)
            for span in self.spans.get(code, ()):
                if span.meets(begin, end):
                    ends = [day for day in (end, span.valid_to) if day is not None]
                    open_ends.append((span.parent, max(begin, span.valid_from), min(ends, default=None)))
        return False

    def rivals(self, unit: Unit, pair: Pair) -> list[str]:
        """Codes of the other units that bear the identifier on one of the unit's days."""
        mine = self.spans[unit.code]
        return sorted(
            code
            for code in self.bearers[pair]
            if code != unit.code
            and any(span.meets(own.valid_from, own.valid_to) for span in self.spans[code] for own in mine)
        )


async def load(session: AsyncSession) -> Stored:
    """All units as they are now."""
    versions = await repository.list_versions(session)
    today = await repository.today(session)
    levels = await repository.list_levels(session)
    begun, ended = await bulk.all_fixed_days(session)
    revisions, identifiers = await bulk.all_revisions(session), await bulk.all_identifiers(session)
    # As the repository counts them: the days on which later versions began are revisions too.
    begins = Counter(version.code for version in versions if version.valid_from <= today)
    units = {
        version.code: _unit(
            version, revisions[version.code] + max(begins[version.code] - 1, 0), identifiers.get(version.code, [])
        )
        for version in sorted(versions, key=lambda version: (_covers(version, today), version.valid_from))
    }
    return Stored(
        units=units,
        spans=_grouped(versions),
        begun=begun,
        ended=ended,
        bearers=_bearers(units.values()),
        levels={level.code: level.id for level in levels},
        titles={bare(level.title): level.code for level in levels},
        today=today,
    )


def _covers(version: DatedVersion, day: date) -> bool:
    return version.valid_from <= day and (version.valid_to is None or day < version.valid_to)


def _unit(version: DatedVersion, revision: int, identifiers: Sequence[Pair]) -> Unit:
    """The unit as its version shows it. The last one given for a unit stands: today's, or else its latest."""
    return Unit(
        code=version.code,
        name=version.name,
        level=version.level,
        parent=version.parent,
        traits=list(version.traits),
        identifiers=[Identifier(scheme=scheme, value=value) for scheme, value in identifiers],
        valid_from=version.valid_from,
        valid_to=version.valid_to,
        revision=revision,
    )


def _grouped(versions: Iterable[DatedVersion]) -> dict[str, list[Span]]:
    grouped = defaultdict(list)
    for version in versions:
        grouped[version.code].append(Span(version.parent, version.valid_from, version.valid_to))
    return grouped


def _bearers(units: Iterable[Unit]) -> dict[Pair, set[str]]:
    bearers = defaultdict(set)
    for unit in units:
        for item in unit.identifiers:
            bearers[item.scheme, item.value].add(unit.code)
    return bearers
