"""The communes of a province from the package `vietnam-provinces`, where somebody has installed it.

It is under the GPL: named by an extra, imported only here and only when asked for, never needed to run.
"""

from datetime import date
from importlib import import_module

from app.kernel.errors import InvalidError, NotFoundError
from app.units.importing.columns import Field
from app.units.importing.table import Row, Table
from app.units.service.identifiers import ADMINISTRATIVE

BEGAN = date(2025, 7, 1)
"""The first day of the communes that the package lists (Nghị quyết 202/2025/QH15 and those beside it)."""


class MissingListError(InvalidError):
    """`provinces_not_installed`."""

    def __init__(self) -> None:
        detail = (
            "The list of places is the package vietnam-provinces, which is not installed: "
            'pip install "dti[provinces]" (it is under the GPL, so it never comes by itself).'
        )
        super().__init__("provinces_not_installed", detail)


def list_communes(province: str, parent: str | None) -> Table:
    """The communes of the province with this 2-digit administrative code, as a list to import.

    They stand below the unit with the code `parent`; if None, below the one that bears the province's code. Names are
    those of the bodies, as the seeds have them: Ủy ban nhân dân phường Long Châu. MissingListError; NotFoundError
    `province_not_found`.
    """
    try:
        places = import_module("vietnam_provinces")
    except ModuleNotFoundError:
        raise MissingListError from None
    found = [item for item in places.Province.iter_all() if f"{int(item.code):02}" == province]
    if not found:
        raise NotFoundError("province_not_found", f"The package vietnam-provinces has no province '{province}'.")
    fields = {0: Field("identifier", ADMINISTRATIVE), 1: Field("name")}
    headers = ["Mã đơn vị hành chính", "Tên"]
    if parent is None:
        fields[2] = Field("parent", ADMINISTRATIVE)
        headers.append("Mã tỉnh")
    communes = sorted(places.Ward.iter_by_province(found[0].code), key=lambda ward: int(ward.code))
    rows = [
        Row(number, [f"{int(ward.code):05}", _body(ward.name), province])
        for number, ward in enumerate(communes, start=1)
    ]
    source = f"vietnam-provinces {places.__version__} ({found[0].name})"
    return Table(source, headers, fields, [], rows)


def _body(place: str) -> str:
    return f"Ủy ban nhân dân {place[:1].lower()}{place[1:]}"
