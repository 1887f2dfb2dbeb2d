"""All SQL of the pushes."""

from app.pushes.repository.reconciliation import ReconciledRow, StoredValue, list_reconciled, list_values
from app.pushes.repository.values import (
    AwardedRow,
    ReportedRow,
    Target,
    UnitState,
    count_units,
    list_answers,
    list_records,
    list_targets,
    list_units,
    touch,
    upsert_awarded,
    upsert_reported,
)

__all__ = [
    "AwardedRow",
    "ReconciledRow",
    "ReportedRow",
    "StoredValue",
    "Target",
    "UnitState",
    "count_units",
    "list_answers",
    "list_reconciled",
    "list_records",
    "list_targets",
    "list_units",
    "list_values",
    "touch",
    "upsert_awarded",
    "upsert_reported",
]
