"""Rules over a printed list: one option chosen, or several items checked."""

# ruff: noqa: ARG002 - a method takes what its sisters in other rules need

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from app.scoring.fields import Section, distinct
from app.scoring.numbers import clamped, total
from app.scoring.problems import Problem, child
from app.scoring.results import RuleResult
from app.scoring.rules.base import Reference, Rule, Setting
from app.scoring.rules.reading import read_common

_FIELDS = ("code", "label", "share")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Rule):
    """The share of the one option chosen (1.1, 1.4, 1.8)."""

    options: Mapping[str, Decimal]

    def own_inputs(self) -> tuple[str, ...]:
        """`choice`: the code of an option."""
        return ("choice",)

    def check_own(self, key: str, given: object, at: str, problems: list[Problem]) -> object:
        """Take the code of a known option: `unknown_choice` otherwise."""
        if not isinstance(given, str) or given not in self.options:
            problems.append(Problem(at, "unknown_choice", f"one of {', '.join(self.options)} is needed"))
        return given

    def measure(self, inputs: Mapping[str, Any], reference: Reference, path: str) -> RuleResult:
        """Return the option's share."""
        share = self.options[inputs["choice"]]
        return RuleResult(share, share)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checklist(Rule):
    """The shares of the checked items, added up to at most 1 (1.2, 6.1, 6.3, 6.17)."""

    items: Mapping[str, Decimal]

    def own_inputs(self) -> tuple[str, ...]:
        """`checked`: a list of codes of items, possibly empty."""
        return ("checked",)

    def check_own(self, key: str, given: object, at: str, problems: list[Problem]) -> object:
        """Take distinct codes of known items and put them in document order.

        Codes: `not_a_list`, `unknown_item`, `repeated_item`.
        """
        if not isinstance(given, list | tuple):
            problems.append(Problem(at, "not_a_list", "a list of codes is needed here"))
            return []
        seen: set[str] = set()
        for index, code in enumerate(given):
            if not isinstance(code, str) or code not in self.items:
                problems.append(Problem(child(at, index), "unknown_item", f"one of {', '.join(self.items)} is needed"))
                continue
            if code in seen:
                problems.append(Problem(child(at, index), "repeated_item", f"'{code}' is checked twice"))
            seen.add(code)
        return [code for code in self.items if code in seen]

    def measure(self, inputs: Mapping[str, Any], reference: Reference, path: str) -> RuleResult:
        """Add up the shares of what is checked."""
        raw = total([self.items[code] for code in inputs["checked"]])
        return RuleResult(clamped(raw), raw)


def read_choice(setting: Setting) -> Choice:
    """Read a `choice`: at least one option, distinct codes, shares in [0, 1]."""
    return Choice(**read_common(setting, "options"), options=_read_shares(setting.section, "options"))


def read_checklist(setting: Setting) -> Checklist:
    """Read a `checklist`: at least one item, distinct codes, shares in [0, 1]; their sum may exceed 1."""
    return Checklist(**read_common(setting, "items"), items=_read_shares(setting.section, "items"))


def _read_shares(section: Section, key: str) -> dict[str, Decimal]:
    sections = section.some(key)
    for each in sections:
        each.only(_FIELDS)
        each.optional_text("label")
    codes = [each.text("code") for each in sections]
    distinct(sections, "code", codes)
    return {code: each.share("share") for code, each in zip(codes, sections, strict=True)}
