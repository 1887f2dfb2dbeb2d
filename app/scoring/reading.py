"""Read a framework document: compile every rule, and refuse the whole with all its problems at once."""

import copy
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from app.scoring.examples import Example, read_examples
from app.scoring.fields import Section
from app.scoring.inputs import Validation, read_declarations, read_validations
from app.scoring.numbers import total
from app.scoring.outline import Node, outline
from app.scoring.policies import read_exemptions, read_grades
from app.scoring.problems import DocumentError, Problem
from app.scoring.rules import Rule, Setting, read_rule
from app.scoring.tree import Framework, Indicator

_MAX_DECIMALS = 6
_DEFAULT_DECIMALS = 2


def read_framework(document: Mapping[str, Any]) -> Framework:
    """Compile a framework document (parsed JSON; numbers int, float or Decimal).

    Raises DocumentError with every problem. Fields that say nothing about points (`decision`, `lead_agency`,
    …) are left to whoever stores the document.
    """
    problems: list[Problem] = []
    section = Section(document, "", problems)
    nodes = outline(section)
    indicators = tuple(_read_node(node) for node in nodes)
    _check_sums(section, nodes)
    leaves = tuple(each for each in indicators if each.is_leaf)
    framework = Framework(
        code=section.text("code"),
        version=_read_version(section),
        title=section.text("title"),
        level=section.text("level"),
        max_points=section.points("max_points"),
        decimals=_read_decimals(section),
        grades=read_grades(section),
        exemptions=read_exemptions(section, leaves),
        indicators=indicators,
        by_code={each.code: each for each in indicators},
        leaves=leaves,
        pillars=tuple(each for each in indicators if each.parent is None),
        sums=tuple((node.ordinal, tuple(child.ordinal for child in node.children)) for node in nodes if node.children)[
            ::-1
        ],
    )
    if problems:
        raise DocumentError(problems)
    return framework


def read_indicator(document: Mapping[str, Any]) -> Indicator:
    """Compile one leaf alone; `code` and `title` may be left out. Raises DocumentError with every problem."""
    problems: list[Problem] = []
    section = Section(document, "", problems)
    if section.holds("children"):
        section.problem("children", "children_not_allowed", "one leaf alone is read here")
    code = section.optional_text("code") or ""
    title = section.optional_text("title") or ""
    indicator = _read_leaf(Node(section, code, title, section.points("max_points"), None, 0))
    if problems:
        raise DocumentError(problems)
    return indicator


def _read_node(node: Node) -> Indicator:
    if not node.section.holds("children"):
        return _read_leaf(node)
    if node.section.has("rule"):
        node.section.problem("rule", "rule_on_inner_node", "only leaves are answered; this one is a sum")
    for key in ("inputs", "validations", "examples"):
        if node.section.holds(key):
            node.section.problem(key, f"{key}_on_inner_node", "only leaves are answered; this one is a sum")
    return _indicator(node, None)


def _read_leaf(node: Node) -> Indicator:
    section = node.section
    declared = read_declarations(section)
    validations = read_validations(section, declared)
    examples = read_examples(section, node.max_points)
    if not section.has("rule"):
        section.problem("rule", "missing_rule", "a leaf has a rule")
    found = section.section("rule")
    if found is None:
        return _indicator(node, None)
    # A copy: whoever handed the document over may change it, and a receipt shows the rule as it was read.
    stored = Section(copy.deepcopy(found.value), found.pointer, found.problems)
    rule = read_rule(Setting(stored, declared, node.max_points))
    return _indicator(node, rule, validations, examples)


def _indicator(
    node: Node, rule: Rule | None, validations: tuple[Validation, ...] = (), examples: tuple[Example, ...] = ()
) -> Indicator:
    slots = rule.slot_paths() if rule else ()
    return Indicator(
        code=node.code,
        title=node.title,
        ordinal=node.ordinal,
        parent=node.parent.code if node.parent else None,
        depth=len(node.path),
        pillar=node.pillar,
        path=node.path,
        children=tuple(child.code for child in node.children),
        is_leaf=not node.children,
        max_points=node.max_points,
        method=node.section.optional_text("method"),
        rule=rule,
        inputs=rule.declared if rule else {},
        validations=validations,
        tags=_read_tags(node.section),
        examples=examples,
        slots=slots,
        scope="cohort" if slots else "unit",
    )


def _read_tags(section: Section) -> frozenset[str]:
    tags = section.items("tags")
    if not all(isinstance(tag, str) and tag.strip() for tag in tags):
        section.problem("tags", "wrong_type", "tags are texts that are not blank")
        return frozenset()
    return frozenset(tags)


def _check_sums(framework: Section, nodes: list[Node]) -> None:
    """The children's points add up to the parent's, and the pillars' to the framework's."""
    pillars = [node for node in nodes if node.parent is None]
    if framework.has("max_points") and framework.has("indicators"):
        points = Section(framework.value, "", []).points("max_points")
        _check_sum(framework, f"the framework '{framework.value.get('code')}'", points, pillars, "its pillars")
    for node in nodes:
        if node.children:
            _check_sum(node.section, f"'{node.code}'", node.max_points, node.children, "its children")


def _check_sum(section: Section, name: str, points: Decimal, below: list[Node], whose: str) -> None:
    if not all(node.section.has("max_points") for node in below) or not section.has("max_points"):
        return
    found = total([node.max_points for node in below])
    if found != points:
        detail = f"{name} has {points:f} points, {whose} add up to {found:f}"
        section.problem("max_points", "points_do_not_add_up", detail)


def _read_version(section: Section) -> int:
    problems = len(section.problems)
    version = section.integer("version")
    if version < 1 and len(section.problems) == problems:
        section.problem("version", "version_below_one", "versions count from 1")
    return version


def _read_decimals(section: Section) -> int:
    if not section.has("decimals"):
        return _DEFAULT_DECIMALS
    decimals = section.integer("decimals")
    if not 0 <= decimals <= _MAX_DECIMALS:
        section.problem("decimals", "decimals_out_of_range", f"0 to {_MAX_DECIMALS} decimals can be shown")
    return decimals
