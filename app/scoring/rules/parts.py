"""A leaf made of parts, each with its own inputs and its own rule (3.5, 3.6, 6.2)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.scoring.fields import Section, distinct
from app.scoring.inputs import read_declarations
from app.scoring.numbers import CONTEXT, ONE, ZERO, clamped, held, total
from app.scoring.problems import Problem, child
from app.scoring.results import RuleResult
from app.scoring.rules.base import Read, Reference, Rule, Setting
from app.scoring.rules.reading import read_common

_CODE = re.compile(r"[0-9A-Za-z_][0-9A-Za-z_.-]{0,63}", re.ASCII)
_RESERVED = ("choice", "checked", "points")
_MAX_DEPTH = 8


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its share of the leaf's points, and its rule (which knows the part's inputs)."""

    code: str
    share: Decimal
    rule: Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts(Rule):
    """The sum of part.share x the share of the part's own rule; undetermined as soon as one part is."""

    parts: Mapping[str, Part]

    def slot_paths(self) -> tuple[str, ...]:
        """Return the parts' slots below their codes."""
        return tuple(join(part.code, slot) for part in self.parts.values() for slot in part.rule.slot_paths())

    def own_inputs(self) -> tuple[str, ...]:
        """One object of inputs under each part's code."""
        return tuple(self.parts)

    def check_own(self, key: str, given: object, at: str, problems: list[Problem]) -> object:
        """Check the inputs of one part."""
        return self.parts[key].rule.check(given, at, problems)

    def check_range(self, inputs: Mapping[str, Any], at: str, problems: list[Problem]) -> None:
        """Note values too large in any part."""
        if self.is_closed(inputs):
            return
        for code, part in self.parts.items():
            part.rule.check_range(inputs[code], child(at, code), problems)

    def measure(self, inputs: Mapping[str, Any], reference: Reference, path: str) -> RuleResult:
        """Score every part and add them up."""
        results = {
            code: part.rule.score(inputs[code], reference, join(path, code)) for code, part in self.parts.items()
        }
        weighted = [
            CONTEXT.multiply(self.parts[code].share, result.share)
            for code, result in results.items()
            if result.share is not None
        ]
        if len(weighted) < len(results):
            return RuleResult(None, parts=results)
        raw = held(total(weighted))
        return RuleResult(clamped(raw), raw, parts=results)

    def compare(self, inputs: Mapping[str, Any]) -> tuple[Decimal | None, ...]:
        """Return the values of the parts' slots, in slot order."""
        return tuple(value for code, part in self.parts.items() for value in part.rule.compared(inputs[code]))


def join(path: str, code: str) -> str:
    """Return the slot path of `code` below `path`."""
    return f"{path}/{code}" if path and code else path or code


def read_parts(setting: Setting, read: Read) -> Parts:
    """Read `parts`: distinct codes, shares that add up to 1 exactly; `read` reads a part's own rule."""
    common = read_common(setting, "parts")
    sections = setting.section.some("parts")
    if setting.depth >= _MAX_DEPTH:
        setting.section.problem("parts", "too_deep", f"parts within parts, more than {_MAX_DEPTH} deep")
        return Parts(**common, parts={})
    parts = [_read_part(setting, each, read) for each in sections]
    distinct(sections, "code", [part.code for part in parts])
    shares = total([part.share for part in parts])
    if parts and shares != ONE:
        setting.section.problem("parts", "shares_do_not_add_up", f"the shares of the parts add up to {shares}, not 1")
    return Parts(**common, parts={part.code: part for part in parts})


def _read_part(setting: Setting, section: Section, read: Read) -> Part:
    section.only(("code", "label", "share", "rule", "inputs"))
    section.optional_text("label")
    code, share = section.text("code"), section.share("share")
    if code and not _CODE.fullmatch(code):
        section.problem("code", "invalid_code", "ASCII letters, digits, _, . and -, 64 at most")
    if code in setting.declared or code in _RESERVED:
        section.problem("code", "reserved_name", f"'{code}' already names an input of the answer")
    if share == ZERO and section.has("share"):
        section.problem("share", "share_out_of_range", "a part has a share above 0")
    rule = section.section("rule")
    if not section.has("rule"):
        section.problem("rule", "missing_rule", "a part has a rule")
    if rule is None:
        rule = Section({"type": "direct"}, "", [])
    inner = Setting(rule, read_declarations(section), CONTEXT.multiply(setting.max_points, share), setting.depth + 1)
    return Part(code, share, read(inner))
