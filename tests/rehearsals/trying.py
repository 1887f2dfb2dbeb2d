"""What the tests of rehearsals share: varied answers, and drafts to try on them."""

from typing import Any

from httpx import AsyncClient

from tests.frameworks.documents import framework, leaf, node, ratio_leaf
from tests.periods.building import COMPARED, EXEMPTIONS, INPUT_A, PERIOD, SUBMISSIONS, Json, answers, done

OWN = "trial-commune/1"
DRAFT = "trial-commune/2"
CHOICE = {
    "type": "choice",
    "options": [{"code": "yes", "label": "Có", "share": 1}, {"code": "no", "label": "Không", "share": 0}],
}


def draft(*pillars: Json, **fields: Any) -> Json:
    """Version 2 of the framework by which the period is scored; its points are those of its pillars."""
    points = sum(pillar["max_points"] for pillar in pillars)
    document = framework(version=2, max_points=points, indicators=list(pillars), exemptions=EXEMPTIONS)
    return document | fields


def first_pillar(*, ratio: Json | None = None, direct: Json | None = None, compared: Json | None = None) -> Json:
    """Pillar 1 as it is, but for the leaves given: 1.1 a ratio, 1.2 direct, 1.3 compared."""
    leaves = [
        ratio or ratio_leaf("1.1", 10),
        direct or leaf("1.2", 10),
        compared or leaf("1.3", 10, rule=COMPARED, inputs=INPUT_A, tags=["online"]),
    ]
    return node("1", sum(each["max_points"] for each in leaves), *leaves)


def second_pillar(*more: Json) -> Json:
    return node("2", 20 + sum(each["max_points"] for each in more), leaf("2.1", 10, rule=CHOICE), direct_leaf(), *more)


def direct_leaf() -> Json:
    return leaf("2.2", 10, tags=["online"])


async def report(admin: AsyncClient) -> None:
    """Three of four communes report; reviewers adjust, award, reject and exempt."""
    given = {
        "H61.101": answers(_1_1={"a": 4, "b": 10}, _1_2={"points": 8}, _1_3={"a": 2}, _2_1={"choice": "yes"}),
        "H61.102": answers(_1_1={"a": 8, "b": 10}, _1_2={"points": 4.5}, _1_3={"a": 6}, _2_2={"points": 7}),
        "H61.103": answers(_1_1={"a": 1, "b": 10}, _1_3={"a": 4}, _2_1={"choice": "no"}),
    }
    for unit, body in given.items():
        await done(admin.put(f"{SUBMISSIONS}/{unit}", json=body))
        await done(admin.post(f"{SUBMISSIONS}/{unit}/submit"))
    verdicts: dict[str, Json] = {
        "H61.101/reviews/1.1": {"verdict": "adjust", "inputs": {"a": 6, "b": 10}},
        "H61.102/reviews/2.2": {"verdict": "adjust", "points": 5},
        "H61.103/reviews/1.2": {"verdict": "adjust", "points": 9},
        "H61.103/reviews/2.1": {"verdict": "disagree"},
        "H61.103/reviews/2.2": {"verdict": "exempt", "exemption": "vii-3"},
        "H61.101/reviews/1.2": {"verdict": "agree"},
    }
    for path, verdict in verdicts.items():
        await done(admin.put(f"{SUBMISSIONS}/{path}", json=verdict | {"reason": "Biên bản 12"}))


async def rehearsed(http: AsyncClient, reference: str = DRAFT, **body: Any) -> Json:
    return await done(http.post(f"/v1/frameworks/{reference}/rehearsals", json={"period": PERIOD, **body}))


async def tried(admin: AsyncClient, document: Json, **body: Any) -> Json:
    """A draft's rehearsal."""
    await done(admin.post("/v1/frameworks", json=document), 201)
    return await rehearsed(admin, f"{document['code']}/{document['version']}", **body)


def after(rehearsal: Json) -> dict[str, tuple[float, int | None]]:
    """Points and rank after, by unit."""
    return {each["unit"]["code"]: (each["points_after"], each["rank_after"]) for each in rehearsal["units"]}


def lacking(rehearsal: Json) -> list[tuple[str, str, int]]:
    return [(each["indicator"], each["reason"], each["units"]) for each in rehearsal["without_data"]]
