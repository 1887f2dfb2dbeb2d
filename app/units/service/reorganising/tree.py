"""The tree of units around one day, as the database has it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta

from app.clients.client import Client
from app.units.models import LevelRow
from app.units.repository import DatedVersion


class DatedTree:
    """Every version of a unit that is valid the day before `day`, or later.

    `ids` are of all units that a document names; `succeeded` are the units of which others tell who succeeded them on
    the day or later.
    """

    def __init__(
        self,
        day: date,
        versions: Iterable[DatedVersion],
        ids: Mapping[str, int],
        levels: Iterable[LevelRow],
        succeeded: frozenset[str],
    ) -> None:
        self.day = day
        self.ids = ids
        self.succeeded = succeeded
        self.levels = {level.code: level for level in levels}
        self._versions: dict[str, list[DatedVersion]] = defaultdict(list)
        for version in versions:
            self._versions[version.code].append(version)

    def at(self, code: str, day: date) -> DatedVersion | None:
        """The unit's version that is valid on the day, which is the day before `self.day` or later."""
        return next((version for version in self._versions.get(code, ()) if is_valid(version, day)), None)

    def before(self, code: str) -> DatedVersion | None:
        """The unit's version that is valid the day before."""
        return self.at(code, self.day - timedelta(days=1))

    def on(self, code: str) -> DatedVersion | None:
        """The unit's version that is valid on the day, were there no reorganisation."""
        return self.at(code, self.day)

    def changes_later(self, code: str) -> bool:
        """Whether a version of the unit begins on the day or after it: another reorganisation got there first."""
        return any(version.valid_from >= self.day for version in self._versions.get(code, ()))

    def lasting(self) -> Iterator[DatedVersion]:
        """Every version that is valid on the day or later."""
        for versions in self._versions.values():
            yield from (v for v in versions if v.valid_to is None or v.valid_to > self.day)

    def turning_days(self) -> list[date]:
        """The day, and every later one on which a version begins."""
        later = {v.valid_from for v in self.lasting() if v.valid_from > self.day}
        return [self.day, *sorted(later)]

    def is_inside(self, client: Client, code: str) -> bool:
        """Whether the unit lies within the client's bounds of unit and level, the day before or on the day."""
        found = self.before(code) or self.on(code)
        if found is None:
            return client.unit is None
        if client.levels is not None and found.level not in client.levels:
            return False
        seen: set[str] = set()
        while client.unit is not None and found is not None and found.code != client.unit:
            if found.parent is None or found.code in seen:
                return False
            seen.add(found.code)
            found = self.before(found.parent) or self.on(found.parent)
        return found is not None


def is_valid(version: DatedVersion, day: date) -> bool:
    """Whether the version is valid on the day."""
    return version.valid_from <= day and (version.valid_to is None or version.valid_to > day)
