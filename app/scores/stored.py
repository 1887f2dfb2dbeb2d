"""From a stored answer to what the engine scores, on one basis."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from app.scoring import (
    Answer,
    Awarded,
    Exempt,
    ExemptionPolicy,
    Framework,
    Indicator,
    Rejected,
    Reported,
    cohort_values,
    exempted_by,
)

Basis = Literal["self", "assessed"]
BASES: tuple[Basis, ...] = ("self", "assessed")


class StoredAnswer(NamedTuple):
    """One leaf of one unit: what was reported and what a reviewer said of it (both may be missing)."""

    reported: Mapping[str, Any] | None = None
    verdict: str | None = None
    assessed: Mapping[str, Any] | None = None
    awarded: Decimal | None = None
    exemption: str | None = None
    reason: str | None = None

    @classmethod
    def read(
        cls,
        reported: Mapping[str, Any] | None,
        verdict: str | None,
        assessed: Mapping[str, Any] | None,
        awarded: Decimal | None,
        exemption: str | None,
        reason: str | None,
    ) -> "StoredAnswer":
        """A stored answer as its columns hold it, with its inputs in the engine's normal form again."""
        return cls(normal_form(reported), verdict, normal_form(assessed), awarded, exemption, reason)


def normal_form(value: Any) -> Any:
    """Inputs read out of JSON, where a whole number has lost its kind, as `check_inputs` made them: all Decimal."""
    if isinstance(value, int) and not isinstance(value, bool):
        return Decimal(value)
    if isinstance(value, dict):
        return {key: normal_form(item) for key, item in value.items()}
    return value


NOTHING = StoredAnswer()


def trait_exemptions(framework: Framework, traits: frozenset[str]) -> dict[str, ExemptionPolicy]:
    """The leaves from which a unit with these traits is exempt, by code (QĐ 2554/QĐ-UBND, VII.2 and VII.3)."""
    if not traits or not framework.exemptions:
        return {}
    found = {leaf.code: exempted_by(framework, leaf, traits) for leaf in framework.leaves}
    return {code: policy for code, policy in found.items() if policy is not None}


def granted_exemption(framework: Framework, code: str) -> ExemptionPolicy | None:
    """The policy of that code which a reviewer grants one by one (VII.4), or None."""
    return next((policy for policy in framework.exemptions if policy.code == code and policy.trait is None), None)


def answer_on(
    basis: Basis, framework: Framework, stored: StoredAnswer, by_trait: ExemptionPolicy | None = None
) -> Answer:
    """What the engine scores on `basis`.

    `self` is what the unit reported. `assessed` is the reviewer's word where there is one and the unit's otherwise.
    A unit's traits exempt it on both bases, unless a reviewer has assessed that very leaf.
    """
    if basis == "assessed" and stored.verdict is not None:
        assessed = assessed_answer(framework, stored)
        if assessed is not None:
            return assessed
    if by_trait is not None:
        return Exempt(by_trait)
    return Reported(stored.reported) if stored.reported is not None else None


def assessed_answer(framework: Framework, stored: StoredAnswer) -> Answer:
    """The reviewer's own word, or None where the verdict only agrees with what was reported."""
    if stored.exemption is not None:
        policy = granted_exemption(framework, stored.exemption)
        return Exempt(policy) if policy else None
    if stored.awarded is not None:
        return Awarded(stored.awarded, stored.reason or "")
    if stored.assessed is not None:
        return Reported(stored.assessed)
    if stored.verdict == "disagree" and stored.reported is not None:
        return Rejected(stored.reported, stored.reason or "")
    return None


def answers_on(
    basis: Basis,
    framework: Framework,
    stored: Mapping[str, StoredAnswer],
    exempt: Mapping[str, ExemptionPolicy],
) -> dict[str, Answer]:
    """Every leaf that has an answer on `basis`, by code."""
    codes = {*stored, *exempt} if exempt else stored
    return {
        code: answer
        for code in codes
        if (answer := answer_on(basis, framework, stored.get(code, NOTHING), exempt.get(code))) is not None
    }


def compared_values(
    framework: Framework, leaf: Indicator, traits: frozenset[str], stored: StoredAnswer
) -> dict[str, list[Decimal | None] | None]:
    """What a leaf of one unit gives to the cohort's figures, by column; null where it gives nothing."""
    if not leaf.slots:
        return {"self_values": None, "assessed_values": None}
    by_trait = exempted_by(framework, leaf, traits)
    own, assessed = (answer_on(basis, framework, stored, by_trait) for basis in BASES)
    values = list(cohort_values(leaf, own))
    return {
        "self_values": values,
        "assessed_values": values if assessed == own else list(cohort_values(leaf, assessed)),
    }
