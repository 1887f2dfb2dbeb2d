"""A cohort whose scores hang together in every way, and the writes that move it, kept beside what the service holds."""

import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from app.periods.cohorts import list_cohorts
from app.scores.rebuild import rebuild
from tests.oracle import everything as e
from tests.oracle.cohort import Entry, score, total
from tests.oracle.numbers import Json
from tests.oracle.service import Service, unit
from tests.oracle.undone import undone

_TWO_SLOTS: Json = {
    "type": "parts",
    "parts": [e.part("p", 0.5, e.min_max("a / b"), "a", "b"), e.part("q", 0.5, e.best(), "a")],
}
DOCUMENT = e.framework(
    "lam-moi",
    e.node(
        "1",
        e.leaf("higher", 10, e.min_max(), "a", tags=["online"]),
        e.leaf("lower", 10, e.min_max(direction="lower"), "a", tags=["below"]),
        e.node("1.1", e.leaf("best", 7, e.best(), "a", tags=["online"]), e.leaf("parts", 9, _TWO_SLOTS)),
    ),
    e.node(
        "2",
        e.leaf("half-fixed", 10, e.min_max(bounds={"min": 1}), "a"),
        e.leaf("gated", 6, e.best("a / b", gate="open", on_zero_denominator="full"), "a", "b", "open:boolean"),
        e.leaf("ratio", 8, e.ratio(), "a", "b", tags=["online"]),
        e.leaf("direct", 5, e.DIRECT, tags=["below"]),
    ),
    exemptions=[
        {"code": "vii-2", "trait": "no-online", "tag": "online", "policy": "cohort_best", "citation": "VII.2"},
        {"code": "vii-3", "trait": "no-below", "tag": "below", "policy": "cohort_best", "citation": "VII.3"},
        {"code": "best", "policy": "cohort_best", "citation": "VII.4"},
        {"code": "full", "policy": "full", "citation": "VII.4"},
    ],
)
LEAVES = {"higher": 10, "lower": 10, "best": 7, "parts": 9, "half-fixed": 10, "gated": 6, "ratio": 8, "direct": 5}
PLAIN = tuple(f"C{number}" for number in range(7))
TRAITS: dict[str, list[str]] = {
    **{code: [] for code in PLAIN},
    "X1": ["no-online"],
    "X2": ["no-below"],
    "X3": ["no-online", "no-below"],
}
UNITS = [unit("P", "province"), *(unit(code, parent="P", traits=traits) for code, traits in TRAITS.items())]


@dataclass
class Kept:
    """What was sent to the service, and the checks that it holds the scores that follow from it."""

    service: Service
    period: str
    entries: dict[str, dict[str, Entry]] = field(default_factory=lambda: {code: {} for code in TRAITS})
    traits: dict[str, list[str]] = field(default_factory=lambda: dict(TRAITS))
    benchmarks: dict[str, Json] = field(default_factory=dict)

    async def put(self, code: str, answers: Json) -> None:
        await self.service.report(code, answers, period=self.period)
        for leaf in {*self.entries[code], *answers}:
            self._keep(code, leaf, reported=answers.get(leaf))

    async def patch(self, code: str, answers: Json) -> None:
        await self.service.report(code, answers, method="PATCH", period=self.period)
        for leaf, inputs in answers.items():
            self._keep(code, leaf, reported=inputs)

    async def review(self, code: str, leaf: str, **body: Any) -> None:
        await self.service.review(code, leaf, body, period=self.period)
        self._keep(code, leaf, review=body)

    async def hand_in_and_get_back(self, code: str) -> None:
        await self.service.send("POST", f"/submissions/{self.period}/{code}/submit")
        await self.service.send("POST", f"/submissions/{self.period}/{code}/return", {"reason": "Cần làm rõ"})

    def reported(self, code: str, leaf: str) -> bool:
        return self.entries[code].get(leaf, Entry()).reported is not None

    async def check(self, at: str) -> None:
        """Fail unless the incremental path, a rebuild and the oracle all say the same."""
        assert await differences(self.service, self.period, len(self.traits)) == [], at
        for basis in ("self", "assessed"):
            expected = score(DOCUMENT, self.traits, self.entries, basis, self.benchmarks)
            for code in self.traits:
                card = await self.service.scorecard(code, basis, period=self.period)
                found = {node["code"]: (node["points"], node["state"]) for node in card["indicators"]}
                assert found == expected[code], f"{at}: {code} {basis}"
                assert card["points"] == total(DOCUMENT, expected[code]), f"{at}: {code} {basis}"

    def _keep(self, code: str, leaf: str, **changes: Any) -> None:
        self.entries[code][leaf] = replace(self.entries[code].get(leaf, Entry()), **changes)


async def differences(service: Service, period: str, units: int = len(TRAITS)) -> list[str]:
    """What a rebuild would put right; nothing is kept of it."""
    async with undone(service.app.state.database) as session:
        reports = [await rebuild(session, cohort) for cohort in await list_cohorts(session, period)]
    assert sum(report.units for report in reports) == units
    return [difference for report in reports for difference in report.differences]


def inputs_of(leaf: str, chance: random.Random) -> Json:
    """An answer from few values, so that ties, zeros and zero denominators are frequent."""
    a, b = chance.choice([0, 0, 1, 1, 2, 3.5, 7]), chance.choice([0, 1, 3])
    if leaf == "direct":
        return {"points": chance.choice([0, 1.25, 5])}
    if leaf == "parts":
        return {"p": {"a": a, "b": b}, "q": {"a": chance.choice([0, 1, 2])}}
    named = {"a": a, "b": b, "open": chance.random() < 0.7}
    return {name: named[name] for name in {"gated": ("a", "b", "open"), "ratio": ("a", "b")}.get(leaf, ("a",))}


async def random_step(kept: Kept, chance: random.Random) -> str:
    """One write of any kind; what it was."""
    verb = chance.choice([_put, _patch, _patch, _withdraw, _judge, _adjust, _award, _exempt, _hand_in])
    code, leaf = chance.choice(list(kept.traits)), chance.choice(list(LEAVES))
    await verb(kept, code, leaf, chance)
    return f"{verb.__name__} {code} {leaf}"


async def _put(kept: Kept, code: str, leaf: str, chance: random.Random) -> None:
    named = chance.sample(list(LEAVES), chance.randint(0, len(LEAVES)))
    await kept.put(code, {name: inputs_of(name, chance) for name in named})


async def _patch(kept: Kept, code: str, leaf: str, chance: random.Random) -> None:
    other = chance.choice(list(LEAVES))
    await kept.patch(code, {leaf: inputs_of(leaf, chance), other: inputs_of(other, chance)})


async def _withdraw(kept: Kept, code: str, leaf: str, chance: random.Random) -> None:
    await kept.patch(code, {leaf: None})


async def _judge(kept: Kept, code: str, leaf: str, chance: random.Random) -> None:
    if kept.reported(code, leaf):
        await kept.review(code, leaf, verdict=chance.choice(["agree", "disagree"]))


async def _adjust(kept: Kept, code: str, leaf: str, chance: random.Random) -> None:
    await kept.review(code, leaf, verdict="adjust", inputs=inputs_of(leaf, chance))


async def _award(kept: Kept, code: str, leaf: str, chance: random.Random) -> None:
    await kept.review(code, leaf, verdict="adjust", points=chance.choice([0, 2.5, LEAVES[leaf]]))


async def _exempt(kept: Kept, code: str, leaf: str, chance: random.Random) -> None:
    await kept.review(code, leaf, verdict="exempt", exemption=chance.choice(["best", "best", "full"]))


async def _hand_in(kept: Kept, code: str, leaf: str, chance: random.Random) -> None:
    await kept.hand_in_and_get_back(code)


Step = Callable[[Kept], Awaitable[None]]


def reports(leaf: str, values: Iterable[tuple[str, float | None]]) -> list[Step]:
    """One write for each unit and value of a leaf of one input; None withdraws."""
    return [_report(code, leaf, value) for code, value in values]


def _report(code: str, leaf: str, value: float | None) -> Step:
    return lambda kept: kept.patch(code, {leaf: None if value is None else {"a": value}})


def reviews(code: str, leaf: str, **body: Any) -> Step:
    return lambda kept: kept.review(code, leaf, **body)
