"""The rules of leaves: one class per `type`, each reading its own fields, checking its own inputs, and
scoring.
"""

from collections.abc import Callable

from app.scoring.rules.base import Rule, Setting
from app.scoring.rules.comparisons import read_min_max, read_relative_to_best
from app.scoring.rules.entered import read_direct, read_unscored
from app.scoring.rules.parts import read_parts
from app.scoring.rules.picks import read_checklist, read_choice
from app.scoring.rules.scales import read_bands, read_per_item, read_proportional

_TYPES: dict[str, Callable[[Setting], Rule]] = {
    "choice": read_choice,
    "checklist": read_checklist,
    "proportional": read_proportional,
    "bands": read_bands,
    "per_item": read_per_item,
    "min_max": read_min_max,
    "relative_to_best": read_relative_to_best,
    "parts": lambda setting: read_parts(setting, read_rule),
    "direct": read_direct,
    "unscored": read_unscored,
}
RULE_TYPES = tuple(_TYPES)
__all__ = ["RULE_TYPES", "Rule", "Setting", "read_rule"]


def read_rule(setting: Setting) -> Rule:
    """Read one rule by its `type`; an unknown type is a problem, and a stand-in is returned."""
    kind = setting.section.value.get("type")
    if kind is None:
        setting.section.problem("type", "missing_field", "'type' is needed")
        return stand_in(setting)
    if not isinstance(kind, str) or kind not in _TYPES:
        setting.section.problem("type", "unknown_rule_type", f"one of {', '.join(RULE_TYPES)} is needed")
        return stand_in(setting)
    return _TYPES[kind](setting)


def stand_in(setting: Setting) -> Rule:
    """Return a rule that no compiled framework ever holds, so that reading can go on."""
    return Rule(
        type="",
        document=setting.section.value,
        declared=setting.declared,
        max_points=setting.max_points,
        gate=None,
        on_zero_denominator="undetermined",
    )
