"""Rules over a value alone: in proportion, in bands, or so many points for each."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, cast

from app.scoring.fields import distinct
from app.scoring.numbers import CONTEXT, ONE, ZERO, ratio
from app.scoring.rules.base import Setting, ValueRule
from app.scoring.rules.reading import read_common, read_value

_BELOW = ("rescaled", "unscaled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportional(ValueRule):
    """Full at `full_at`; below it v/full_at (`rescaled`) or v (`unscaled`: it jumps); 0 below `floor`."""

    full_at: Decimal
    below: Literal["rescaled", "unscaled"]
    floor: Decimal | None

    def raw_share(self, value: Decimal) -> Decimal:
        """Return 1 from `full_at` on, 0 below `floor`, else the proportion."""
        if value >= self.full_at:
            return ONE
        if self.floor is not None and value < self.floor:
            return ZERO
        return value if self.below == "unscaled" else ratio(value, self.full_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands(ValueRule):
    """The share of the highest `from` that the value reaches, 0 below all; `bands` stand highest first."""

    bands: tuple[tuple[Decimal, Decimal], ...]

    def raw_share(self, value: Decimal) -> Decimal:
        """Return the share of the band the value falls into."""
        for start, share in self.bands:
            if value >= start:
                return share
        return ZERO


@dataclass(frozen=True, slots=True, kw_only=True)
class PerItem(ValueRule):
    """So many points for each of a count, up to `max_points` (6.21; Vĩnh Long 8.8)."""

    points_each: Decimal

    def raw_share(self, value: Decimal) -> Decimal:
        """Return value x points_each / max_points."""
        return ratio(CONTEXT.multiply(value, self.points_each), self.max_points)


def read_proportional(setting: Setting) -> Proportional:
    """Read a `proportional`; `below` may be left out only where `full_at` is 1 and both say the same.

    The two decrees differ in nothing but `below` (7.1), so there is no default to fall into.
    """
    section = setting.section
    common = read_common(setting, "value", "full_at", "below", "floor")
    full_at = section.positive("full_at") if section.has("full_at") else ONE
    needs_below = full_at != ONE or section.has("below")
    below = section.one_of("below", _BELOW) if needs_below else "rescaled"
    floor = section.optional_number("floor")
    if floor is not None and floor > full_at:
        section.problem("floor", "floor_above_full_at", f"{floor} is above {full_at}")
    literal = cast("Literal['rescaled', 'unscaled']", below)
    return Proportional(**common, value=read_value(setting), full_at=full_at, below=literal, floor=floor)


def read_bands(setting: Setting) -> Bands:
    """Read `bands`: at least one, no `from` twice, shares in [0, 1]; their order in the document is free."""
    common = read_common(setting, "value", "bands")
    sections = setting.section.some("bands")
    for each in sections:
        each.only(("from", "share"))
    starts = [each.number("from") for each in sections]
    distinct(sections, "from", starts, "duplicate_band")
    bands = zip(starts, [each.share("share") for each in sections], strict=True)
    return Bands(**common, value=read_value(setting), bands=tuple(sorted(bands, reverse=True)))


def read_per_item(setting: Setting) -> PerItem:
    """Read a `per_item`; there must be points to share out."""
    common = read_common(setting, "value", "points_each")
    if setting.max_points <= ZERO:
        setting.section.problem("points_each", "no_points_to_share", "max_points is 0")
    return PerItem(**common, value=read_value(setting), points_each=setting.section.positive("points_each"))
