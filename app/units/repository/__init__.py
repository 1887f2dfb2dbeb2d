"""All SQL of levels and units."""

from app.units.repository.identifiers import Bearer, bearer_sql, other_bearers, replace_identifiers
from app.units.repository.levels import (
    find_level,
    get_level,
    insert_level,
    list_levels,
    lock_level,
    page_levels,
    update_level,
)
from app.units.repository.reading import UnitRecord, UnitSelection, find_record, list_records
from app.units.repository.tree import SubtreeMember, is_within, leads_to, lock_tree, subtree
from app.units.repository.units import (
    advance_unit,
    called,
    delete_unit,
    find_unit,
    get_unit,
    insert_unit,
    insert_version,
    lock_unit,
    no_unit,
    today,
    update_version,
)

__all__ = [
    "Bearer",
    "SubtreeMember",
    "UnitRecord",
    "UnitSelection",
    "advance_unit",
    "bearer_sql",
    "called",
    "delete_unit",
    "find_level",
    "find_record",
    "find_unit",
    "get_level",
    "get_unit",
    "insert_level",
    "insert_unit",
    "insert_version",
    "is_within",
    "leads_to",
    "list_levels",
    "list_records",
    "lock_level",
    "lock_tree",
    "lock_unit",
    "no_unit",
    "other_bearers",
    "page_levels",
    "replace_identifiers",
    "subtree",
    "today",
    "update_level",
    "update_version",
]
