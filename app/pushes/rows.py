"""Changes as they are stored: rows of answers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from app.audit.chain import Link
from app.pushes import repository
from app.pushes.deciding import Change
from app.pushes.repository import AwardedRow, ReportedRow, UnitState
from app.scores.cohort import ScoredCohort
from app.scores.repository import array_text
from app.scores.stored import NOTHING, StoredAnswer, compared_values
from app.submissions.repository import AnswerRecord

StoredAnswers = dict[int, dict[str, StoredAnswer]]


class Rows(NamedTuple):
    """Reported values where nothing was stored, as lines of a COPY, and where something was; and awarded points.

    `units` are those whose answers they are.
    """

    units: Sequence[int]
    new: Sequence[str]
    known: Sequence[ReportedRow]
    awarded: Sequence[AwardedRow]


NO_ROWS = Rows((), (), (), ())


@dataclass(slots=True)
class Work:
    """What one locked cohort is written; `actor` and `source` are who sends it, and from where.

    `after` is everybody's answers as they stand once it is written, and `rows` those of the changes that are not
    written yet; without `after` only some answers were read, and nothing is written.
    """

    scored: ScoredCohort
    link: Link
    units: Mapping[int, UnitState]
    actor: str
    source: str | None
    changes: list[Change] = field(default_factory=list)
    after: StoredAnswers | None = None
    rows: Rows = NO_ROWS


class Figures(NamedTuple):
    """What a leaf gives to the cohort's figures, as PostgreSQL reads arrays; None where it gives nothing."""

    own: str | None
    assessed: str | None


_NO_FIGURES = Figures(None, None)


def stored_after(change: Change, source: str | None) -> StoredAnswer:
    """The leaf's answer, as far as scores depend on it, once the change is written."""
    placed, known = change.placed, change.known
    if placed.taken is not None and (known is None or known.verdict is None):
        return placed.taken.stored
    before = NOTHING if known is None else known.scored
    if placed.taken is not None:
        return before._replace(reported=placed.taken.inputs)
    return before._replace(verdict="adjust", assessed=None, awarded=placed.points, exemption=None, reason=source)


def figures_of(work: Work, change: Change) -> Figures:
    """What the leaf gives once the change is written."""
    if not change.leaf.indicator.slots:
        return _NO_FIGURES
    traits, taken = work.units[change.placed.target.unit_id].traits, change.placed.taken
    if taken is not None and not traits and (change.known is None or change.known.verdict is None):
        return Figures(taken.values, taken.values)
    after = stored_after(change, work.source)
    values = compared_values(work.scored.framework, change.leaf.indicator, traits, after)
    columns = (values["self_values"], values["assessed_values"])
    return Figures(*(None if column is None else array_text(column) for column in columns))


def rows_of(work: Work, changes: Sequence[Change]) -> Rows:
    """Changes as rows."""
    reported = [change for change in changes if change.placed.points is None]
    return Rows(
        list({change.placed.target.unit_id for change in changes}),
        [new_line(work, change) for change in reported if change.known is None],
        [reported_row(work, change) for change in reported if change.known is not None],
        [awarded_row(work, change) for change in changes if change.placed.points is not None],
    )


def new_line(work: Work, change: Change) -> str:
    """A reported value that is the first of its leaf."""
    placed, (own, assessed) = change.placed, figures_of(work, change)
    given, taken = placed.given, placed.taken
    assert taken is not None  # noqa: S101  reported values are taken inputs
    return repository.copied_line(
        placed.target.unit_id, change.leaf.id, taken.text, given.sequence, given.observed_at, own, assessed
    )


def reported_row(work: Work, change: Change) -> ReportedRow:
    """A reported value as it is stored. Another value makes the verdict on it outdated, and has no note."""
    given, taken, figures = change.placed.given, change.placed.taken, figures_of(work, change)
    assert taken is not None  # noqa: S101  reported values are taken inputs
    known = change.known or AnswerRecord(change.leaf.id)
    return ReportedRow(
        change.placed.target.unit_id,
        change.leaf.id,
        taken.text,
        None if change.moves else known.note,
        given.sequence,
        given.observed_at,
        figures.own,
        figures.assessed,
        known.verdict is not None if change.moves else known.review_outdated,
    )


def awarded_row(work: Work, change: Change) -> AwardedRow:
    """Awarded points as they are stored: a reviewer's verdict, whatever was said before."""
    given = change.placed.given
    return AwardedRow(
        change.placed.target.unit_id,
        change.leaf.id,
        str(change.placed.points),
        given.sequence,
        given.observed_at,
        figures_of(work, change).assessed,
    )
