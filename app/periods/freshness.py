"""How fresh a cohort is: the version that every cached answer is held against."""

from app.kernel.coalescing import Coalesced
from app.kernel.database import Database, reading
from app.periods.cohorts import Cohort, find_cohort, not_found


class Freshness:
    """Versions of cohorts by natural key, one query for all who ask at the same time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._versions: Coalesced[tuple[str, str], Cohort | None] = Coalesced(self._find)

    async def get(self, period: str, level: str) -> Cohort:
        """The cohort as of now. NotFoundError `cohort_not_found`."""
        cohort = await self._versions.read((period, level))
        if cohort is None:
            raise not_found(period, level)
        return cohort

    async def _find(self, key: tuple[str, str]) -> Cohort | None:
        async with reading(self._database) as session:
            return await find_cohort(session, *key)
