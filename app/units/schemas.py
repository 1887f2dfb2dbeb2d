import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, ValidationInfo
from pydantic_core import PydanticCustomError

from app.kernel.schema import Code, Date, Distinct, Name, Schema, UnitCode, Whole

Trait = Annotated[Code, Field(description="What exemptions ask for", examples=["no-online-public-services"])]
IdentifierValue = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.\-]{1,64}$")]
ValidTo = Annotated[
    Date | None,
    Field(description="EXCLUSIVE: the first day on which it is no longer valid; null: no end is known"),
]
Seen = Annotated[
    Annotated[int, Field(ge=1), Whole] | None,
    Field(description="May be sent back as it was read: 412 when it is no longer the current one"),
]

_UNIT_CODE = re.compile(r"[0-9A-Z.]{1,35}")
UnitKey = Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z.\-]{1,64}$")]
Scheme = Annotated[
    Code | None,
    Field(description="Name units by this scheme's identifiers, not their codes", examples=["mdvhc"]),
]


def _code_or_identifier(name: str | None, info: ValidationInfo) -> str | None:
    if name is not None and info.data.get("unit_scheme", "") is None and not _UNIT_CODE.fullmatch(name):
        raise PydanticCustomError("unit_code_form", "Must be a unit's code, or an identifier under `unit_scheme`")
    return name


Within = Annotated[
    UnitKey | None,
    AfterValidator(_code_or_identifier),
    Field(description="Only this unit and all below it, named by its code or under `unit_scheme`"),
]
"""A filter by subtree. `unit_scheme` is declared before it: without one only codes are names."""


class LevelValues(Schema):
    title: Name
    ordinal: Annotated[int, Field(ge=0, le=1_000_000), Whole] = Field(
        description="Levels are listed by it, the highest body first"
    )
    valid_from: Date | None = Field(None, description="The first day on which it is valid; null: since ever")
    valid_to: ValidTo = None


class LevelCreate(LevelValues):
    """A new level."""

    code: Code


class LevelReplace(LevelValues):
    """All values of a level. What is left out becomes null."""

    code: Code | None = Field(None, description="The path's code, or left out: a code never changes")
    revision: Seen = None


class Level(Schema):
    """A level of administration. The district level, for one, ended on 1 July 2025."""

    code: Code
    title: Name
    ordinal: int
    valid_from: Date | None
    valid_to: ValidTo
    revision: int


class Identifier(Schema):
    """Another name of a unit. On any day a value of a scheme names one unit; it passes on when its bearer has ended.

    Known schemes, whose forms are checked: `mdvhc` (mã đơn vị hành chính of 2, 3 or 5 digits), `mddt` (mã định danh
    điện tử, QĐ 20/2020/QĐ-TTg) and `qcvn-102` (agency code of QCVN 102:2016/BTTTT, such as 000.00.15.H51).
    """

    scheme: Code = Field(examples=["mdvhc"])
    value: IdentifierValue = Field(examples=["86"])


class UnitValues(Schema):
    name: Name
    level: Code
    parent: UnitCode | None = Field(None, description="Code of the unit right above; null: none is")
    traits: Distinct[Trait] = Field(default_factory=list, max_length=100)
    identifiers: Distinct[Identifier] = Field(default_factory=list, max_length=100)
    valid_to: ValidTo = None


class UnitCreate(UnitValues):
    """A new unit."""

    code: UnitCode
    valid_from: Date | None = Field(
        None, description="The first day on which it is valid; left out: today, by the database's calendar"
    )


class UnitReplace(UnitValues):
    """All values of a unit's version. What is left out takes its default, but for `valid_from`."""

    code: UnitCode | None = Field(None, description="The unit's code, or left out: a code never changes")
    valid_from: Date | None = Field(
        None, description="The first day on which it is valid; left out: as it was, or today for a new unit"
    )
    revision: Seen = None


class Unit(Schema):
    """A body that is assessed or stands above such bodies, as it is from `valid_from` until `valid_to`."""

    code: UnitCode
    name: Name
    level: Code
    parent: UnitCode | None = Field(description="Code of the unit right above; null: none is")
    traits: list[Trait]
    identifiers: list[Identifier] = Field(description="By scheme and value")
    valid_from: Date
    valid_to: ValidTo
    revision: int


class UnitFilter(BaseModel):
    # Other parameters of the route pass through here too: unknown ones are refused for all routes at once.
    model_config = ConfigDict(frozen=True, extra="ignore")

    level: Code | None = Field(None, description="Only units of this level. 404 when there is no such level")
    within: UnitKey | None = Field(None, description="Only this unit and all below it. 404 when there is no such unit")
    valid_on: Date | None = Field(
        None,
        description="Only units valid on that day, as they were then. Left out: every unit, as it is today "
        "or, when it has ended or not yet begun, as its latest version says",
    )
    unit_scheme: Scheme = None
    q: Name | None = Field(None, description="Part of the name; capitals and Vietnamese marks make no difference")
