"""Values of one cohort checked and decided."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from app.pushes.checking import Findings, Leaves, Placed, check
from app.pushes.deciding import Change, Outcome, Records, decide_all, latest


@dataclass(frozen=True, slots=True)
class Judge:
    """By what the values of one cohort are judged; what is found goes to `findings` and `counts`."""

    leaves: Leaves
    source: str | None
    is_atomic: bool
    findings: Findings
    counts: Counter[Outcome]

    @property
    def refuses(self) -> bool:
        """Whether nothing will be written, as far as is known: what is wrong with the rest is only to be told."""
        return self.is_atomic and bool(self.findings.errors)

    def check(self, values: Sequence[Placed]) -> None:
        """Note what is wrong with any of them. UnusualError as `reading` says."""
        for value in values:
            check(self.leaves, self.source, value, self.findings)

    def decide(self, values: Sequence[Placed], records: Records) -> list[Change]:
        """What is to be written of checked values, all there are of their units."""
        return decide_all(latest(values, self.findings, self.counts), records, self.source, self.counts)
