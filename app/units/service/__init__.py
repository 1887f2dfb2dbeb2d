"""Reading and writing levels, units and their reorganisations within a client's bounds. Nothing here commits."""

from app.units.service.history import read_history
from app.units.service.levels import create_level, list_levels, put_level
from app.units.service.naming import code_of
from app.units.service.reorganisations import reorganise
from app.units.service.units import create_unit, delete_unit, list_units, put_unit, read_unit

__all__ = [
    "code_of",
    "create_level",
    "create_unit",
    "delete_unit",
    "list_levels",
    "list_units",
    "put_level",
    "put_unit",
    "read_history",
    "read_unit",
    "reorganise",
]
