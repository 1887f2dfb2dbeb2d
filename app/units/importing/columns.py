"""What the columns of a list mean: told by their headers, in Vietnamese or English, with or without marks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.kernel.bare import bare
from app.kernel.errors import InvalidError
from app.units.service.identifiers import ADMINISTRATIVE, FORMS, OLD_AGENCY

PLAIN = ("code", "name", "level", "parent", "traits", "valid_from", "valid_to", "ignore")
_SCHEME = re.compile(r"[a-z0-9][a-z0-9-]{0,63}")
_SPACES = re.compile(r"[\s_/.,()]+")


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a unit. `scheme` belongs to an identifier, or to a parent that is named by one."""

    name: str
    scheme: str | None = None

    @property
    def key(self) -> str:
        """As it is written: `name`, `identifier:mdvhc`."""
        return self.name if self.scheme is None else f"{self.name}:{self.scheme}"


_CODE = Field("code")
_HEADERS = {
    Field("name"): ("name", "unit name", "tên", "tên đơn vị", "tên cơ quan", "tên đơn vị hành chính"),
    Field("level"): ("level", "cấp", "cấp đơn vị", "cấp hành chính"),
    Field("parent"): (
        *("parent", "parent code", "đơn vị cha", "mã đơn vị cha", "cơ quan cấp trên", "đơn vị cấp trên"),
        *("trực thuộc", "mã định danh cấp trên"),
    ),
    Field("parent", ADMINISTRATIVE): ("mã tỉnh", "mã tỉnh thành phố", "mã tp"),
    Field("traits"): ("traits", "đặc thù", "trường hợp đặc thù"),
    Field("valid_from"): ("valid from", "hiệu lực từ", "ngày hiệu lực", "ngày có hiệu lực"),
    Field("valid_to"): ("valid to", "hết hiệu lực từ"),
    Field("identifier", ADMINISTRATIVE): ("mã đơn vị hành chính", "mã đvhc", "mã hành chính", "mdvhc"),
    Field("identifier", OLD_AGENCY): ("mã định danh cũ", "mã qcvn 102", "qcvn-102"),
    _CODE: ("code", "unit code"),
}
_KNOWN = {bare(header): field for field, headers in _HEADERS.items() for header in headers}
# Lists of both kinds have these headers: their values tell which code it is.
_ANY_CODE = {bare(text) for text in ("mã", "mã số", "mã đơn vị", "mã cơ quan", "mã định danh", "mã định danh điện tử")}
_LOST_ZEROS = re.compile(r"[0-9]{1,5}")


def parse_field(text: str) -> Field:
    """`name`, `identifier:mdvhc`, `parent:mdvhc`, … InvalidError `unknown_field`."""
    name, _, scheme = text.partition(":")
    if scheme and name in ("identifier", "parent") and _SCHEME.fullmatch(scheme):
        return Field(name, scheme)
    if not scheme and name in PLAIN:
        return Field(name)
    known = f"{', '.join(PLAIN)}, identifier:SCHEME and parent:SCHEME"
    raise InvalidError("unknown_field", f"'{text}' is no field of a unit. The fields are {known}.")


def assign(headers: Sequence[str], rows: Sequence[Sequence[str]], mapping: Mapping[str, Field]) -> dict[int, Field]:
    """The field of each column that has one; nothing when these headers do not make a list of units.

    InvalidError `column_not_found` for a mapped column that is not there, `column_repeated` for a field found twice.
    """
    mapped = {_plain(header): field for header, field in mapping.items()}
    fields: dict[int, Field] = {}
    for place, header in enumerate(headers):
        field = mapped.get(_plain(header)) or _recognised(header, [row[place] for row in rows if place < len(row)])
        if field is not None:
            fields[place] = field
    if not {"code", "identifier"} & {field.name for field in fields.values()} or len(fields) < 2:
        return {}
    plain = [_plain(header) for header in headers]
    for header in mapping:
        if _plain(header) not in plain:
            raise InvalidError("column_not_found", f"There is no column '{header}' to map.")
    used = {place: field for place, field in fields.items() if field.name != "ignore"}
    _refuse_repeated(headers, used)
    return used


def _recognised(header: str, values: Sequence[str]) -> Field | None:
    plain = _plain(header)
    if plain in _ANY_CODE:
        return _code_field([value for value in values if value])
    if plain in _KNOWN:
        return _KNOWN[plain]
    try:
        return parse_field(header.strip().lower())
    except InvalidError:
        return None


def _code_field(values: Sequence[str]) -> Field:
    """A column of codes: a mã định danh điện tử begins with a letter, an administrative code has digits only."""
    for form, scheme in ((_LOST_ZEROS, ADMINISTRATIVE), (FORMS[OLD_AGENCY][0], OLD_AGENCY)):
        if values and all(form.fullmatch(value) for value in values):
            return Field("identifier", scheme)
    return _CODE


def _refuse_repeated(headers: Sequence[str], fields: Mapping[int, Field]) -> None:
    found: dict[str, str] = {}
    for place, field in fields.items():
        name = "parent" if field.name == "parent" else field.key
        if name in found:
            detail = f"The columns '{found[name]}' and '{headers[place]}' both mean {name}: map one with --map."
            raise InvalidError("column_repeated", detail)
        found[name] = headers[place]


def _plain(header: str) -> str:
    return _SPACES.sub(" ", bare(header)).strip()
