"""The rules of identifiers: their forms, and that one names one unit on any day."""

import re
from collections.abc import Iterator, Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.clients.client import Client
from app.kernel.errors import ConflictError, FieldError
from app.units import repository
from app.units.repository import Bearer
from app.units.schemas import Identifier

ADMINISTRATIVE = "mdvhc"
AGENCY = "mddt"
OLD_AGENCY = "qcvn-102"
PLACEHOLDER = "placeholder"

# Schemes that are not here are the installation's own, and of any form.
FORMS = {
    ADMINISTRATIVE: (
        re.compile(r"[0-9]{2}|[0-9]{3}|[0-9]{5}"),
        "A mã đơn vị hành chính has 2 digits (province), 3 (district) or 5 (commune; QĐ 124/2004/QĐ-TTg).",
    ),
    AGENCY: (
        re.compile(r"(?=.{1,35}$)[A-Z][0-9A-Z]{2}(\.[0-9A-Z]+)*"),
        "A mã định danh điện tử is such as H61 or H61.15.2, at most 35 long (QĐ 20/2020/QĐ-TTg).",
    ),
    OLD_AGENCY: (
        re.compile(r"[0-9]{3}\.[0-9]{2}\.[0-9]{2}\.[A-Z][0-9]{2}"),
        "An agency code of QCVN 102:2016/BTTTT is such as 000.00.15.H51.",
    ),
}


def check_forms(identifiers: Sequence[Identifier]) -> Iterator[FieldError]:
    """What is wrong with the form of identifiers of the known schemes."""
    for index, item in enumerate(identifiers):
        form = FORMS.get(item.scheme)
        if form is not None and not form[0].fullmatch(item.value):
            detail = f"'{item.value}' is no identifier of '{item.scheme}'. {form[1]}"
            yield FieldError(f"/identifiers/{index}/value", "invalid_identifier", detail)


async def refuse_borne(session: AsyncSession, client: Client, unit_id: int, identifiers: Sequence[Identifier]) -> None:
    """ConflictError `identifier_in_use` while another unit bears one of them on a day on which this unit is valid.

    So an identifier passes on by itself to a unit that begins when its bearer has ended.
    """
    taken = {(bearer.scheme, bearer.value): bearer for bearer in await repository.other_bearers(session, unit_id)}
    if not taken:
        return
    errors = [
        FieldError(f"/identifiers/{index}", "identifier_in_use", await _borne(session, client, bearer))
        for index, item in enumerate(identifiers)
        if (bearer := taken.get((item.scheme, item.value))) is not None
    ]
    raise ConflictError("identifier_in_use", " ".join(error.detail for error in errors), errors)


async def _borne(session: AsyncSession, client: Client, bearer: Bearer) -> str:
    # A client with bounds is told of no unit that it may not see.
    shown = client.unit is None or await repository.is_within(session, bearer.unit_id, client.unit, None)
    return borne(bearer.scheme, bearer.value, f"'{bearer.code}'" if shown else None)


def borne(scheme: str, value: str, code: str | None) -> str:
    """The sentence that says who bears an identifier; None for a unit that is not to be named."""
    bearer = "Another unit" if code is None else f"Unit {code}"
    return f"{bearer} bears {scheme} {value}, and has not ended when this unit begins."
