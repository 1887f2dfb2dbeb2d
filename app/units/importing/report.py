"""What an import did, or would do, line by line."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

Outcome = Literal["created", "changed", "unchanged", "refused"]
OUTCOMES: tuple[Outcome, ...] = ("created", "changed", "unchanged", "refused")


@dataclass(frozen=True, slots=True)
class LineError:
    """One thing wrong with a line. `column` is the header at fault; None where it is none of them."""

    line: int
    column: str | None
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class LineReport:
    """What becomes of one line: its unit, and which fields change. `unit` is None where no code could be found."""

    line: int
    outcome: Outcome
    unit: str | None
    fields: Sequence[str] = ()


@dataclass(frozen=True)
class Report:
    """The counts of the outcomes add up to the number of lines; one refused line, and nothing is written."""

    source: str
    dry_run: bool
    unused_columns: Sequence[str]
    lines: Sequence[LineReport]
    errors: Sequence[LineError]

    @property
    def refused(self) -> bool:
        """Whether nothing is written because of some line."""
        return bool(self.errors)

    @property
    def counts(self) -> dict[str, int]:
        """How many lines there are, and how many of each outcome."""
        found = Counter(line.outcome for line in self.lines)
        return {"lines": len(self.lines)} | {outcome: found[outcome] for outcome in OUTCOMES}

    def document(self) -> dict[str, Any]:
        """The report as JSON has it."""
        return {
            "status": "refused" if self.refused else "success",
            "source": self.source,
            "dry_run": self.dry_run,
            "counts": self.counts,
            "unused_columns": list(self.unused_columns),
            "lines": [asdict(line) for line in self.lines],
            "errors": [asdict(error) for error in self.errors],
        }

    def told(self) -> Iterator[str]:
        """The report for people: every line that does not stay as it is, every error, the counts."""
        for line in self.lines:
            if line.outcome in ("created", "changed"):
                fields = f": {', '.join(line.fields)}" if line.fields else ""
                yield f"line {line.line}\t{line.outcome}\t{line.unit}{fields}"
        for error in self.errors:
            column = "" if error.column is None else f", column “{error.column}”"
            yield f"line {error.line}{column}\trefused\t{error.code}: {error.detail}"
        if self.unused_columns:
            yield f"unused columns\t{', '.join(self.unused_columns)}"
        counts = ", ".join(f"{count} {name}" for name, count in self.counts.items())
        yield f"{self.source}\t{counts}{self._end()}"

    def _end(self) -> str:
        if self.refused:
            return "; nothing was written"
        return "; dry run, nothing was written" if self.dry_run else ""
