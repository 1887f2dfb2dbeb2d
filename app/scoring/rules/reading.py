"""Fields that rules of several families share."""

from typing import Any, cast

from app.scoring.expressions import NO_EXPRESSION, Expression, compile_expression
from app.scoring.inputs import booleans, numeric
from app.scoring.problems import ExpressionError
from app.scoring.rules.base import COMMON_FIELDS, OnZero, Setting

_ON_ZERO = ("undetermined", "zero", "full")


def read_common(setting: Setting, *fields: str) -> dict[str, Any]:
    """Return what every rule has, as keyword arguments; `fields` are the further fields this type knows."""
    section = setting.section
    section.only(COMMON_FIELDS + fields)
    return {
        "type": section.text("type"),
        "document": section.value,
        "declared": setting.declared,
        "max_points": setting.max_points,
        "gate": _read_gate(setting),
        "on_zero_denominator": _read_on_zero(setting),
    }


def _read_gate(setting: Setting) -> str | None:
    gate = setting.section.optional_text("gate")
    if gate is not None and gate not in booleans(setting.declared):
        setting.section.problem("gate", "gate_not_boolean", f"'{gate}' is not a declared boolean input")
    return gate


def _read_on_zero(setting: Setting) -> OnZero:
    if not setting.section.has("on_zero_denominator"):
        return "undetermined"
    return cast("OnZero", setting.section.one_of("on_zero_denominator", _ON_ZERO))


def read_value(setting: Setting) -> Expression:
    """Compile the `value` of a rule over its declared numbers."""
    text = setting.section.text("value")
    if not text:
        return NO_EXPRESSION
    try:
        return compile_expression(text, numeric(setting.declared), booleans(setting.declared))
    except ExpressionError as error:
        setting.section.problem("value", error.code, error.detail)
        return NO_EXPRESSION
