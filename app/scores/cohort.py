"""A cohort together with what it is scored by: the context of every refresh."""

from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.frameworks.service import CompiledFramework, compiled
from app.periods.cohorts import Cohort
from app.scoring import Framework, Indicator


@dataclass(frozen=True, slots=True)
class ScoredCohort:
    """A cohort and its compiled framework."""

    cohort: Cohort
    compiled: CompiledFramework

    @property
    def framework(self) -> Framework:
        """The engine's framework."""
        return self.compiled.framework

    @property
    def pillars(self) -> tuple[int, ...]:
        """The ordinals of the pillars, in document order."""
        return tuple(pillar.ordinal for pillar in self.framework.pillars)

    def indicator_id(self, code: str) -> int:
        """The database id of a node."""
        return self.compiled.indicator_ids[self.framework.by_code[code].ordinal]

    def leaf_by_id(self) -> dict[int, Indicator]:
        """The leaves by database id."""
        return {self.compiled.indicator_ids[leaf.ordinal]: leaf for leaf in self.framework.leaves}


async def load(session: AsyncSession, cohort: Cohort) -> ScoredCohort:
    """The cohort with its framework (from the cache of compiled ones)."""
    return ScoredCohort(cohort, await compiled(session, cohort.framework_id))
