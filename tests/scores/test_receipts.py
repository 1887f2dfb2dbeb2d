"""Every node of every unit: what the receipt explains is what the scorecard shows, computed again by the oracle."""

from fractions import Fraction

import pytest

from tests.oracle import everything
from tests.oracle.agreement import receipts_agree
from tests.oracle.cohort import Entry, nodes, score, total
from tests.oracle.numbers import Json, exact
from tests.oracle.receipts import recomputed
from tests.oracle.service import PERIOD, Service

BASES = ("self", "assessed")


@pytest.fixture(scope="module")
async def service(shared_service: Service) -> Service:
    """Eight units that have answered every rule; B5 leaves pillar 1 out, E3 reports nothing of pillar 3."""
    await shared_service.stage(everything.DOCUMENT, everything.UNITS)
    for code, answers in REPORTED.items():
        await shared_service.report(code, answers)
    for code, leaf, body in everything.REVIEWS:
        await shared_service.review(code, leaf, body)
    return shared_service


def _reported(code: str, seat: int) -> Json:
    left_out = {"B5": "1.", "E3": "3."}.get(code, "none")
    return {leaf: inputs for leaf, inputs in everything.answers(seat).items() if not leaf.startswith(left_out)}


REPORTED = {code: _reported(code, seat) for seat, code in enumerate(everything.COMMUNES)}


@pytest.mark.parametrize("basis", BASES)
@pytest.mark.parametrize("unit", everything.COMMUNES)
async def test_the_points_of_every_rule_follow_from_the_receipt_alone(service: Service, unit: str, basis: str) -> None:
    checked = await receipts_agree(service, PERIOD, unit, basis)
    assert checked == [node["code"] for node in nodes(everything.DOCUMENT["indicators"])]


@pytest.mark.parametrize("basis", BASES)
async def test_the_scorecards_are_those_of_a_cohort_scored_anew_from_what_was_sent(
    service: Service, basis: str
) -> None:
    entries = {code: {leaf: Entry(inputs) for leaf, inputs in given.items()} for code, given in REPORTED.items()}
    for code, leaf, body in everything.REVIEWS:
        entries[code][leaf] = Entry(REPORTED[code].get(leaf), body)
    traits = {code: everything.TRAITS.get(code, []) for code in everything.COMMUNES}
    expected = score(everything.DOCUMENT, traits, entries, basis)
    for code in everything.COMMUNES:
        card = await service.scorecard(code, basis)
        assert {n["code"]: (n["points"], n["state"]) for n in card["indicators"]} == expected[code]
        assert card["points"] == total(everything.DOCUMENT, expected[code])


async def test_the_answers_of_this_module_bring_every_state_and_every_way_to_a_bound(service: Service) -> None:
    states, sources = set(), set()
    for code in everything.COMMUNES:
        for leaf in ("1.3.1", "2.1", "2.2", "2.3", "2.4", "2.5", "2.7", "2.8", "3.1", "3.2", "4.1"):
            receipt = await service.receipt(code, leaf, "assessed")
            states.add(receipt["state"])
            goalposts = (receipt["evaluation"] or {}).get("goalposts") or {}
            sources |= {bound["source"] for bound in goalposts.values()}
    assert states == {"not_reported", "reported", "undetermined", "exempt", "rejected", "awarded", "unscored"}
    assert sources == {"fixed", "cohort"}


async def test_a_receipt_names_the_rule_as_stored_the_citation_the_source_and_the_reason(service: Service) -> None:
    leaf = next(n for n in nodes(everything.DOCUMENT["indicators"]) if n["code"] == "1.4")
    receipt = await service.receipt("B1", "1.4", "assessed")
    assert receipt["rule"] == exact(str(leaf["rule"]).replace("'", '"'))
    framework = await service.get("/frameworks/moi-quy-tac/1")
    assert receipt["framework"]["content_hash"] == framework["content_hash"]
    assert (await service.receipt("E1", "2.7", "self"))["exemption"]["citation"] == "VII.2"
    assert (await service.receipt("B4", "3.1", "assessed"))["award"]["source"] == "Đã kiểm tra"
    assert (await service.receipt("B2", "2.1", "assessed"))["rejection"] == {"reason": "Đã kiểm tra"}


@pytest.mark.parametrize(("direction", "divisor"), [("lower", 3), ("higher", 11)])
async def test_equal_values_with_endless_decimals_explain_their_full_points(
    service: Service, direction: str, divisor: int
) -> None:
    """A receipt's figures and goalposts are those that were compared, digit for digit; a double lies beside them."""
    period = f"bang-nhau-{direction}"
    rule = everything.min_max("a / b", direction)
    document = everything.framework(period, everything.leaf("1", 10, rule, "a", "b"))
    await service.send("POST", "/frameworks", document, status=201)
    await service.send("POST", f"/frameworks/{period}/1/publish")
    await service.open_period(period, "P", "commune", f"{period}/1")
    for code in ("B1", "B2"):
        await service.report(code, {"1": {"a": 1, "b": divisor}}, period=period)
    receipt = await service.receipt("B1", "1", "self", period=period)
    assert receipt["points"] == 10
    assert recomputed(receipt) == ("reported", Fraction(10))
