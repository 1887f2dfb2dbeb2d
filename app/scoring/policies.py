"""What a framework says beside its tree: the grades, and who is exempt from what."""

from typing import Any, cast

from app.scoring.answers import ExemptionPolicy
from app.scoring.fields import Section, distinct
from app.scoring.tree import Grade, Indicator

_POLICIES = ("cohort_best", "full")


def read_grades(section: Section) -> tuple[Grade, ...]:
    """Read the grades: no code and no `from_share` twice."""
    sections = list(section.sections("grades"))
    grades = [Grade(each.text("code"), each.text("label"), each.share("from_share")) for each in sections]
    distinct(sections, "code", [each.code for each in grades])
    distinct(sections, "from_share", [each.from_share for each in grades], "duplicate_grade")
    return tuple(grades)


def read_exemptions(section: Section, leaves: tuple[Indicator, ...]) -> tuple[ExemptionPolicy, ...]:
    """Read the exemption policies; a tag that no leaf bears would exempt from nothing, in silence."""
    sections = list(section.sections("exemptions"))
    borne = frozenset(tag for leaf in leaves for tag in leaf.tags)
    policies = [_read_exemption(each, borne) for each in sections]
    distinct(sections, "code", [each.code for each in policies])
    return tuple(policies)


def _read_exemption(section: Section, borne: frozenset[str]) -> ExemptionPolicy:
    section.only(("code", "label", "trait", "tag", "policy", "citation"))
    trait, tag = section.optional_text("trait"), section.optional_text("tag")
    if trait is not None and tag is None:
        section.problem("tag", "missing_field", "a policy by trait names the tag of the leaves it is for")
    if tag is not None and tag not in borne:
        section.problem("tag", "unused_tag", f"no leaf bears the tag '{tag}'")
    policy = cast("Any", section.one_of("policy", _POLICIES))
    return ExemptionPolicy(section.text("code"), trait, tag, policy, section.text("citation"))
