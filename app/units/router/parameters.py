"""What routes below a unit take."""

from typing import Annotated

from fastapi import Path, Query

from app.units.schemas import Scheme, UnitKey

UnitPath = Annotated[
    UnitKey, Path(description="Code of a unit, or its identifier under `unit_scheme`", examples=["H61"])
]
UnitScheme = Annotated[Scheme, Query()]
