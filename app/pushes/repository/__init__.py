"""All SQL of the pushes."""

from app.pushes.repository.copying import copied_line, copy_reported
from app.pushes.repository.reconciliation import ReconciledRow, StoredValue, list_reconciled, list_values
from app.pushes.repository.standings import Named, Standings, list_names, read_standings
from app.pushes.repository.values import (
    AwardedRow,
    ReportedRow,
    Target,
    UnitState,
    allow_pauses,
    count_units,
    list_answers,
    list_records,
    list_targets,
    list_units,
    slices,
    touch,
    upsert_awarded,
    upsert_reported,
)

__all__ = [
    "AwardedRow",
    "Named",
    "ReconciledRow",
    "ReportedRow",
    "Standings",
    "StoredValue",
    "Target",
    "UnitState",
    "allow_pauses",
    "copied_line",
    "copy_reported",
    "count_units",
    "list_answers",
    "list_names",
    "list_reconciled",
    "list_records",
    "list_targets",
    "list_units",
    "list_values",
    "read_standings",
    "slices",
    "touch",
    "upsert_awarded",
    "upsert_reported",
]
