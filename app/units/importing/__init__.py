"""Import of the official lists of units: files or the optional list of places, checked whole, written whole."""

from app.units.importing.columns import Field, parse_field
from app.units.importing.drafts import Defaults
from app.units.importing.files import read_table
from app.units.importing.places import BEGAN, MissingListError, list_communes
from app.units.importing.report import Report
from app.units.importing.service import import_units
from app.units.importing.table import Table

__all__ = [
    "BEGAN",
    "Defaults",
    "Field",
    "MissingListError",
    "Report",
    "Table",
    "import_units",
    "list_communes",
    "parse_field",
    "read_table",
]
