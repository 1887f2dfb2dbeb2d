"""A receipt's points computed again from the receipt alone, by nothing that the service is made of."""

from fractions import Fraction

from tests.oracle.numbers import Json, half_even, half_up, number
from tests.oracle.shares import Figures, Surroundings, share_of

POINT_DECIMALS = 6


def recomputed(receipt: Json) -> tuple[str | None, Fraction]:
    """State and points that follow from a receipt read by `exact`."""
    if receipt["sum_of"] is not None:
        return None, sum((number(child["points"]) for child in receipt["sum_of"]), Fraction(0))
    max_points = number(receipt["indicator"]["max_points"])
    if receipt["award"] is not None:
        return "awarded", number(receipt["award"]["points"])
    if receipt["exemption"] is not None:
        return "exempt", _of_exemption(receipt["exemption"], max_points)
    return _of_answer(receipt, max_points)


def _of_answer(receipt: Json, max_points: Fraction) -> tuple[str, Fraction]:
    if receipt["rule"]["type"] == "unscored":
        return "unscored", Fraction(0)
    if receipt["rejection"] is not None:
        return "rejected", Fraction(0)
    if receipt["inputs"] is None:
        return "not_reported", Fraction(0)
    around = Surroundings(dict(_figures(receipt["evaluation"])), receipt["benchmark"] or {})
    share = share_of(receipt["rule"], receipt["inputs"], max_points, around)
    return ("undetermined", Fraction(0)) if share is None else ("reported", points_of(share, max_points))


def points_of(share: Fraction, max_points: Fraction) -> Fraction:
    """Points to 6 decimals."""
    return half_up(half_even(share * max_points, 18), POINT_DECIMALS)


def _of_exemption(exemption: Json, max_points: Fraction) -> Fraction:
    if exemption["policy"] == "full":
        return max_points
    return Fraction(0) if exemption["best_points"] is None else number(exemption["best_points"])


def _figures(evaluation: Json, at: str = "") -> list[tuple[str, Figures]]:
    """The cohort's figures by path of parts."""
    found = []
    given = evaluation.get("figures")
    if given is not None:
        low, high = (None if given[side] is None else number(given[side]) for side in ("min", "max"))
        found.append((at, Figures(given["n"], low, high)))
    for code, part in (evaluation.get("parts") or {}).items():
        found += _figures(part["evaluation"], f"{at}/{code}".lstrip("/"))
    return found
